/**
 * Figures of groups, levels of spaces and peaks: what is given and taken, whatever it was. Every allocation and free goes through here.
 */

import { SpaceCode } from "../format/format.js";
import type { Amount } from "./figures.js";
import { GroupTable } from "./group-table.js";
import { HeapLevels } from "./heap-levels.js";
import type { Budget } from "./malformed.js";
import { PeakTracker } from "./peak-tracker.js";
import type { TemporalCells } from "./temporal-cells.js";

/** Columns of a group. Behind them: three for each peak (mark, bytes, count), two for each threshold, two for each window. */
const Column = { liveBytes: 0, liveCount: 1, allBytes: 2, allCount: 3, first: 4 } as const;

/** Bits of a number. */
export const MAX_WINDOWS = 32;

export interface LedgerQuestions {
  /** Sets of spaces whose peaks are wanted with the groups' shares. */
  readonly peaks: readonly number[];
  /** Sets of spaces whose peaks are wanted as levels. */
  readonly levels: readonly number[];
  readonly thresholds: readonly number[];
  readonly windows: readonly { readonly fromUs: number; readonly toUs: number }[];
}

export class Accounts {
  readonly groups: GroupTable;
  readonly peaks: readonly PeakTracker[];
  readonly levels: readonly PeakTracker[];
  readonly heap: HeapLevels = new HeapLevels();
  /** Windows in which the present moment lies, as bits. With `temporal`, when there are none, its tick. */
  openWindows = 0;
  /** Told what is freed when, where that was asked for. */
  readonly temporal: TemporalCells | undefined;
  /** The last reading of the clock. */
  timeUs = 0;

  readonly #thresholds: readonly number[];
  readonly #highestThreshold: number;
  readonly #thresholdsAt: number;
  readonly #peaksAt: number;
  readonly #windowsAt: number;
  readonly #windows: LedgerQuestions["windows"];
  readonly #trackers: readonly PeakTracker[];
  /** Bytes that are alive, by space; the heap's are an estimate of which nothing is made: its level is what V8 says. */
  readonly #live = new Float64Array(3);
  /** Bytes of a space that can be allocated without any tracker's coming above its peak, at least. */
  readonly #room = new Float64Array([Number.POSITIVE_INFINITY, 0, 0]);

  constructor(questions: LedgerQuestions, budget: Budget, temporal?: TemporalCells) {
    this.temporal = temporal;
    this.#thresholds = questions.thresholds;
    this.#highestThreshold = Math.max(...questions.thresholds);
    this.#windows = questions.windows;
    this.#peaksAt = Column.first;
    this.#thresholdsAt = this.#peaksAt + 3 * questions.peaks.length;
    this.#windowsAt = this.#thresholdsAt + 2 * questions.thresholds.length;
    this.peaks = questions.peaks.map((spaces) => new PeakTracker(spaces));
    this.levels = questions.levels.map((spaces) => new PeakTracker(spaces));
    this.#trackers = [...this.peaks, ...this.levels];
    this.groups = new GroupTable(this.#windowsAt + 2 * questions.windows.length, budget);
    this.setTime(0);
  }

  /** Of the group: freed at once, by the index of the threshold. */
  temporary(group: number, threshold: number): Amount {
    return this.#pair(group, this.#thresholdsAt + 2 * threshold);
  }

  window(group: number, window: number): Amount {
    return this.#pair(group, this.#windowsAt + 2 * window);
  }

  live(group: number): Amount {
    return this.#pair(group, Column.liveBytes);
  }

  all(group: number): Amount {
    return this.#pair(group, Column.allBytes);
  }

  /** Of the group: alive at the peak, by its index. */
  atPeak(group: number, peak: number): Amount {
    const at = this.#peaksAt + 3 * peak;
    const marked = this.groups.figures[group * this.groups.stride + at];
    return marked === this.peaks[peak]?.mark ? this.#pair(group, at + 1) : this.live(group);
  }

  #pair(group: number, column: number): Amount {
    const at = group * this.groups.stride + column;
    return { bytes: this.groups.figures[at] ?? 0, count: this.groups.figures[at + 1] ?? 0 };
  }

  countAllocated(group: number, bytes: number, count: number): void {
    const figures = this.groups.figures;
    const at = group * this.groups.stride;
    figures[at + Column.allBytes] = (figures[at + Column.allBytes] as number) + bytes;
    figures[at + Column.allCount] = (figures[at + Column.allCount] as number) + count;
  }

  /** @param later allocations that its thread had made since */
  countTemporary(group: number, bytes: number, count: number, later: number): void {
    if (later > this.#highestThreshold) return;
    const thresholds = this.#thresholds;
    const figures = this.groups.figures;
    let at = group * this.groups.stride + this.#thresholdsAt;
    for (let index = 0; index < thresholds.length; index += 1) {
      if (later <= (thresholds[index] as number)) {
        figures[at] = (figures[at] as number) + bytes;
        figures[at + 1] = (figures[at + 1] as number) + count;
      }
      at += 2;
    }
  }

  /** More is alive. */
  give(group: number, space: number, bytes: number, count: number, windows: number): void {
    this.#change(group, bytes, count, windows);
    const live = this.#live;
    live[space] = (live[space] as number) + bytes;
    const room = this.#room;
    // Of both: there are trackers of the two together.
    room[SpaceCode.buffers] = (room[SpaceCode.buffers] as number) - bytes;
    room[SpaceCode.native] = (room[SpaceCode.native] as number) - bytes;
    if ((room[space] as number) < 0) this.tellPeaks();
  }

  /** Less is alive. */
  take(group: number, bytes: number, count: number, windows: number): void {
    this.#change(group, -bytes, -count, windows);
    this.temporal?.free(group, windows, bytes, count);
    const space = this.groups.space(group);
    this.#live[space] = (this.#live[space] as number) - bytes;
    // Every tracker of the space is so much farther below its peak.
    this.#room[space] = (this.#room[space] as number) + bytes;
  }

  /** More is alive, and at once less again. */
  pass(group: number, space: number, bytes: number, windows: number): void {
    if (bytes <= (this.#room[space] as number)) return;
    this.give(group, space, bytes, 1, windows);
    this.take(group, bytes, 1, windows);
  }

  #change(group: number, bytes: number, count: number, windows: number): void {
    const figures = this.groups.figures;
    const at = group * this.groups.stride;
    const live = figures[at] as number;
    const liveCount = figures[at + 1] as number;
    const peaks = this.peaks;
    let peakAt = at + this.#peaksAt;
    for (let index = 0; index < peaks.length; index += 1) {
      const { mark } = peaks[index] as PeakTracker;
      if (figures[peakAt] !== mark) {
        figures[peakAt] = mark;
        figures[peakAt + 1] = live;
        figures[peakAt + 2] = liveCount;
      }
      peakAt += 3;
    }
    figures[at] = live + bytes;
    figures[at + 1] = liveCount + count;
    const inWindows = windows & this.openWindows;
    if (inWindows !== 0) this.#changeWindows(at, inWindows, bytes, count);
  }

  #changeWindows(group: number, windows: number, bytes: number, count: number): void {
    const figures = this.groups.figures;
    for (let index = 0; index < this.#windows.length; index += 1) {
      if ((windows & (1 << index)) === 0) continue;
      const at = group + this.#windowsAt + 2 * index;
      figures[at] = (figures[at] as number) + bytes;
      figures[at + 1] = (figures[at + 1] as number) + count;
    }
  }

  /** The heap's level may have changed. */
  tellPeaks(): void {
    const live = this.#live;
    const room = this.#room;
    room.fill(Number.POSITIVE_INFINITY, SpaceCode.buffers);
    for (let index = 0; index < this.#trackers.length; index += 1) {
      const tracker = this.#trackers[index] as PeakTracker;
      const left = tracker.tell(
        this.heap.total,
        live[SpaceCode.buffers] as number,
        live[SpaceCode.native] as number,
        this.timeUs,
      );
      for (let space: number = SpaceCode.buffers; space <= SpaceCode.native; space += 1) {
        if ((tracker.spaces & (1 << space)) !== 0 && left < (room[space] as number)) room[space] = left;
      }
    }
  }

  setTime(timeUs: number): void {
    this.timeUs = Math.max(this.timeUs, timeUs);
    let open = 0;
    for (const [index, { fromUs, toUs }] of this.#windows.entries()) {
      if (this.timeUs >= fromUs && this.timeUs <= toUs) open |= 1 << index;
    }
    this.openWindows = open >>> 0;
    if (this.temporal === undefined) return;
    this.temporal.setTime(this.timeUs);
    this.openWindows = this.temporal.tick;
  }
}
