import type { Measurement } from "../capture/measurement.js";

/** The run a verdict is about, and how far the others lie apart. */
export interface MedianRun {
  /** A run that took place, so that its sites and figures belong together. */
  readonly measurement: Measurement;
  /** Its figure; `null`: unknown. */
  readonly median: number | null;
  readonly smallest: number | null;
  readonly largest: number | null;
  readonly runs: number;
}

/**
 * The run with the median figure. Of an even number of runs the higher of the middle two, so that a limit is not passed
 * for want of one run. A figure that is unknown in any run is unknown here.
 *
 * @param runs at least one
 * @param figure what is asserted, in bytes; `null`: unknown
 */
export function medianRun(
  runs: readonly Measurement[],
  figure: (measurement: Measurement) => number | null,
): MedianRun {
  const sorted = runs
    .map((measurement) => ({ measurement, bytes: figure(measurement) }))
    .sort((a, b) => (a.bytes ?? 0) - (b.bytes ?? 0));
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new RangeError("a median needs at least one run");
  const known = sorted.every((run) => run.bytes !== null);
  return {
    measurement: middle.measurement,
    median: known ? middle.bytes : null,
    smallest: known ? (sorted[0]?.bytes ?? null) : null,
    largest: known ? (sorted.at(-1)?.bytes ?? null) : null,
    runs: runs.length,
  };
}
