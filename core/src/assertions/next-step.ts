/** The one thing that most helps a reader on after a failure. */

import type { Measurement } from "../capture/measurement.js";
import type { FigureName } from "./figures.js";

/** Below this share the places named may not be the ones that matter. */
const GOOD_COVERAGE = 0.8;

/** @param docs the page that explains the assertion: "docs/matchers/toPeakBelow.md" */
export function nextStep(measurement: Measurement, figure: FigureName, verbose: boolean, docs: string): string {
  const { truncated, coverage, sampleInterval, capabilities } = measurement;
  if (!capabilities.stacks.available) return `see ${docs} for what can be measured here.`;
  if (sampleInterval === 0) return 'leave out { stacks: "none" } to see where it was allocated.';
  if (truncated.samplesDropped > 0 || truncated.stacksDropped > 0) {
    return "measure a smaller part, so that no sample is dropped.";
  }
  const poor = coverage.total === null || coverage.total < GOOD_COVERAGE;
  if (sampleInterval > 1 && poor) return 'call it with { stacks: "exact" } to record every allocation.';
  if (!verbose) return `call it with { verbose: true } for all places and whole stacks; ${docs} explains the figure.`;
  if (sampleInterval > 1) return 'call it with { stacks: "exact" } for exact bytes per place.';
  return figure === "retained" ? "follow the first place to what keeps its memory alive." : `see ${docs}.`;
}
