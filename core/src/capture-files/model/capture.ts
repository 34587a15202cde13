/** A capture as data: what reading gives and what every report of a capture is made of. Plain, immutable; no file, no clock. */

import type { CaptureEnd, CaptureMeta } from "../format/format.js";

export type CaptureSpace = "heap" | "buffers" | "native";

/** Of a stack; 1-based positions in the source that the user wrote where a source map says so; `null`: unknown. */
export interface CaptureFrame {
  /**
   * "unresolved": allocated too shortly before the file was cut off for its stack to have been named. "truncated": outermost, in place of
   * frames for which there was no room.
   */
  readonly kind: "javascript" | "native" | "builtin" | "unknown" | "unresolved" | "truncated";
  /** "" when anonymous. Native names are demangled. */
  readonly functionName: string;
  /** Absolute path, URL, `node:` name, or the native object's path; "" when unknown. */
  readonly file: string;
  /** Of a native frame: absolute path of the object that its code lies in, whatever source `file` names. */
  readonly module?: string;
  readonly line: number | null;
  readonly column: number | null;
  /** The position is where the function begins, not where the call stands. */
  readonly lineIsFunction: boolean;
  readonly inlined: boolean;
  /** "unknown": of a frame of which nothing is known. */
  readonly owner: "user" | "dependency" | "node" | "runner" | "memspec" | "native" | "unknown";
}

/**
 * Stacks as a tree that all views of one capture share. Node 0 is the root ("the program"), a node's parent is its caller, and has a lower number.
 * `parents[node]`, `frameOf[node]` (index into `frames`; -1 for the root).
 */
export interface StackTree {
  readonly frames: readonly CaptureFrame[];
  readonly parents: Uint32Array;
  readonly frameOf: Int32Array;
}

export interface CaptureThread {
  /** Number in the file; where several processes are read together, a number of its own. */
  readonly id: number;
  /** Index into `CaptureInfo.processes`. */
  readonly process: number;
  readonly systemId: number;
  readonly name: string;
  /** 0: no JavaScript runs on it. */
  readonly isolate: number;
}

/** One group of allocations: all of one stack, thread, space and allocator. Estimates are rounded to whole numbers. */
export interface CaptureRow {
  /** A node of the tree: the innermost frame. 0: no stack was taken. No two rows have all of node, thread, space and allocator in common. */
  readonly node: number;
  readonly thread: number;
  readonly space: CaptureSpace;
  /** The hooked function ("malloc", …); "" on the heap. */
  readonly allocator: string;
  readonly bytes: number;
  readonly count: number;
}

/** What was asked for of a capture. Bytes and counts of the heap are estimates unless `heapIsExact`. */
export interface CaptureView {
  readonly kind: ViewKind;
  /** Only these spaces. */
  readonly spaces: readonly CaptureSpace[];
  /** The moment, or the window's end; microseconds since the recording began; `null` where the view has none, or each process its own. */
  readonly time: number | null;
  /**
   * Of `spaces`, those of which this cannot be told, and which have no rows therefore: the heap, where it was not sampled or what died was not told.
   * Of several processes: those of which it cannot be told for all of them.
   */
  readonly unknownSpaces: readonly CaptureSpace[];
  readonly rows: readonly CaptureRow[];
  readonly bytes: number;
  readonly count: number;
}

/**
 * "peak": alive at the high-water mark of the spaces that are asked for together; "leaked": alive at the end; "temporary": freed at once (on the
 * heap: by the first collection); "allocated": everything, freed or not; "window": born in a window and alive at its end.
 */
export type ViewKind = "peak" | "leaked" | "temporary" | "allocated" | "window";

export interface ViewOptions {
  readonly kind: ViewKind;
  /** Default: all three. */
  readonly spaces?: readonly CaptureSpace[];
  /** For "temporary": freed before the same thread made more than this many further allocations. Default 1. */
  readonly threshold?: number;
  /** For "window": microseconds, inclusive; default: the beginning, the end. The resolution is that of the timeline. */
  readonly fromUs?: number;
  readonly toUs?: number;
  /** Only this thread's allocations. A peak is the process's all the same. */
  readonly thread?: number;
  /** Only this process's, an index into `CaptureInfo.processes`. */
  readonly process?: number;
}

/** Columns of equal length. Bytes; times in microseconds. */
export interface CaptureTimeline {
  readonly timeUs: Float64Array;
  readonly heapUsed: Float64Array;
  readonly heapCommitted: Float64Array;
  readonly buffers: Float64Array;
  readonly native: Float64Array;
  readonly engine: Float64Array;
  readonly rss: Float64Array;
  readonly collections: readonly CaptureCollection[];
}

export interface CaptureCollection {
  /** Index into `CaptureInfo.processes`. */
  readonly process: number;
  readonly isolate: number;
  readonly kind: "young" | "full" | "other";
  readonly beginUs: number;
  readonly endUs: number;
  readonly usedBefore: number;
  readonly usedAfter: number;
}

export interface Peak {
  /** The last reading of the clock before it; `null`: not one moment but the sum of each process's own peak. */
  readonly timeUs: number | null;
  readonly heapBytes: number;
  readonly buffersBytes: number;
  readonly nativeBytes: number;
}

/** `null`: unknown. */
export interface SpaceStatistics {
  readonly allocatedBytes: number | null;
  readonly allocationCount: number | null;
  readonly leakedBytes: number | null;
  readonly leakedCount: number | null;
  /** The space's own high-water mark, of the heap: its highest reading; `null` in an aggregated file, and of several processes. */
  readonly peakBytes: number | null;
}

export interface CaptureStatistics {
  readonly durationUs: number;
  readonly spaces: Readonly<Record<CaptureSpace, SpaceStatistics>>;
  /** Of heap, buffers and native together: the heap's part is its last reading. */
  readonly peak: Peak;
  /** Of buffers and native: exact. */
  readonly offHeapPeak: Peak;
  readonly byAllocator: readonly {
    readonly allocator: string;
    readonly space: CaptureSpace;
    readonly bytes: number;
    readonly count: number;
  }[];
  /** Sizes of native allocations and buffers, in bins of powers of two: `from` inclusive, `to` exclusive. No bin is left out. */
  readonly sizes: readonly {
    readonly from: number;
    readonly to: number;
    readonly nativeCount: number;
    readonly buffersCount: number;
  }[];
  readonly temporary: { readonly bytes: number; readonly count: number };
  /** Held by V8's heaps and not in use at the end of the timeline; `null`: no reading. */
  readonly heapFragmentationBytes: number | null;
  /** Allocations whose stack is not known, of all. */
  readonly withoutStack: { readonly bytes: number; readonly count: number };
  /** Allocations of which only the JavaScript frames are known, though native ones were asked for. */
  readonly withoutNativeFrames: { readonly bytes: number; readonly count: number };
  /** Allocations of native memory and buffers that the recording could not write down; they are in no figure. */
  readonly missedCount: number;
}

/** Why a file could be read in part only. */
export interface CaptureDamage {
  /** What is before this byte counts. */
  readonly atByte: number;
  readonly reason: string;
}

/** One recorded process. */
export interface CaptureProcess {
  readonly path: string;
  readonly meta: CaptureMeta;
  /** `null`: the recording did not end in order (the process was killed, or still runs). */
  readonly end: CaptureEnd | null;
  readonly damage: CaptureDamage | null;
  /** Of a recording with native stacks: files that they name and that say nothing of them now. */
  readonly unreadModules: readonly UnreadModule[];
}

/** A file of native code. Its frames have no lines, and the function that it exports next before them, as the recording noted it. */
export interface UnreadModule {
  readonly path: string;
  /** "missing": it is not there, or cannot be read. "changed": it is of another build than the one that ran. */
  readonly reason: "missing" | "changed";
}

/** Facts of a file that need no reading of its events. */
export interface CaptureInfo {
  /** One; several in a merged file, and where several files are read together: the first is the one that began the others. */
  readonly processes: readonly CaptureProcess[];
  /** This and the next five: of the first process's file. */
  readonly path: string;
  readonly bytes: number;
  readonly meta: CaptureMeta;
  /** `null`: the recording did not end in order (the process was killed, or still runs). */
  readonly end: CaptureEnd | null;
  readonly damage: CaptureDamage | null;
  readonly threads: readonly CaptureThread[];
  /** Every sample of the heap stands for itself, in all processes. */
  readonly heapIsExact: boolean;
}

/** One event, for those who read all of them. */
export type CaptureRecord =
  /** What follows is of this process, an index into `CaptureInfo.processes`. Only where there are several. */
  | { readonly type: "process"; readonly process: number }
  | {
      readonly type: "allocation";
      readonly space: "buffers" | "native";
      readonly address: number;
      readonly bytes: number;
      readonly thread: number;
      readonly allocator: string;
      readonly stack: number;
    }
  | { readonly type: "free"; readonly address: number; readonly thread: number }
  | { readonly type: "restored"; readonly thread: number }
  | {
      readonly type: "map" | "commit";
      readonly space: "buffers" | "native";
      readonly address: number;
      readonly bytes: number;
      readonly thread: number;
      readonly allocator: string;
      readonly stack: number;
    }
  | { readonly type: "unmap"; readonly address: number; readonly bytes: number; readonly thread: number }
  | {
      readonly type: "heapAllocation";
      readonly handle: number;
      readonly bytes: number;
      readonly thread: number;
      readonly stack: number;
    }
  | { readonly type: "heapFree"; readonly handle: number; readonly thread: number }
  | {
      readonly type: "sampling";
      readonly thread: number;
      readonly interval: number;
      readonly collectedAreTold: boolean;
    }
  | {
      readonly type: "levels";
      readonly timeUs: number;
      readonly rss: number;
      readonly buffers: number;
      readonly native: number;
      readonly engine: number;
      readonly heaps: readonly { readonly isolate: number; readonly used: number; readonly committed: number }[];
    }
  | {
      readonly type: "collectionBegins" | "collectionEnded";
      readonly timeUs: number;
      readonly isolate: number;
      readonly kind: "young" | "full" | "other";
      readonly used: number;
    }
  | { readonly type: "heapEnds"; readonly isolate: number }
  | { readonly type: "missed"; readonly count: number }
  /** The last record: nothing behind it can be read. */
  | { readonly type: "damage"; readonly damage: CaptureDamage };

/**
 * An open capture. Every question reads the file anew, in a stream: memory is bounded by the number of distinct stacks and of live blocks, never by
 * the number of records. Ask for several views at once to read once.
 */
export interface Capture {
  readonly info: CaptureInfo;
  /** @throws MemspecError `MEMSPEC_CAPTURE_SUMS`: an aggregated file cannot answer (a window, another threshold, records) */
  read(options: ReadOptions): Promise<CaptureReading>;
  /** Every record, in order. */
  records(): AsyncIterable<CaptureRecord>;
  /** The frames of a stack as `records` names it, innermost first. `process`: whose, default the first. */
  stack(id: number, process?: number): Promise<readonly CaptureFrame[]>;
}

export interface ReadOptions {
  readonly views: readonly ViewOptions[];
  /** Keep what answers every window of time. Default: no. @throws by `read` `MEMSPEC_CAPTURE_SUMS` on an aggregated file */
  readonly temporal?: TemporalOptions;
  /** Called with the share of the file that was read, 0 to 1, a few times a second. */
  readonly onProgress?: (share: number) => void;
}

export interface CaptureReading {
  /** In the order of the options. */
  readonly views: readonly CaptureView[];
  readonly tree: StackTree;
  /** Of several processes: the sum of their last readings, on the clock of the one that began first. */
  readonly timeline: CaptureTimeline;
  readonly statistics: CaptureStatistics;
  /** That of `info`, or what was found where the events were read. */
  readonly damage: CaptureDamage | null;
  /** Where it was asked for. */
  readonly temporal?: CaptureTemporal;
}

export interface TemporalOptions {
  /** At most this many buckets of time. Default 200. */
  readonly mostBuckets?: number;
  /** At most this many cells: where there would be more, two buckets become one, all through, until there are not. Default 250,000. */
  readonly mostCells?: number;
}

/**
 * What was born in one bucket of time and freed in a later one, for each group of allocations. A window of whole buckets `from` to `to`, inclusive, left
 * behind what has `from <= born <= to < freed`. What is freed in the bucket it was born in is in no window, and in no cell.
 *
 * In one pass: a live block keeps its time of birth; its free, or the end of the file, adds it to a cell. The width of a bucket doubles when the recording turns
 * out to be longer, or the cells more, than there is room for; joining neighbours is exact, so the result does not depend on when that was.
 */
export interface CaptureTemporal {
  /** All buckets are as wide, but the last, which ends with the recording. Bucket `i` begins at `i * bucketUs`. */
  readonly bucketUs: number;
  readonly buckets: number;
  /** Those of which the file cannot tell this: they have no cells. */
  readonly unknownSpaces: readonly CaptureSpace[];
  /** The groups that cells name. */
  readonly groups: readonly Pick<CaptureRow, "node" | "thread" | "space" | "allocator">[];
  /** Columns of equal length, by group, then `born`, then `freed`. `freed` is `buckets` for what was alive at the end. */
  readonly cells: {
    readonly group: Uint32Array;
    readonly born: Uint16Array;
    readonly freed: Uint16Array;
    readonly bytes: Float64Array;
    readonly count: Float64Array;
  };
}
