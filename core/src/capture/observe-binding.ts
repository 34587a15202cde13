/** The part of the addon that observes whole test files. Records of numbers lie one behind the other in typed arrays. */

import type { RawFrame } from "./raw-frame.js";

/** What runs between two marks, by the number that the addon knows it by. */
export const SPAN_KINDS = { modules: 0, hooks: 1, body: 2, shared: 3 } as const;

/** Indices into the record of a span; of each figure by space, heap, buffers and native follow each other. */
export const SPAN = {
  durationNs: 0,
  allocated: 1,
  peak: 4,
  net: 7,
  totalPeak: 10,
  totalPeakError: 11,
  collections: 12,
  majorCollections: 13,
  collectionNs: 14,
  length: 15,
} as const;

/** Indices into the record of a point in time. `collection`: 0 none, 1 a minor one ended, 2 a major one ended. */
export const POINT = { ms: 0, heap: 1, buffers: 2, native: 3, rss: 4, collection: 5, length: 6 } as const;

/** Indices into the record of a site. */
export const SITE = {
  /** A body by its number, or one of `SITE_SPANS`. */
  span: 0,
  /** Index into `SPACES`. */
  space: 1,
  /** Index into `RawObservation.stacks`. */
  stack: 2,
  bytes: 3,
  count: 4,
  /** Alive at the span's peak; NaN: unknown. */
  peakBytes: 5,
  length: 6,
} as const;
export const SITE_SPANS = { modules: -1, hooks: -2, shared: -3 } as const;

export interface RawObservation {
  /** `false`: only the heap was observed. */
  readonly offHeap: boolean;
  /** One record; likewise the next two. */
  readonly file: Float64Array;
  readonly modules: Float64Array | null;
  readonly hooks: Float64Array | null;
  /** A record for each body, in the order of the marks. */
  readonly bodies: Float64Array;
  readonly baseline: Float64Array;
  readonly end: Float64Array;
  readonly timeline: Float64Array;
  /** Each once. */
  readonly frames: readonly RawFrame[];
  /** Indices into `frames`, innermost first. */
  readonly stacks: readonly Uint32Array[];
  readonly sites: Float64Array;
  readonly heapSampler: "off" | "running" | "taken";
  readonly truncated: {
    readonly bodiesDropped: number;
    readonly samplesDropped: number;
    /** Runs of the heap's sampler that served a measurement and say nothing about the file. */
    readonly heapSamplesDropped: number;
  };
  /** Of the observation's start, since 1970. */
  readonly beganWallMs: number;
}

export interface RawHardCap {
  readonly total: number;
  readonly rss: number;
  /** `false`: a worker thread, which ends alone if it can. */
  readonly ownsProcess: boolean;
  /** The test file, for the line on the standard error. */
  readonly file: string;
}

export interface ObserveBinding {
  /**
   * Opens the observation of a test file; one that is open is dropped. The first span is that of the modules.
   *
   * @param options.stateFile a file of 4096 bytes that is kept up to date for whoever finds this process dead; "": none. What
   *   allocated most goes into a file beside it, whose name ends in ".sites".
   * @param options.hardCap bytes at which the process, or the worker thread, is ended; 0: none. Needs a state file.
   */
  observeBegin(options: {
    readonly sampleInterval: number;
    readonly stateFile: string;
    readonly hardCap?: RawHardCap | null;
  }): void;
  /** Ends the running span and begins one of this kind (`SPAN_KINDS`). Makes nothing on the heap. */
  observeMark(kind: number): void;
  /** The running body is measured for a limit: its span is that of the next measurement. */
  observeLimitedBody(): void;
  /** The test that runs now, for the state file; "": none. */
  observeTest(name: string): void;
  /** Writes V8's heap snapshot into a file; what that takes is in no figure. `false`: it could not be written. */
  observeSnapshot(path: string): boolean;
  /** Ends the observation; `null` when there is none. */
  observeEnd(): RawObservation | null;
}
