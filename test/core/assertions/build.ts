/** Measurements built by hand: what is not named is zero, or unknown where only some trackers know it. */

import type {
  AllocationSite,
  Capabilities,
  Measurement,
  SourceFrame,
  SpaceFigures,
} from "../../../core/src/capture/measurement.js";

export const ALL_SPACES = ["heap", "buffers", "native"] as const;

export const CONTEXT = { root: "/project", isNot: false, verbose: false } as const;

const NOTHING: SpaceFigures = { allocatedBytes: 0, allocationCount: 0, peakBytes: 0, retainedBytes: null };

const NATIVE_TRACKER: Capabilities = {
  tracker: "native",
  native: { available: true },
  stacks: { available: true },
  heapLines: true,
  notes: [],
};

export const FALLBACK: Capabilities = {
  tracker: "javascript",
  native: { available: false, reason: "there is no addon for this platform" },
  stacks: { available: false, reason: "there is no addon for this platform" },
  heapLines: false,
  notes: ["The total is that of heap and buffers."],
};

export interface Given {
  readonly heap?: Partial<SpaceFigures>;
  readonly buffers?: Partial<SpaceFigures>;
  readonly native?: Partial<SpaceFigures>;
  readonly total?: Partial<Measurement["total"]>;
  readonly sites?: readonly AllocationSite[];
  readonly coverage?: number | null;
  readonly capabilities?: Capabilities;
  readonly truncated?: Partial<Measurement["truncated"]>;
  readonly sampleInterval?: number;
}

export function measurement(given: Given): Measurement {
  const coverage = given.coverage ?? null;
  return {
    durationMs: 1,
    heap: { ...NOTHING, allocationCount: null, peakLiveBytes: null, ...given.heap },
    buffers: { ...NOTHING, ...given.buffers },
    native: { ...NOTHING, ...given.native },
    total: { ...NOTHING, peakErrorBytes: 0, ...given.total },
    engine: { allocatedBytes: 0, ownBytes: 0 },
    fragmentation: { heapBytes: 0, nativeBytes: 0 },
    sites: given.sites ?? [],
    coverage: { total: coverage, heap: coverage, buffers: coverage, native: coverage },
    gc: { count: 0, majorCount: 0, durationMs: 0 },
    capabilities: given.capabilities ?? NATIVE_TRACKER,
    truncated: { samplesDropped: 0, blocksDropped: 0, stacksDropped: 0, unknownFrees: 0, ...given.truncated },
    sampleInterval: given.sampleInterval ?? 100_000,
  };
}

/** A frame of the user's: `frame("parse", "src/parse.ts", 30, 5)`. */
export function frame(functionName: string, file: string, line: number, column: number): SourceFrame {
  return {
    kind: "javascript",
    functionName,
    file: `/project/${file}`,
    line,
    column,
    lineIsFunction: false,
    inlined: false,
    owner: "user",
  };
}

/** A frame that is not the user's. */
export function foreign(owner: SourceFrame["owner"], functionName: string, file: string): SourceFrame {
  return { ...frame(functionName, "", 380, 10), file, owner, kind: owner === "native" ? "native" : "javascript" };
}

export function site(given: Partial<AllocationSite> & Pick<AllocationSite, "space" | "bytes">): AllocationSite {
  return { stack: [], count: 1, estimated: true, peakBytes: null, retainedBytes: null, ...given };
}
