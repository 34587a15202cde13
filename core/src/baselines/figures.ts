/** What is recorded of a measurement. Pure. */

import type { AssertableSpace, Measurement } from "../capture/measurement.js";
import {
  BASELINE_SPACES,
  type BaselineFigure,
  type BaselineSpace,
  type RecordedFigures,
  type SpaceBytes,
} from "./types.js";

const KEYS: Readonly<Record<BaselineFigure, "allocatedBytes" | "peakBytes">> = {
  allocated: "allocatedBytes",
  peak: "peakBytes",
};

/**
 * The median of each figure by itself; of an even number of runs the higher of the middle two. One space alone is its own total.
 *
 * @param runs at least one
 * @param spaces those that were asked about
 */
export function recordedFigures(runs: readonly Measurement[], spaces: readonly AssertableSpace[]): RecordedFigures {
  const of = (figure: BaselineFigure): SpaceBytes => {
    const entries = BASELINE_SPACES.filter((space) =>
      space === "total" ? spaces.length > 1 : spaces.includes(space),
    ).map((space): [BaselineSpace, number | null] => [
      space,
      medianOf(runs.map((run) => bytesOf(run, figure, space, spaces))),
    ]);
    return new Map(entries);
  };
  return { allocated: of("allocated"), peak: of("peak") };
}

/** A total of which a part is unknown is unknown: it would be compared with one that has all parts. */
function bytesOf(
  run: Measurement,
  figure: BaselineFigure,
  space: BaselineSpace,
  spaces: readonly AssertableSpace[],
): number | null {
  const key = KEYS[figure];
  return space === "total" && spaces.some((part) => run[part][key] === null) ? null : run[space][key];
}

function medianOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  if (known.length < values.length) return null;
  return known.sort((a, b) => a - b)[Math.floor(known.length / 2)] ?? null;
}
