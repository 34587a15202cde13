import type { AssertionOutcome } from "./outcome.js";
import { assertSize, type SizeAssertion, type SizeFacts, withNotice } from "./size-assertion.js";

/**
 * Passes when what was allocated in the span and is still alive is strictly less than the limit.
 *
 * @throws MemspecError `MEMSPEC_UNAVAILABLE` when the figure is unknown
 */
export function assertRetainLessThan(assertion: SizeAssertion): AssertionOutcome<SizeFacts> {
  return withNotice(assertSize(assertion, "retained", "below", "docs/matchers/toRetainLessThan.md"));
}
