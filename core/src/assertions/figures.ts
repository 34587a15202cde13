/** The figures that can be asserted. */

import type { AssertableSpace, Measurement } from "../capture/measurement.js";
import { MemspecError } from "../errors/memspec-error.js";
import type { SiteFigure } from "./places.js";

export type FigureName = "allocated" | "peak" | "retained";

type FigureKey = "allocatedBytes" | "peakBytes" | "retainedBytes";

const KEYS: Readonly<Record<FigureName, FigureKey>> = {
  allocated: "allocatedBytes",
  peak: "peakBytes",
  retained: "retainedBytes",
};

/** Which bytes of a site tell where a figure comes from. */
export const SITE_FIGURES: Readonly<Record<FigureName, SiteFigure>> = {
  allocated: "bytes",
  peak: "peakBytes",
  retained: "retainedBytes",
};

/**
 * The total's figure in bytes.
 *
 * @throws MemspecError `MEMSPEC_UNAVAILABLE` when it is unknown: what is unknown passes no assertion
 */
export function figureOf(measurement: Measurement, figure: FigureName): number {
  const bytes = measurement.total[KEYS[figure]];
  if (bytes !== null) return bytes;
  const notes = measurement.capabilities.notes.join(" ");
  throw new MemspecError("MEMSPEC_UNAVAILABLE", `How much was ${FIGURE_VERBS[figure]} is not known here.`, {
    value: figure,
    hint: notes === "" ? "Assert another figure, or run where the native tracker is available." : notes,
  });
}

const FIGURE_VERBS: Readonly<Record<FigureName, string>> = {
  allocated: "allocated",
  peak: "in use at the peak",
  retained: "retained",
};

/** A space's figure; `null`: unknown. */
export function spaceFigure(measurement: Measurement, space: AssertableSpace, figure: FigureName): number | null {
  return measurement[space][KEYS[figure]];
}
