import type { AssertionOutcome } from "./outcome.js";
import { assertSize, type SizeAssertion, type SizeFacts, withNotice } from "./size-assertion.js";

/**
 * Passes when everything allocated in the span, freed or not, is strictly less than the limit.
 *
 * @throws MemspecError `MEMSPEC_UNAVAILABLE` when the figure is unknown
 */
export function assertAllocateLessThan(assertion: SizeAssertion): AssertionOutcome<SizeFacts> {
  return withNotice(assertSize(assertion, "allocated", "below", "docs/matchers/toAllocateLessThan.md"));
}
