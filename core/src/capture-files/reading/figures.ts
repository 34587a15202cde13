/** What reading one process's events, or its sums, gives: figures of groups, from which views are made. */

import type { CaptureTimeline, Peak } from "../model/capture.js";
import type { GroupTable } from "./group-table.js";
import type { SizeHistogram } from "./size-histogram.js";

export interface Amount {
  readonly bytes: number;
  readonly count: number;
}

/** Of one group, by its number. */
export type AmountOf = (group: number) => Amount;

export interface ProcessFigures {
  readonly groups: GroupTable;
  readonly all: AmountOf;
  /** Alive at the end. */
  readonly live: AmountOf;
  /** Alive at the peak of a set of spaces that was asked for. */
  atPeak(spaces: number): AmountOf;
  temporary(threshold: number): AmountOf;
  /** @param index of the window among those that were asked for */
  window(index: number): AmountOf;
  peak(spaces: number): Peak;
  /** Highest level of one space; `null`: not known. */
  highest(space: number): number | null;
  readonly sizes: SizeHistogram;
  readonly missedCount: number;
  readonly heapLifetimesUnknown: boolean;
  /** The last reading of the clock. */
  readonly timeUs: number;
  readonly timeline: CaptureTimeline;
}
