/**
 * The spans of test bodies that have not ended. A body may never end: the runner gives a test up after its timeout, and
 * nobody would close the measurement. What runs the tests says when one is over.
 */

import type { LimitsHost } from "./types.js";

/** Of one test: closes its measurement, once. */
type Abandon = () => void;

const openByTest = new Map<string, Set<Abandon>>();

/**
 * Takes note of an open span of the test that runs now.
 *
 * @returns forgets it again: the span has ended
 */
export function noteOpenSpan(host: LimitsHost, abandon: Abandon): () => void {
  const id = host.currentTest()?.id;
  if (id === undefined) return () => undefined;
  const open = openByTest.get(id) ?? new Set();
  openByTest.set(id, open.add(abandon));
  return () => {
    open.delete(abandon);
    if (open.size === 0) openByTest.delete(id);
  };
}

/**
 * Closes what a test that is over left open: its body timed out, and will be judged no more, whenever it ends.
 *
 * @param testId `CurrentTest.id`
 */
export function abandonSpans(testId: string): void {
  const open = openByTest.get(testId);
  if (open === undefined) return;
  openByTest.delete(testId);
  for (const abandon of open) abandon();
}
