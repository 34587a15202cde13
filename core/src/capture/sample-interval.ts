/** Samples that a figure at its limit leads to: enough for sites down to a percent of the limit. */
const SAMPLES_PER_LIMIT = 500;
const SMALLEST = 512;
const LARGEST = 512 * 1024;

/** Where there is no limit to follow. */
const DEFAULT_SAMPLE_INTERVAL: number = 128 * 1024;

/**
 * Bytes between two stack samples for a limit: 1/500 of it, between 512 B and 512 KiB.
 *
 * @param limitBytes the limit in bytes; `null` when there is none
 */
export function sampleIntervalFor(limitBytes: number | null): number {
  if (limitBytes === null) return DEFAULT_SAMPLE_INTERVAL;
  return Math.min(LARGEST, Math.max(SMALLEST, Math.round(limitBytes / SAMPLES_PER_LIMIT)));
}
