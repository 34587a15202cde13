import type { AssertableSpace, Measurement } from "../capture/measurement.js";
import type { FigureName } from "./figures.js";
import type { AssertionOutcome, MessageContext } from "./outcome.js";
import { assertSize, type SizeFacts } from "./size-assertion.js";

const DOCS = "docs/limits.md";

export interface BodyLimit {
  readonly figure: FigureName;
  readonly limitBytes: number;
  /** Where it was declared: `limitMemory()`, `limits["src/**"]`. */
  readonly source: string;
}

/**
 * A limit on a test's body: fails when the figure is strictly more, the limit itself passes. What could not be counted
 * is in `facts.notice`, not in the message: several limits tell it once.
 *
 * @param spaces those that the limit counts
 * @throws MemspecError `MEMSPEC_UNAVAILABLE` when the figure is unknown
 */
export function assertBodyLimit(
  limit: BodyLimit,
  measurement: Measurement,
  spaces: readonly AssertableSpace[],
  context: MessageContext,
): AssertionOutcome<SizeFacts> {
  return assertSize(
    {
      headline: `memory limit of this test: ${limit.figure}, from ${limit.source}`,
      runs: [measurement],
      limitBytes: limit.limitBytes,
      spaces,
      context,
    },
    limit.figure,
    "atMost",
    DOCS,
  );
}
