import type { AssertionOutcome } from "./outcome.js";
import { assertSize, type SizeAssertion, type SizeFacts, withNotice } from "./size-assertion.js";

/**
 * Passes when the highest level above the level at the start is strictly less than the limit.
 *
 * @throws MemspecError `MEMSPEC_UNAVAILABLE` when the figure is unknown
 */
export function assertPeakBelow(assertion: SizeAssertion): AssertionOutcome<SizeFacts> {
  return withNotice(assertSize(assertion, "peak", "below", "docs/matchers/toPeakBelow.md"));
}
