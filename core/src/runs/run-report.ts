/**
 * What is said about a whole run: the schema of the JSON report, of which all other reports are made. Plain data that
 * survives JSON; `null` is an unknown, never 0. Bytes are whole numbers, times are milliseconds, paths are relative to
 * `root` with "/" between their parts, lines and columns are 1-based.
 *
 * Version 1 grows by new optional fields alone; a change of meaning, or a field that goes, is a new version.
 */

import type { AssertableSpace, Availability, SourceFrame } from "../capture/measurement.js";
import type { LeakGroup, LeakVerdict } from "../leaks/types.js";

export const RUN_REPORT_SCHEMA = "memspec-run";
export const RUN_REPORT_VERSION = 1;

export interface RunReport {
  readonly schema: typeof RUN_REPORT_SCHEMA;
  readonly version: typeof RUN_REPORT_VERSION;
  /** Version of memspec that wrote it. */
  readonly memspec: string;
  readonly runner: { readonly name: "vitest" | "jest"; readonly version: string };
  readonly machine: RunMachine;
  /** ISO 8601, of the earliest part. */
  readonly startedAt: string;
  /** Wall time from the first part's start to its end; of merged shards the longest. `null`: unknown. */
  readonly durationMs: number | null;
  /** The shards that are in this report, in order; none: a run in one piece. */
  readonly shards: readonly { readonly index: number; readonly count: number }[];
  /** Every frame that a stack of this report names, once. Files are relative to the root where they are below it. */
  readonly frames: readonly SourceFrame[];
  /** Stacks as indices into `frames`, innermost first, each once. */
  readonly stacks: readonly (readonly number[])[];
  /** By path, then by project. */
  readonly files: readonly FileReport[];
  /** What is true of the run as a whole and weakens its figures, in sentences. */
  readonly notes: readonly string[];
}

export interface RunMachine {
  readonly platform: string;
  readonly arch: string;
  /** Of `process.version`, without "v". */
  readonly node: string;
  readonly native: Availability;
  readonly ci: boolean;
}

export interface FileReport {
  readonly path: string;
  /** Vitest's project or Jest's displayName; `null`: it has none. */
  readonly project: string | null;
  /** "died": its worker ended before the file did. */
  readonly state: "passed" | "failed" | "skipped" | "died";
  /** Index of the shard that ran it: machines give the same process ids. Absent: the run is in one piece. */
  readonly shard?: number;
  /**
   * Process and thread that ran it; a `pid` of 0: not known. Files with the same worker, of the same shard, shared a process, in the order of
   * `startedMs`.
   */
  readonly worker: { readonly pid: number; readonly threadId: number };
  /** Since `startedAt` of the run. */
  readonly startedMs: number;
  readonly durationMs: number;
  /** Modules, hooks and bodies, from before the file's first module is loaded to after its last hook. `null`: nothing is known. */
  readonly figures: RunFigures | null;
  /** From before the first module to before the first hook or test: imports and what their top levels did. */
  readonly modules: RunFigures | null;
  /** All hooks of the file together; peaks are the highest of any hook's. */
  readonly hooks: RunFigures | null;
  /** Absolute levels when the file began. */
  readonly baseline: RunLevels | null;
  /** Levels at its end less those of the baseline; without a collection, so garbage is in it. May be negative. */
  readonly left: RunLevels | null;
  /** Files that were written because it leaks, and its capture. Absent: none. */
  readonly artifacts?: readonly Artifact[];
  /** Hottest first: of everything in the file. */
  readonly sites: readonly RunSite[];
  /** Of what was loaded before the first hook or test. */
  readonly moduleSites: readonly RunSite[];
  readonly tests: readonly TestReport[];
  /** Of the file as a whole; `null`: not looked at. */
  readonly leaks: RunLeaks | null;
  /** The worker's end, where it came before the file's. */
  readonly death: RunDeath | null;
  /** Absent: there are none. */
  readonly baselines?: RunBaselines;
  /** Levels while the file ran, by time. */
  readonly timeline: readonly TimelinePoint[];
  readonly notes: readonly string[];
}

export interface TestReport {
  /** Names of the blocks around it and its own, outermost first. */
  readonly name: readonly string[];
  /** Where it is defined; `null`: unknown. */
  readonly line: number | null;
  readonly column: number | null;
  readonly state: "passed" | "failed" | "skipped" | "todo" | "died";
  /** Attempts after the first one, and which attempt the figures are of: the last. */
  readonly retries: number;
  /** Runs after the first one that were asked for (`repeats`); figures are of the highest. */
  readonly repeats: number;
  readonly durationMs: number | null;
  /** Of the body alone; `null`: it did not run, or what it did is the file's alone. */
  readonly figures: RunFigures | null;
  /** Why there are no figures; `null`: there are, or it did not run. "concurrent": others ran at the same time. */
  readonly unattributed: "concurrent" | "died" | "timed-out" | null;
  /** Of the body, hottest first; empty where it allocated too little for a sample. */
  readonly sites: readonly RunSite[];
  /** Limits and baselines that it broke. */
  readonly breaches: readonly Breach[];
  /** Figures that are better than their baseline; absent: none, or not compared. */
  readonly improvements?: readonly RunImprovement[];
  /** Of what its failed memory assertions measured, hottest first: finer than `sites`. Absent: none failed. */
  readonly checkSites?: readonly RunSite[];
  /** Files that were written because it failed. Absent: none. */
  readonly artifacts?: readonly Artifact[];
  /** `null`: not looked at. */
  readonly leaks: RunLeaks | null;
}

/** Of one span. Peaks are above the level at the span's start. */
export interface RunFigures {
  readonly durationMs: number;
  readonly total: RunSpaceFigures & {
    /** The true peak lies in [peakBytes - peakErrorBytes, peakBytes]; 0: exact. */
    readonly peakErrorBytes: number;
  };
  readonly heap: RunSpaceFigures;
  readonly buffers: RunSpaceFigures;
  readonly native: RunSpaceFigures;
  readonly gc: { readonly count: number; readonly majorCount: number; readonly durationMs: number };
}

export interface RunSpaceFigures {
  readonly allocatedBytes: number | null;
  readonly peakBytes: number | null;
  /** Level at the end less the level at the start; may be negative. */
  readonly netBytes: number | null;
}

export interface RunLevels {
  readonly heapBytes: number | null;
  readonly buffersBytes: number | null;
  readonly nativeBytes: number | null;
  /** Of the whole process, threads included. */
  readonly rssBytes: number | null;
}

export interface TimelinePoint extends RunLevels {
  /** Since `startedAt` of the run. */
  readonly ms: number;
  /** A collection ended at this point: "minor" or "major"; `null`: a plain reading. */
  readonly gc: "minor" | "major" | null;
}

export interface RunSite {
  readonly space: AssertableSpace;
  /** Index into `RunReport.stacks`. */
  readonly stack: number;
  /** Allocated there, an estimate by samples unless `estimated` is false. */
  readonly bytes: number;
  readonly count: number;
  readonly estimated: boolean;
  /** Alive at the moment of the span's peak; `null`: unknown (heap). */
  readonly peakBytes: number | null;
}

/** A figure that is lower than its baseline by more than the tolerance, and was not taken over. */
export interface RunImprovement {
  readonly of: "allocated" | "peak";
  readonly space: AssertableSpace | "total";
  readonly baselineBytes: number;
  readonly actualBytes: number;
  /** "baseline" (of the body), or the matcher's call: "toMatchMemoryBaseline() #1". */
  readonly source: string;
}

/** What happened to the baselines of a file. */
export interface RunBaselines {
  /** Relative to the root. */
  readonly file: string;
  /** Entries that were recorded, recorded anew, and taken away. */
  readonly written: number;
  readonly updated: number;
  readonly removed: number;
  /** Entries that no test asked for. */
  readonly obsolete: readonly string[];
  /** What could not be compared or read, in sentences. */
  readonly notes: readonly string[];
}

/** A file beside the report. */
export interface Artifact {
  readonly kind: "heapprofile" | "heapsnapshot" | "capture";
  /** Relative to the root where it lies below it. */
  readonly path: string;
}

/** A limit or a baseline, and by how much it was missed. */
export interface Breach {
  readonly figure: "peak" | "allocated" | "retained" | "leaked" | "baseline";
  /** Of a baseline: the figure that left it. */
  readonly of?: "allocated" | "peak";
  readonly space: AssertableSpace | "total" | "handles";
  /** "total" is the sum of these; absent: of all three. */
  readonly spaces?: readonly AssertableSpace[];
  /** Of a baseline: what was recorded. */
  readonly limitBytes: number;
  readonly actualBytes: number;
  /** Where the limit comes from: "limitMemory()", "meta.memory", "limits[\"src/**\"]", "toPeakBelow()", "baseline". */
  readonly source: string;
}

export interface RunLeaks {
  readonly verdict: LeakVerdict;
  /** Why it is inconclusive, or what ended; `null`: nothing to say. */
  readonly reason: string | null;
  readonly groups: readonly RunLeakGroup[];
  /** What was ignored, with the reason that was given. */
  readonly ignored: readonly { readonly group: RunLeakGroup; readonly reason: string }[];
}

/** A group of a leak check, with its stack interned, and the signature by which a known leak is recorded. */
export interface RunLeakGroup extends Omit<LeakGroup, "site"> {
  readonly site: RunSite | null;
  /** The same for the same leak in every run, wherever the repository lies. */
  readonly signature: string;
}

export interface RunDeath {
  readonly reason: "out-of-memory" | "hard-cap" | "signal" | "exit";
  /** Name of the signal, exit code, or the cap, as text; "" when unknown. */
  readonly detail: string;
  /** Names of the test that ran; `null`: none did, so a hook or a module. */
  readonly test: readonly string[] | null;
  /** Last levels that were read, and when. */
  readonly last: TimelinePoint | null;
  /**
   * Of the span that ran, as last known: most bytes alive first (`peakBytes`), on the heap, where that is not known,
   * allocated. None: not known.
   */
  readonly sites: readonly RunSite[];
}
