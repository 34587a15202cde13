/** Timelines of several processes as one: at each reading of any, the sum of the last readings of all that run. */

import type { CaptureTimeline } from "../model/capture.js";

export interface ProcessTimeline {
  readonly timeline: CaptureTimeline;
  /** Of the process's beginning on the common clock. */
  readonly offsetUs: number;
  readonly durationUs: number;
}

const LEVELS = ["heapUsed", "heapCommitted", "buffers", "native", "engine", "rss"] as const;

/** A reading of one process; `row` beyond its last: it has ended. */
interface Reading {
  readonly timeUs: number;
  readonly process: number;
  readonly row: number;
}

export function joinTimelines(processes: readonly ProcessTimeline[]): CaptureTimeline {
  const [only] = processes;
  if (processes.length === 1 && only !== undefined) return only.timeline;
  const readings: Reading[] = processes.flatMap(({ timeline, offsetUs, durationUs }, process) => [
    ...Array.from(timeline.timeUs, (time, row) => ({ timeUs: time + offsetUs, process, row })),
    { timeUs: offsetUs + durationUs, process, row: timeline.timeUs.length },
  ]);
  readings.sort((a, b) => a.timeUs - b.timeUs);
  const column = (name: (typeof LEVELS)[number]): Float64Array => {
    const last = processes.map(() => 0);
    let sum = 0;
    return Float64Array.from(readings, ({ process, row }) => {
      const level = processes[process]?.timeline[name][row] ?? 0;
      sum += level - (last[process] ?? 0);
      last[process] = level;
      return sum;
    });
  };
  return {
    timeUs: Float64Array.from(readings, ({ timeUs }) => timeUs),
    heapUsed: column("heapUsed"),
    heapCommitted: column("heapCommitted"),
    buffers: column("buffers"),
    native: column("native"),
    engine: column("engine"),
    rss: column("rss"),
    collections: processes
      .flatMap(({ timeline, offsetUs }, process) =>
        timeline.collections.map((collection) => ({
          ...collection,
          process,
          beginUs: collection.beginUs + offsetUs,
          endUs: collection.endUs + offsetUs,
        })),
      )
      .sort((a, b) => a.beginUs - b.beginUs),
  };
}
