import { countedSpaces } from "../capture/availability.js";
import type { AllocationSite, AssertableSpace, Measurement, SpaceFigures } from "../capture/measurement.js";
import type { Recording } from "../capture/record.js";
import { coverageOf } from "./coverage.js";
import { deepFreeze } from "./deep-freeze.js";
import { figuresOf, peakOfSum, sumOf, trackedSpace } from "./figures.js";
import type { FrameContext } from "./frames.js";
import { isIgnored } from "./ignore.js";
import { notesOn } from "./notes.js";
import { toSites } from "./sites.js";

/** What is said about a recorded span. Pure; the result is plain, deeply frozen data. */
export function analyse(recording: Recording, context: FrameContext): Measurement {
  const { tracked, retained, plan, capabilities } = recording;
  const counted = countedSpaces(plan, capabilities);
  // One heap sampler serves the whole isolate: an outer measurement may have set its interval.
  const exact = (space: AssertableSpace): boolean =>
    (space === "heap" ? tracked.heapSampleInterval : plan.sampleInterval) === 1;
  const all = toSites(tracked.sites, context, exact);
  const ignored = plan.ignore.length === 0 ? [] : all.filter((site) => isIgnored(site, plan.ignore));
  const sites = ignored.length === 0 ? all : all.filter((site) => !ignored.includes(site));
  const figures = (space: AssertableSpace): SpaceFigures =>
    plan.ignore.length === 0
      ? figuresOf(tracked, retained, space)
      : without(figuresOf(tracked, retained, space), ignored, space, exact(space));
  const [heap, buffers, native] = [figures("heap"), figures("buffers"), figures("native")];
  const bySpace = { heap, buffers, native };
  const countedFigures = counted.map((space) => bySpace[space]);
  const allocatedBytes = sumOf(countedFigures.map((space) => space.allocatedBytes));
  const peak = plan.ignore.length > 0 ? { peakBytes: null, peakErrorBytes: 0 } : peakOfSum(tracked, counted);
  return deepFreeze<Measurement>({
    durationMs: tracked.durationNs / 1e6,
    heap: { ...heap, peakLiveBytes: tracked.heapPeakLiveBytes },
    buffers,
    native,
    total: {
      allocatedBytes,
      allocationCount: sumOf(countedFigures.map((space) => space.allocationCount)),
      ...peak,
      retainedBytes: sumOf(countedFigures.map((space) => space.retainedBytes)),
    },
    engine: { allocatedBytes: trackedSpace(tracked, "engine").allocatedBytes, ownBytes: tracked.ownBytes },
    fragmentation: { ...tracked.fragmentation },
    sites,
    coverage: coverageOf(
      sites,
      {
        heap: heap.allocatedBytes,
        buffers: buffers.allocatedBytes,
        native: native.allocatedBytes,
        total: allocatedBytes,
      },
      counted,
      plan.sampleInterval > 0 && capabilities.stacks.available,
    ),
    gc: {
      count: tracked.gc.count,
      majorCount: tracked.gc.majorCount,
      durationMs: tracked.gc.durationNs / 1e6,
    },
    capabilities: {
      tracker: capabilities.tracker,
      native: { ...capabilities.native },
      stacks: { ...capabilities.stacks },
      heapLines: capabilities.heapLines && tracked.heapByLine,
      notes: [...capabilities.notes, ...notesOn(recording, counted, peak, context.maps)],
    },
    truncated: { ...tracked.truncated },
    sampleInterval: capabilities.stacks.available ? plan.sampleInterval : 0,
  });
}

/**
 * Figures without the ignored sites. Where every allocation was recorded, what they allocated and retain is known; when
 * the rest had its peak is not.
 */
function without(
  figures: SpaceFigures,
  ignored: readonly AllocationSite[],
  space: AssertableSpace,
  exact: boolean,
): SpaceFigures {
  const mine = ignored.filter((site) => site.space === space);
  const less = (figure: number | null, part: (site: AllocationSite) => number | null): number | null => {
    const taken = mine.length === 0 ? 0 : sumOf(mine.map(part));
    return figure === null || taken === null || !exact ? null : Math.max(0, figure - taken);
  };
  return {
    allocatedBytes: less(figures.allocatedBytes, (site) => site.bytes),
    allocationCount: less(figures.allocationCount, (site) => site.count),
    peakBytes: null,
    retainedBytes: less(figures.retainedBytes, (site) => site.retainedBytes),
  };
}
