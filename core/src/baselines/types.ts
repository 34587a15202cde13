/** Baselines: what a test used when its figures were recorded, in a file that is committed beside it. */

import type { AssertableSpace } from "../capture/measurement.js";

export type BaselineFigure = "allocated" | "peak";
export type BaselineSpace = "total" | AssertableSpace;

export const BASELINE_FIGURES: readonly BaselineFigure[] = ["allocated", "peak"];
export const BASELINE_SPACES: readonly BaselineSpace[] = ["total", "heap", "buffers", "native"];

/** Bytes by space; `null`: unknown. A space that was not asked about is not there; of one space alone there is no total. */
export type SpaceBytes = ReadonlyMap<BaselineSpace, number | null>;

/** What is recorded of one measurement on one machine. */
export type RecordedFigures = Readonly<Record<BaselineFigure, SpaceBytes>>;

/** Figures by test, by call within it (`body`, `#1`), by machine (`linux-x64-node20`). */
export type RecordedTests = ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, RecordedFigures>>>;

/** How far a figure may lie from its baseline, either way: the larger of the two, inclusive. */
export interface BaselineTolerance {
  /** Share of the recorded figure: 0.1 is a tenth. */
  readonly relative?: number;
  /** A size. */
  readonly absolute?: number | string;
}

/** A tolerance after validation. */
export interface ParsedTolerance {
  readonly relative: number;
  readonly absoluteBytes: number;
}

/** As the runner's own snapshots are: "new": what is not recorded is; "all": what differs, too (`-u`); "none": nothing (CI). */
export type UpdateMode = "new" | "all" | "none";
