/** What a test broke, as the report of a run tells it: from the errors that it failed with. */

import { ASSERTABLE_SPACES } from "../capture/validate-options.js";
import type { BreachRecord } from "../observe/payload.js";
import { isLimitError, type LimitFailure } from "./limit-error.js";

/** What a failure says of itself, whether of a limit on a body or of a matcher. */
export type BreachFacts = Pick<LimitFailure, "figure" | "of" | "spaces" | "figureBytes" | "limitBytes" | "source">;

/** One space is that space, all are the total; of several that are not all it is their sum, and they are named. */
export function breachRecord({ figure, of, spaces, figureBytes, limitBytes, source }: BreachFacts): BreachRecord {
  const [only, ...others] = spaces;
  const one = only !== undefined && others.length === 0;
  return {
    figure,
    ...(of === undefined ? {} : { of }),
    space: one ? only : "total",
    ...(one || spaces.length === ASSERTABLE_SPACES.length ? {} : { spaces }),
    limitBytes,
    actualBytes: figureBytes,
    source,
  };
}

/**
 * The matchers that failed, by attempt of a test. That a matcher's answer is a failure does not make it the test's: it may be
 * caught, or follow `.not` in a test of its own. It is the test's when the test failed with its message.
 */
export interface FailedMatchers {
  /**
   * @param testId `CurrentTest.id`
   * @param text the message, as the runner has it
   */
  note(testId: string, text: string, facts: BreachFacts): void;
  /**
   * What an attempt broke by matchers; whatever else was noted of it is dropped.
   *
   * @param errors all that it failed with
   */
  take(testId: string, errors: readonly unknown[]): readonly BreachRecord[];
}

export function createFailedMatchers(): FailedMatchers {
  const byTest = new Map<string, { readonly text: string; readonly facts: BreachFacts }[]>();
  return {
    note(testId, text, facts) {
      byTest.set(testId, [...(byTest.get(testId) ?? []), { text, facts }]);
    },
    take(testId, errors) {
      const noted = byTest.get(testId);
      if (noted === undefined) return [];
      byTest.delete(testId);
      const texts = new Set(errors.map(messageOf));
      return noted.filter(({ text }) => texts.has(text)).map(({ facts }) => breachRecord(facts));
    },
  };
}

/** The limits on a body that an error is about; none: it is about something else. */
export function breachesOf(error: unknown): readonly BreachRecord[] {
  return isLimitError(error) ? error.failures.map(breachRecord) : [];
}

function messageOf(error: unknown): unknown {
  return (error as { readonly message?: unknown } | null | undefined)?.message;
}
