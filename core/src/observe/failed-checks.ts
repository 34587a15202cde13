/**
 * Memory assertions that failed in the test that runs: what they measured is finer than the observation, and the heap is as
 * it was when they failed. Whoever observes the file listens.
 */

import type { AllocationSite } from "../capture/measurement.js";

export type FailedCheckListener = (sites: readonly AllocationSite[]) => void;

let listener: FailedCheckListener | undefined;

/** @param next `undefined`: nobody listens any more */
export function onFailedCheck(next: FailedCheckListener | undefined): void {
  listener = next;
}

/** @param sites of the measurement; none where the assertion measures no bytes */
export function noteFailedCheck(sites: readonly AllocationSite[] = []): void {
  listener?.(sites);
}
