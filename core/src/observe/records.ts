/** Records of the addon as records of the payload: rounded, and with unknowns. Pure. */

import type { AllocationSite } from "../capture/measurement.js";
import { POINT, SPAN } from "../capture/observe-binding.js";
import type { FiguresRecord, LevelsRecord, PointRecord, SiteRecord } from "./payload.js";

/** Indices into a `FiguresRecord`, as in `SPAN`, with the time in ms. */
export const FIGURES: typeof SPAN = SPAN;

/** The numbers of the figures that are unknown where only the heap is observed. */
const OFF_HEAP = new Set<number>([
  SPAN.allocated + 1,
  SPAN.allocated + 2,
  SPAN.peak + 1,
  SPAN.peak + 2,
  SPAN.net + 1,
  SPAN.net + 2,
]);

/** @param at index of the span's first number */
export function figuresRecord(numbers: Float64Array, at: number, offHeap: boolean): FiguresRecord {
  const record: (number | null)[] = [];
  for (let index = 0; index < SPAN.length; index += 1) {
    const value = numbers[at + index] ?? 0;
    if (!offHeap && OFF_HEAP.has(index)) record.push(null);
    else record.push(index === SPAN.durationNs || index === SPAN.collectionNs ? toMs(value) : Math.round(value));
  }
  return record;
}

export function levelsRecord(point: Float64Array, at: number, offHeap: boolean): LevelsRecord {
  const of = (index: number): number => Math.round(point[at + index] ?? 0);
  const rss = of(POINT.rss);
  return [
    of(POINT.heap),
    offHeap ? of(POINT.buffers) : null,
    offHeap ? of(POINT.native) : null,
    rss === 0 ? null : rss,
  ];
}

export function pointRecords(timeline: Float64Array, offHeap: boolean): readonly PointRecord[] {
  const points: PointRecord[] = [];
  for (let at = 0; at < timeline.length; at += POINT.length) {
    const ms = Math.round((timeline[at + POINT.ms] ?? 0) * 100) / 100;
    points.push([ms, levelsRecord(timeline, at, offHeap), timeline[at + POINT.collection] ?? 0]);
  }
  return points;
}

/** @param stack number of its stack in the payload */
export function siteRecord(
  { space, bytes, count, peakBytes }: Pick<AllocationSite, "space" | "bytes" | "count" | "peakBytes">,
  stack: number,
): SiteRecord {
  return [
    space,
    stack,
    Math.round(bytes),
    Math.round(count * 100) / 100,
    peakBytes === null ? null : Math.round(peakBytes),
  ];
}

function toMs(ns: number): number {
  return Math.round(ns / 1000) / 1000;
}
