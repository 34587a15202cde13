/** The contract of a leak check's readings (native/capture/leak_run.h): plain data, no behaviour. */

import type { RawFrame } from "./raw-frame.js";

/** What was born in one interval and is alive. */
export interface RawAlive {
  readonly bytes: number;
  readonly count: number;
}

/** What one boundary read. */
export interface RawBoundary {
  /** V8's used size without code spaces. */
  readonly usedBytes: number;
  /** On the heap, garbage included, since something began to count it. */
  readonly allocatedBytes: number;
  /** The highest object id: the interval that begins here gives higher ones. */
  readonly lastObjectId: number;
  /**
   * By interval, as many as there were boundaries before this one. `null`: somebody else takes from V8's record of births what it
   * tells once.
   */
  readonly heap: readonly RawAlive[] | null;
  /** `null`: the allocator's hooks could not be installed. */
  readonly buffers: readonly RawAlive[] | null;
  readonly native: readonly RawAlive[] | null;
  /** Open libuv handles of this thread's loop by kind ("tcp", "fs_event", …), and the process's descriptors ("fd"). */
  readonly handles: Readonly<Record<string, number>>;
}

/** A place where descriptors were opened that are open now. */
export interface RawOpened {
  /** Innermost first. */
  readonly frames: readonly RawFrame[];
  readonly count: number;
}

/** The part of the addon that reads what leak checks judge. One check at a time in an isolate. */
export interface LeakBinding {
  /**
   * From here to `leakEnd` the hooks are in and objects have ids.
   *
   * @param traces also record where each object is allocated (`RawTrace`): 40 times slower
   */
  leakBegin(traces: boolean): void;
  /**
   * Collects, and reads what is alive of each interval between two boundaries. Macrotasks must have gone by.
   *
   * @param lastResort also collects what only a last-resort collection frees
   */
  leakBoundary(lastResort: boolean): void;
  /**
   * Calls `fn` without arguments. Where it fills the heap it is stopped, as is every call after it: then the error has the code
   * `MEMSPEC_LEAK_OUT_OF_MEMORY`.
   */
  leakCall(fn: () => unknown): unknown;
  /**
   * From the last boundary on objects remember where they are allocated (`RawTrace`), which is 40 times slower; unless another
   * measurement counts births, which could then not go on.
   */
  leakRecordStacks(): void;
  /** From here on it is noted where this thread opens descriptors (`open` and `openat`); what was noted before is forgotten. */
  leakWatchDescriptors(): void;
  /** Those that are still open, most first. The first 4096 that were opened are looked at. */
  leakOpenedDescriptors(): readonly RawOpened[];
  /** Forgets all boundaries, and records stacks no longer. Objects keep their ids. */
  leakStartOver(): void;
  /** All boundaries so far. */
  leakRead(): readonly RawBoundary[];
  leakEnd(): void;
}
