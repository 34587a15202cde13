/** Recordings with known truth, in the shape that the trackers give them. */

import type { FrameContext } from "../../../core/src/analysis/frames.js";
import { type MapSource, SourceMaps } from "../../../core/src/analysis/source-maps.js";
import type { RawFrame, RawSite } from "../../../core/src/capture/binding.js";
import type { Capabilities } from "../../../core/src/capture/measurement.js";
import type { MeasurePlan } from "../../../core/src/capture/options.js";
import type { Recording } from "../../../core/src/capture/record.js";
import type { TrackedMeasurement, TrackedSpace } from "../../../core/src/capture/tracker.js";

export const HEAP = 0;
export const BUFFERS = 1;
export const NATIVE = 2;
export const ENGINE = 3;

export function frame(functionName: string, url: string, line = 1, column = 1, more: Partial<RawFrame> = {}): RawFrame {
  return {
    kind: "javascript",
    functionName,
    url,
    scriptId: -1,
    line,
    column,
    lineIsFunction: false,
    inlined: false,
    ...more,
  };
}

export function site(space: number, bytes: number, frames: readonly RawFrame[], more: Partial<RawSite> = {}): RawSite {
  return { space, frames, framesTruncated: false, bytes, count: 1, peakBytes: null, retainedBytes: null, ...more };
}

export function tracked(allocated: number, more: Partial<TrackedSpace> = {}): TrackedSpace {
  return { allocatedBytes: allocated, allocationCount: null, peakBytes: allocated, netBytes: allocated, ...more };
}

const NO_CAPABILITIES: Capabilities = {
  tracker: "native",
  native: { available: true },
  stacks: { available: true },
  heapLines: true,
  notes: [],
};

const PLAN: MeasurePlan = {
  spaces: ["heap", "buffers", "native"],
  spacesNamed: false,
  warmup: 0,
  runs: 1,
  ignore: [],
  sampleInterval: 512,
  threads: "isolate",
  retained: false,
  settle: false,
};

export interface RecordingParts {
  readonly tracked?: Partial<TrackedMeasurement>;
  readonly plan?: Partial<MeasurePlan>;
  readonly capabilities?: Partial<Capabilities>;
  readonly retained?: Recording["retained"];
}

export function recording(parts: RecordingParts = {}): Recording {
  return {
    tracked: {
      durationNs: 2_500_000,
      spaces: [tracked(0), tracked(0), tracked(0), tracked(0)],
      total: tracked(0),
      peakErrorBytes: 0,
      heapPeakLiveBytes: null,
      cameToRest: true,
      gc: { count: 0, majorCount: 0, durationNs: 0 },
      fragmentation: { heapBytes: 0, nativeBytes: null },
      sites: [],
      heapSampler: "running",
      heapByLine: true,
      heapSampleInterval: parts.plan?.sampleInterval ?? PLAN.sampleInterval,
      truncated: { samplesDropped: 0, blocksDropped: 0, stacksDropped: 0, unknownFrees: 0 },
      ownBytes: 0,
      ...parts.tracked,
    },
    retained: parts.retained ?? null,
    capabilities: { ...NO_CAPABILITIES, ...parts.capabilities },
    plan: { ...PLAN, ...parts.plan },
  };
}

export function context(source: Partial<MapSource> = {}, memspecRoots: readonly string[] = []): FrameContext {
  return { maps: new SourceMaps({ sourceMapUrl: () => "", readText: () => null, ...source }), memspecRoots };
}
