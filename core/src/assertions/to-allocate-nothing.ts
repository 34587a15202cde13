import type { AssertionOutcome } from "./outcome.js";
import { assertSize, type SizeAssertion, type SizeFacts, withNotice } from "./size-assertion.js";

/**
 * Passes when not one assertable byte was allocated.
 *
 * @throws MemspecError `MEMSPEC_UNAVAILABLE` when the figure is unknown
 */
export function assertAllocateNothing(assertion: Omit<SizeAssertion, "limitBytes">): AssertionOutcome<SizeFacts> {
  return withNotice(
    assertSize({ ...assertion, limitBytes: 0 }, "allocated", "atMost", "docs/matchers/toAllocateNothing.md"),
  );
}
