import { SPACES, type Space } from "../capture/binding.js";
import type { AssertableSpace, SpaceFigures } from "../capture/measurement.js";
import type { TrackedMeasurement, TrackedRetained, TrackedSpace } from "../capture/tracker.js";

/** Figures of one space as they were tracked. */
export function figuresOf(
  tracked: TrackedMeasurement,
  retained: TrackedRetained | null,
  space: AssertableSpace,
): SpaceFigures {
  const { allocatedBytes, allocationCount, peakBytes } = trackedSpace(tracked, space);
  return {
    allocatedBytes,
    allocationCount,
    peakBytes,
    retainedBytes: retained?.[SPACES.indexOf(space)] ?? null,
  };
}

export interface PeakOfSum {
  readonly peakBytes: number | null;
  readonly peakErrorBytes: number;
}

/** Sum of figures; one that is unknown makes the sum unknown, and so does having none. */
export function sumOf(values: readonly (number | null)[]): number | null {
  let total = 0;
  for (const value of values) {
    if (value === null) return null;
    total += value;
  }
  return values.length === 0 ? null : total;
}

/**
 * The peak of the sum of some spaces. The tracker knows it for all of them; that is the answer too when the others did not move.
 * For one space it is its own. Else it lies between the level at the end (or zero) and the sum of the peaks.
 */
export function peakOfSum(tracked: TrackedMeasurement, spaces: readonly AssertableSpace[]): PeakOfSum {
  const [only] = spaces;
  if (spaces.length === 1 && only !== undefined) {
    return { peakBytes: trackedSpace(tracked, only).peakBytes, peakErrorBytes: 0 };
  }
  const others = ASSERTABLE.filter((space) => !spaces.includes(space));
  if (tracked.total.peakBytes !== null && others.every((space) => didNotMove(trackedSpace(tracked, space)))) {
    return { peakBytes: tracked.total.peakBytes, peakErrorBytes: tracked.peakErrorBytes ?? 0 };
  }
  const peak = sumOf(spaces.map((space) => trackedSpace(tracked, space).peakBytes));
  const net = sumOf(spaces.map((space) => trackedSpace(tracked, space).netBytes));
  if (peak === null || net === null) return { peakBytes: null, peakErrorBytes: 0 };
  return { peakBytes: peak, peakErrorBytes: peak - Math.max(0, Math.min(peak, net)) };
}

const ASSERTABLE: readonly AssertableSpace[] = ["heap", "buffers", "native"];

/** Nothing allocated and nothing freed: its level was the start's all the time. Unknown spaces are in no total. */
function didNotMove(space: TrackedSpace): boolean {
  return (space.allocatedBytes ?? 0) === 0 && (space.netBytes ?? 0) === 0;
}

export function trackedSpace(tracked: TrackedMeasurement, space: Space): TrackedSpace {
  switch (space) {
    case "heap":
      return tracked.spaces[0];
    case "buffers":
      return tracked.spaces[1];
    case "native":
      return tracked.spaces[2];
    case "engine":
      return tracked.spaces[3];
  }
}
