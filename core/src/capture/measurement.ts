/** What is said about one span of a program. Plain, immutable, structured-cloneable data. */

export type AssertableSpace = "heap" | "buffers" | "native";

export interface SpaceFigures {
  /** Everything allocated in the span, freed or not. `null`: unknown. */
  readonly allocatedBytes: number | null;
  /** Number of allocations; for the heap only in exact mode. `null`: unknown. */
  readonly allocationCount: number | null;
  /** Highest level above the level at the start. `null`: unknown. */
  readonly peakBytes: number | null;
  /** Allocated in the span and alive after it ended and a full collection settled. `null`: not asked for, or unknown. */
  readonly retainedBytes: number | null;
}

/** One stack frame, innermost first in a stack; positions are those of the source that the user wrote. */
export interface SourceFrame {
  readonly kind: "javascript" | "native" | "builtin" | "unknown";
  /** "" when anonymous. */
  readonly functionName: string;
  /** Absolute path, `node:` name, or native object; "" when unknown. */
  readonly file: string;
  /** 1-based; `null` when unknown. */
  readonly line: number | null;
  readonly column: number | null;
  /** The position is where the function begins, not where the call stands. */
  readonly lineIsFunction: boolean;
  readonly inlined: boolean;
  /** Who owns the frame: what is not "user" is folded in messages, never lost. */
  readonly owner: "user" | "dependency" | "node" | "runner" | "memspec" | "native";
}

export interface AllocationSite {
  readonly space: AssertableSpace;
  readonly stack: readonly SourceFrame[];
  readonly bytes: number;
  readonly count: number;
  /** `false` only when every allocation was recorded. */
  readonly estimated: boolean;
  /** Alive at the moment of the total's peak; `null`: unknown (heap). */
  readonly peakBytes: number | null;
  /** Alive at the end; `null`: not asked for. */
  readonly retainedBytes: number | null;
}

export interface Measurement {
  readonly durationMs: number;
  readonly heap: SpaceFigures & {
    /** Highest used size directly after a collection, above the start; `null`: no collection happened. */
    readonly peakLiveBytes: number | null;
  };
  readonly buffers: SpaceFigures;
  readonly native: SpaceFigures;
  /** Sum of the spaces the measurement was asked about. Its peak is the peak of the sum. */
  readonly total: SpaceFigures & {
    /** The true peak lies in [peakBytes - peakErrorBytes, peakBytes]; 0: exact. */
    readonly peakErrorBytes: number;
  };
  /** V8's own bookkeeping and memspec's own memory: shown, never asserted. */
  readonly engine: { readonly allocatedBytes: number | null; readonly ownBytes: number };
  readonly fragmentation: { readonly heapBytes: number | null; readonly nativeBytes: number | null };
  /** By bytes, largest first. */
  readonly sites: readonly AllocationSite[];
  /** Share of the assertable bytes (0 to 1) that has a stack, per space and in all; `null`: nothing was allocated or no stacks were taken. */
  readonly coverage: {
    readonly total: number | null;
    readonly heap: number | null;
    readonly buffers: number | null;
    readonly native: number | null;
  };
  readonly gc: { readonly count: number; readonly majorCount: number; readonly durationMs: number };
  readonly capabilities: Capabilities;
  readonly truncated: {
    readonly samplesDropped: number;
    readonly blocksDropped: number;
    readonly stacksDropped: number;
    readonly unknownFrees: number;
  };
  /** Bytes between two stack samples; 1: every allocation; 0: no stacks. */
  readonly sampleInterval: number;
}

export type Availability = { readonly available: true } | { readonly available: false; readonly reason: string };

export interface Capabilities {
  /** "native": the addon; "javascript": V8's JavaScript interfaces alone. */
  readonly tracker: "native" | "javascript";
  readonly native: Availability;
  readonly stacks: Availability;
  /** Heap sites name lines, or only functions. */
  readonly heapLines: boolean;
  /** What is true of this machine or run and makes a figure weaker, in sentences. */
  readonly notes: readonly string[];
}
