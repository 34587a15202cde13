/** Readings of all workers as levels of the whole run over time. */

import type { FileReport, RunReport, TimelinePoint } from "../../../../src/runs/run-report.js";
import type { Levels } from "../../shared/chart.js";

const KEYS = ["heapBytes", "buffersBytes", "nativeBytes"] as const;

interface Event {
  readonly ms: number;
  readonly worker: string;
  readonly process: string;
  /** `null`: the worker's last file ended. */
  readonly point: TimelinePoint | null;
}

/**
 * At each reading the sum over the workers of what each last read. What a worker held counts until its last file ends; the
 * resident size of a process counts once, however many threads of it tell it.
 *
 * @param most points that are kept: of neighbours the highest of each series
 */
export function levelsOf(report: RunReport, most: number): Levels {
  const lastStarts = new Map<string, number>();
  for (const file of report.files) {
    const { worker } = workerOf(file);
    lastStarts.set(worker, Math.max(lastStarts.get(worker) ?? 0, file.startedMs));
  }
  const events = report.files
    .flatMap((file) => eventsOf(file, file.startedMs === lastStarts.get(workerOf(file).worker)))
    .sort((a, b) => a.ms - b.ms || Number(a.point !== null) - Number(b.point !== null));
  const byWorker = new Map<string, TimelinePoint>();
  const byProcess = new Map<string, { readonly worker: string; readonly bytes: number }>();
  const seconds: number[] = [];
  const series = {
    heap: [] as (number | null)[],
    buffers: [] as (number | null)[],
    native: [] as (number | null)[],
    rss: [] as (number | null)[],
  };
  const collections: { second: number; kind: "minor" | "major" }[] = [];
  for (const { ms, worker, process, point } of events) {
    if (point === null) {
      byWorker.delete(worker);
      if (byProcess.get(process)?.worker === worker) byProcess.delete(process);
    } else {
      byWorker.set(worker, point);
      if (point.rssBytes !== null) byProcess.set(process, { worker, bytes: point.rssBytes });
      if (point.gc !== null) collections.push({ second: ms / 1000, kind: point.gc });
    }
    const [heap, buffers, native] = KEYS.map((key) => sumOf([...byWorker.values()].map((last) => last[key])));
    seconds.push(ms / 1000);
    series.heap.push(heap ?? null);
    series.buffers.push(buffers ?? null);
    series.native.push(native ?? null);
    series.rss.push(sumOf([...byProcess.values()].map(({ bytes }) => bytes)));
  }
  return { ...thinned(seconds, series, most), collections };
}

function workerOf(file: FileReport): { readonly process: string; readonly worker: string } {
  const process = `${file.shard ?? 0}/${file.worker.pid}`;
  return { process, worker: `${process}/${file.worker.threadId}` };
}

function eventsOf(file: FileReport, isLast: boolean): readonly Event[] {
  const { process, worker } = workerOf(file);
  if (file.timeline.length === 0) return [];
  const last = file.timeline.at(-1)?.ms ?? 0;
  const end = Math.max(last, file.startedMs + file.durationMs);
  return [
    ...file.timeline.map((point): Event => ({ ms: point.ms, worker, process, point })),
    ...(isLast ? [{ ms: end, worker, process, point: null }] : []),
  ];
}

/** `null` where nothing is known. */
function sumOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

type Series = Record<"heap" | "buffers" | "native" | "rss", readonly (number | null)[]>;

function thinned(
  seconds: readonly number[],
  series: Series,
  most: number,
): Series & { readonly seconds: readonly number[] } {
  if (seconds.length <= most) return { seconds, ...series };
  const step = Math.ceil(seconds.length / most);
  const starts = Array.from({ length: Math.ceil(seconds.length / step) }, (_, index) => index * step);
  const highest = (values: readonly (number | null)[]): readonly (number | null)[] =>
    starts.map((start) => {
      const known = values.slice(start, start + step).filter((value) => value !== null);
      return known.length === 0 ? null : Math.max(...known);
    });
  return {
    seconds: starts.map((start) => seconds[start] ?? 0),
    heap: highest(series.heap),
    buffers: highest(series.buffers),
    native: highest(series.native),
    rss: highest(series.rss),
  };
}

/** Files that ran at a moment, by their path. */
export function runningAt(report: RunReport, second: number): readonly string[] {
  const ms = second * 1000;
  return report.files
    .filter(({ startedMs, durationMs }) => startedMs <= ms && ms <= startedMs + durationMs)
    .map(({ path }) => path);
}
