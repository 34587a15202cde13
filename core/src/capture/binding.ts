/**
 * The contract between the native addon and TypeScript: plain data, no behaviour. The addon is one per process; every
 * function acts for the isolate that calls it.
 */

import type { BirthBinding } from "./birth-binding.js";
import type { GraphBinding } from "./graph-binding.js";
import type { LeakBinding } from "./leak-binding.js";
import type { ObserveBinding } from "./observe-binding.js";
import type { PackingBinding } from "./packing-binding.js";
import type { RawFrame } from "./raw-frame.js";
import type { RecordingBinding } from "./recording-binding.js";

export type { RawFrame, RawFrameKind } from "./raw-frame.js";

/** Index of a space in `RawSite.space`, in this order everywhere. */
export const SPACES = ["heap", "buffers", "native", "engine"] as const;
export type Space = (typeof SPACES)[number];

export interface NativeCapabilities {
  /** Version of the addon; must equal the core's. */
  readonly version: string;
  /** Allocator hooks can be installed. `false` with the reason otherwise. */
  readonly hooks: boolean;
  /** Why hooks cannot be installed, or "". */
  readonly hooksReason: string;
  /** V8's own allocations can be told from Node's (symbol table present). */
  readonly engineSymbols: boolean;
  /** Exact counting of ArrayBuffer backing stores through the isolate's allocator. */
  readonly bufferTap: boolean;
  /** Heap sites have lines, not only functions. */
  readonly heapLines: boolean;
  /** Isolates alive in this process; with more than one, helper threads cannot be told apart. */
  readonly isolates: number;
}

export interface OpenOptions {
  /** Bytes between two stack samples; 1 records every allocation; 0 takes no stacks. */
  readonly sampleInterval: number;
  /** "isolate": this isolate and the helper threads of nobody. "process": every thread (heap stays this isolate's). */
  readonly threads: "isolate" | "process";
  /** Keep what is needed to say what survives (object ids of the heap at the start). Costs one heap walk. */
  readonly retained: boolean;
  /** Collect and settle before counting begins. */
  readonly settle: boolean;
}

export interface RawSpace {
  readonly allocatedBytes: number;
  /** `null` where unknown (heap, unless every allocation was recorded). */
  readonly allocationCount: number | null;
  readonly peakBytes: number;
  /** Level at the end minus level at the start. May be negative. */
  readonly netBytes: number;
}

export interface RawSite {
  /** Index into `SPACES`. */
  readonly space: number;
  /** Innermost first. Empty: no stack could be had. */
  readonly frames: readonly RawFrame[];
  readonly framesTruncated: boolean;
  /** Allocated in the window. Estimates unless the window's `sampleInterval` was 1. */
  readonly bytes: number;
  readonly count: number;
  /** Alive at the moment of the total's peak; `null` for the heap. */
  readonly peakBytes: number | null;
  /** Alive after `retained()`; `null` when not asked for. */
  readonly retainedBytes: number | null;
}

export interface RawMeasurement {
  readonly durationNs: number;
  /** In the order of `SPACES`. */
  readonly spaces: readonly [RawSpace, RawSpace, RawSpace, RawSpace];
  readonly total: RawSpace;
  /** The peak of the sum is known to lie in [peakBytes - peakErrorBytes, peakBytes]. */
  readonly peakErrorBytes: number;
  /** Highest V8 used size directly after a collection, above the start; `null` when none happened. */
  readonly heapPeakLiveBytes: number | null;
  /** `false`: after the collection of a clean start V8's worker threads were still at work when it began. */
  readonly cameToRest: boolean;
  readonly gc: {
    readonly count: number;
    readonly majorCount: number;
    readonly durationNs: number;
  };
  readonly fragmentation: {
    /** V8 committed minus used. */
    readonly heapBytes: number;
    /** Free bytes inside malloc's arenas; `null` where unknown. */
    readonly nativeBytes: number | null;
  };
  readonly sites: readonly RawSite[];
  readonly heapSampler: "off" | "running" | "taken";
  readonly heapByLine: boolean;
  /** Bytes between two heap samples, never more than was asked for where all samples are wanted; finer where another measurement asked for that; 0: none were taken. */
  readonly heapSampleInterval: number;
  readonly truncated: {
    readonly samplesDropped: number;
    readonly blocksDropped: number;
    readonly stacksDropped: number;
    /** Frees of memory older than the hooks, whose size is unknown. */
    readonly unknownFrees: number;
  };
  /** Memory memspec itself holds. */
  readonly ownBytes: number;
}

export interface RawRetained {
  /**
   * Born in the window and alive now, per space in the order of `SPACES` (engine included). `null` for the heap: somebody else takes
   * from V8's record of births what it tells once.
   */
  readonly bytes: readonly [number | null, number, number, number];
}

/** An open measurement. A number, so that holding one costs no heap. */
export type Handle = number;

export interface NativeBinding
  extends BirthBinding,
    GraphBinding,
    LeakBinding,
    ObserveBinding,
    PackingBinding,
    RecordingBinding {
  capabilities(): NativeCapabilities;
  /** Takes a reference on the hooks, so that memory allocated from now on is known. Balanced by `disarm`. */
  arm(): void;
  disarm(): void;
  /** Prepares a measurement (hooks). Nothing is counted yet. */
  open(options: OpenOptions): Handle;
  /** Settles if asked to, starts the sampler; then counting begins. */
  begin(handle: Handle): void;
  /** Counting ends. Idempotent. */
  end(handle: Handle): void;
  /**
   * begin, fn.apply(thisArg, args), end: with nothing of ours in between. When fn returns a native promise, counting
   * ends when that promise settles (before any of our JavaScript runs). What fn throws comes through. When fn returns
   * something else, counting has ended.
   */
  call(handle: Handle, fn: (...args: never[]) => unknown, thisArg: unknown, args: readonly unknown[]): unknown;
  /** fn(), as memspec's own work: what it allocates is in no figure. */
  own<T>(fn: () => T): T;
  /** Figures and sites of an ended measurement. */
  read(handle: Handle): RawMeasurement;
  /** Full settled collection (synchronous). WeakRefs need a macrotask hop by the caller first. */
  collect(): void;
  /** Waits until V8's worker threads have ended what they were given. `false`: they had not after a second. */
  quiesce(): boolean;
  /** After `end` and `collect`; requires `open({ retained: true })`. Fills `retainedBytes` of sites read afterwards. */
  retained(handle: Handle): RawRetained;
  /**
   * Live instances born in the window by constructor name; requires `open({ retained: true })`.
   * Names are matched exactly against V8's constructor name of the object.
   */
  instances(handle: Handle, names: readonly string[]): readonly number[];
  /** The same instances' object ids, of the first sixteen of each. */
  instanceIds(handle: Handle, names: readonly string[]): readonly (readonly number[])[];
  /** Gives the measurement's memory back. An open one is ended first. Idempotent. */
  close(handle: Handle): void;
  /** Id of the latest script that V8 knows by this name, a path or URL; -1: none was compiled since the tracker was armed. */
  latestScript(url: string): number;
  /** The script's sourceMappingURL, possibly a data URL of megabytes; "" when it has none. */
  sourceMapUrl(scriptId: number): string;
}
