import type { Size } from "../sizes/size.js";
import type { AssertableSpace } from "./measurement.js";

/**
 * Names stacks whose memory does not count. A string is a function's whole name or, with a "/" or "." in it, a part of a
 * file's path; a regular expression is tried on the function's name and on the file's path.
 */
export type IgnorePattern = string | RegExp;

/** What every measuring call, matcher and limit takes. */
export interface CommonOptions {
  /** Spaces that make up `total`; default all three. */
  readonly space?: AssertableSpace | readonly AssertableSpace[];
  /** Calls made, and not counted, before the first counted run. Default 0. */
  readonly warmup?: number;
  /** Counted runs; the one with the median figure is asserted, the spread is shown. Default 1. */
  readonly runs?: number;
  /** Takes matching memory out of `allocatedBytes` and `retainedBytes`. Implies `stacks: "exact"`; needs the addon; makes peaks unknown. */
  readonly ignore?: IgnorePattern | readonly IgnorePattern[];
  /** "sampled" by bytes (default), "exact": every allocation (slow), or "none". */
  readonly stacks?: "sampled" | "exact" | "none";
  /** Bytes between two stack samples; default 1/500 of the limit, between 512 B and 512 KiB. Only with `stacks: "sampled"`. */
  readonly sampleInterval?: Size;
  /** Native memory and buffers of this isolate (default) or of every thread of the process. The heap is always this isolate's. */
  readonly threads?: "isolate" | "process";
  /** Long messages. Default `false`. */
  readonly verbose?: boolean;
}

export interface MeasureOptions extends CommonOptions {
  /** Fill `retainedBytes`: costs settled collections and makes the answer a promise. Default `false`. */
  readonly retained?: boolean;
  /** Collect before counting begins, which a peak needs to be repeatable. */
  readonly settle?: boolean;
}

/** Options after validation: every key there, every value of one form. */
export interface ResolvedOptions {
  readonly spaces: readonly AssertableSpace[];
  /** The caller named them: one that is unavailable is an error, where the default just goes without it. */
  readonly spacesNamed: boolean;
  readonly warmup: number;
  readonly runs: number;
  readonly ignore: readonly IgnorePattern[];
  readonly stacks: "sampled" | "exact" | "none";
  /** `null`: follows the limit. */
  readonly sampleInterval: number | null;
  readonly threads: "isolate" | "process";
  readonly verbose: boolean;
}

/** All that one measurement needs to know. Made by `planMeasurement`. */
export interface MeasurePlan {
  readonly spaces: readonly AssertableSpace[];
  /** As in `ResolvedOptions`. */
  readonly spacesNamed: boolean;
  readonly warmup: number;
  readonly runs: number;
  readonly ignore: readonly IgnorePattern[];
  /** As in `OpenOptions`: 1 exact, 0 none. */
  readonly sampleInterval: number;
  readonly threads: "isolate" | "process";
  readonly retained: boolean;
  readonly settle: boolean;
}
