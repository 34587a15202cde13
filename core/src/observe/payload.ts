/**
 * What the worker that ran a test file says about it, on its way to the main process: JSON, compact, since a runner keeps it
 * for the whole run. Who reads reports never sees it: `core/src/runs` makes a `FileReport` of it.
 */

import type { AssertableSpace, SourceFrame } from "../capture/measurement.js";
import type { LeakGroup, LeakVerdict } from "../leaks/types.js";
import type { FileCapture } from "./file-capture.js";

/**
 * Of one span, whole numbers but for times in ms: duration; allocated, peak and net of heap, buffers and native; peak of the
 * sum and its error; collections, major ones, their time. `null`: unknown.
 */
export type FiguresRecord = readonly (number | null)[];

/** Heap, buffers, native, rss. */
export type LevelsRecord = readonly (number | null)[];

/** Milliseconds since the file began, levels, and the collection that ended then: 0 none, 1 minor, 2 major. */
export type PointRecord = readonly [ms: number, levels: LevelsRecord, collection: number];

/** `stack`: index into the payload's stacks. `peakBytes` `null`: unknown. */
export type SiteRecord = readonly [
  space: AssertableSpace,
  stack: number,
  bytes: number,
  count: number,
  peakBytes: number | null,
];

export interface BreachRecord {
  readonly figure: string;
  readonly of?: "allocated" | "peak";
  readonly space: string;
  readonly spaces?: readonly AssertableSpace[];
  readonly limitBytes: number;
  readonly actualBytes: number;
  readonly source: string;
}

/** A group, and by what it is known again in another run. */
export interface SignedGroup extends LeakGroup {
  readonly signature: string;
}

/** A leak check of a test, or of a file as a whole; leaks are rare, so their stacks are written out. */
export interface LeaksRecord {
  readonly verdict: LeakVerdict;
  readonly reason: string | null;
  readonly groups: readonly SignedGroup[];
  readonly ignored: readonly { readonly group: SignedGroup; readonly reason: string }[];
}

export type Unattributed = "concurrent" | "timed-out";

/** What is known of one test beside what the runner knows; tests that did nothing of note have none. */
export interface TestPayload {
  readonly figures?: FiguresRecord;
  readonly unattributed?: Unattributed;
  readonly sites?: readonly SiteRecord[];
  readonly breaches?: readonly BreachRecord[];
  /** A memory assertion failed in it: sites of what that measured, and the file of a heap snapshot, on the worker's machine. */
  readonly failed?: { readonly sites: readonly SiteRecord[]; readonly snapshot?: string };
  readonly leaks?: LeaksRecord;
  /** Where it is defined. */
  readonly line?: number;
}

/** A figure that is lower than its baseline by more than the tolerance. */
export interface ImprovementRecord {
  readonly of: "allocated" | "peak";
  readonly space: AssertableSpace | "total";
  readonly baselineBytes: number;
  readonly actualBytes: number;
  readonly source: string;
}

export interface BaselinesRecord {
  readonly file: string;
  readonly written: number;
  readonly updated: number;
  readonly removed: number;
  readonly obsolete: readonly string[];
  /** By the key that the runner's side knows a test by. */
  readonly improvements: Readonly<Record<string, readonly ImprovementRecord[]>>;
  readonly notes: readonly string[];
}

export interface FilePayload {
  readonly version: 1;
  readonly pid: number;
  readonly threadId: number;
  /** Since 1970, in ms. */
  readonly began: number;
  /** Of `process.version`, without "v". */
  readonly node: string;
  /** `null`: native memory is counted; else why not. */
  readonly nativeMissing: string | null;
  readonly figures: FiguresRecord | null;
  readonly modules: FiguresRecord | null;
  readonly hooks: FiguresRecord | null;
  readonly baseline: LevelsRecord | null;
  readonly end: LevelsRecord | null;
  readonly timeline: readonly PointRecord[];
  readonly frames: readonly SourceFrame[];
  /** Indices into `frames`, innermost first. */
  readonly stacks: readonly (readonly number[])[];
  readonly sites: readonly SiteRecord[];
  readonly moduleSites: readonly SiteRecord[];
  /** By the key that the runner's side knows a test by. */
  readonly tests: Readonly<Record<string, TestPayload>>;
  readonly notes: readonly string[];
  /** What happened to the baselines of the file; absent: there are none. */
  readonly baselines?: BaselinesRecord;
  /** Absent: not looked at. */
  readonly leaks?: LeaksRecord;
  /** The shard that ran it; absent: the run is in one piece. */
  readonly shard?: { readonly index: number; readonly count: number };
  /** Where everything that the file allocated is recorded; absent: nowhere. */
  readonly capture?: FileCapture;
}
