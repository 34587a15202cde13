/** Figures of one process from its sums: an aggregated file's. Its events tell levels and collections alone. */

import type { FileHandle } from "node:fs/promises";
import { SpaceCode } from "../format/format.js";
import type { CaptureDamage, Peak } from "../model/capture.js";
import { ByteCursor } from "./byte-cursor.js";
import { sumsCannotTell } from "./capture-errors.js";
import { payloadOf, readChunks } from "./chunks.js";
import { MAX_THREADS } from "./event-fields.js";
import type { AmountOf, ProcessFigures } from "./figures.js";
import { GroupTable } from "./group-table.js";
import { type Budget, createBudget, EVENTS_LIMIT_BYTES, Malformed } from "./malformed.js";
import { DEFAULT_THRESHOLD, type Question } from "./questions.js";
import { type EventsRead, type OnRead, readEvents } from "./read-events.js";
import type { RecordedProcess } from "./recorded-process.js";
import { SizeHistogram } from "./size-histogram.js";
import { ALL_BITS, OFF_HEAP_BITS } from "./spaces.js";

/** A row's figures, two columns each. */
const Sum = { all: 0, peak: 2, offHeapPeak: 4, live: 6, temporary: 8, columns: 10 } as const;
const MAX_SIZE_EXPONENT = 53;

interface Sums {
  readonly timeUs: number;
  readonly peak: Peak;
  readonly offHeapPeak: Peak;
  readonly sizes: SizeHistogram;
  readonly groups: GroupTable;
}

/** @throws MemspecError `MEMSPEC_CAPTURE_SUMS` for what only events can tell */
export function checkSumsCan(question: Question, path: string): void {
  if (question.kind === "window") throw sumsCannotTell(path, "what was born in a window of time");
  if (question.kind === "temporary" && question.threshold !== DEFAULT_THRESHOLD) {
    throw sumsCannotTell(
      path,
      `what was freed within ${question.threshold} further allocations, only within ${DEFAULT_THRESHOLD}`,
    );
  }
  if (question.kind === "peak" && question.spaceBits !== ALL_BITS && question.spaceBits !== OFF_HEAP_BITS) {
    throw sumsCannotTell(
      path,
      `the peak of ${question.spaces.join(" and ")}, only of all spaces or of buffers and native`,
    );
  }
}

export async function readSums(file: FileHandle, process: RecordedProcess, onRead: OnRead): Promise<EventsRead> {
  const read = await readEvents(file, process, [], onRead);
  const budget = createBudget(EVENTS_LIMIT_BYTES);
  let damage = read.damage;
  let sums = noSums(budget);
  try {
    sums = (await findSums(file, process, budget)) ?? sums;
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    damage = { atByte: process.sumsFrom ?? process.from, reason: error.message };
  }
  return { figures: figuresOf(sums, read.figures), damage };
}

async function findSums(file: FileHandle, process: RecordedProcess, budget: Budget): Promise<Sums | null> {
  if (process.sumsFrom === null) return null;
  const ended: { damage: CaptureDamage | null } = { damage: null };
  for await (const chunk of readChunks(file, process.sumsFrom, process.to, ended)) {
    const payload = await payloadOf(chunk);
    if (payload === null) throw new Malformed("a chunk cannot be inflated");
    return decodeSums(payload, process.meta.allocators.length, budget);
  }
  throw new Malformed(ended.damage?.reason ?? "the sums are gone");
}

function noSums(budget: Budget): Sums {
  const peak: Peak = { timeUs: 0, heapBytes: 0, buffersBytes: 0, nativeBytes: 0 };
  return {
    timeUs: 0,
    peak,
    offHeapPeak: peak,
    sizes: new SizeHistogram(),
    groups: new GroupTable(Sum.columns, budget),
  };
}

/** @throws Malformed */
function decodeSums(payload: Uint8Array, allocators: number, budget: Budget): Sums {
  const cursor = new ByteCursor(payload);
  const timeUs = cursor.u();
  const peak = decodePeak(cursor);
  const offHeapPeak = decodePeak(cursor);
  const sizes = new SizeHistogram();
  for (let left = cursor.u(); left > 0; left -= 1) {
    const smallest = cursor.below(2 ** MAX_SIZE_EXPONENT, "a size");
    sizes.add(SpaceCode.native, smallest, cursor.u());
    sizes.add(SpaceCode.buffers, smallest, cursor.u());
  }
  const groups = new GroupTable(Sum.columns, budget);
  for (let left = cursor.u(); left > 0; left -= 1) {
    const stack = cursor.below(2 ** 32, "a stack");
    const thread = cursor.below(MAX_THREADS, "a thread");
    const space = cursor.below(SpaceCode.native + 1, "a space");
    const group = groups.of(stack, thread, space, cursor.below(allocators, "an allocator"));
    for (let column = 0; column < Sum.columns; column += 1) {
      const at = group * Sum.columns + column;
      groups.figures[at] = (groups.figures[at] ?? 0) + cursor.u();
    }
  }
  return { timeUs, peak, offHeapPeak, sizes, groups };
}

function decodePeak(cursor: ByteCursor): Peak {
  return { timeUs: cursor.u(), heapBytes: cursor.u(), buffersBytes: cursor.u(), nativeBytes: cursor.u() };
}

function figuresOf(sums: Sums, events: ProcessFigures): ProcessFigures {
  const { groups } = sums;
  const pair =
    (column: number): AmountOf =>
    (group) => {
      const at = group * Sum.columns + column;
      return { bytes: groups.figures[at] ?? 0, count: groups.figures[at + 1] ?? 0 };
    };
  return {
    groups,
    all: pair(Sum.all),
    live: pair(Sum.live),
    atPeak: (spaces) => pair(spaces === OFF_HEAP_BITS ? Sum.offHeapPeak : Sum.peak),
    temporary: () => pair(Sum.temporary),
    window: () => () => ({ bytes: 0, count: 0 }),
    peak: (spaces) => (spaces === OFF_HEAP_BITS ? sums.offHeapPeak : sums.peak),
    highest: () => null,
    sizes: sums.sizes,
    missedCount: events.missedCount,
    heapLifetimesUnknown: events.heapLifetimesUnknown,
    timeUs: Math.max(sums.timeUs, events.timeUs),
    timeline: events.timeline,
  };
}
