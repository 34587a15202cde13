/** Which of a test's runs its figures are of: of the retries the last, of the repeats the one with the highest peak. Pure. */

export interface Attempt {
  /** The key of the test. */
  readonly test: string;
  /** Runs after the first one that were asked for. */
  readonly repeat: number;
  /** Number of the body in the observation; `null`: others ran at the same time. */
  readonly body: number | null;
  /** The test was over before its body. */
  timedOut: boolean;
  /** Among bodies that interleave: it is not counted among those that run any more. */
  over: boolean;
}

/** @param peakOf highest level of a body above its start */
export function decidingAttempts(
  attempts: readonly Attempt[],
  peakOf: (body: number) => number,
): ReadonlyMap<string, Attempt> {
  const deciding = new Map<string, Attempt>();
  const repeated = new Map<string, Map<number, Attempt>>();
  for (const attempt of attempts) {
    const { test } = attempt;
    const before = deciding.get(test);
    deciding.set(test, attempt);
    // Most tests run once.
    if (before === undefined) continue;
    const repeats = repeated.get(test) ?? new Map([[before.repeat, before]]);
    repeated.set(test, repeats);
    repeats.set(attempt.repeat, attempt);
  }
  for (const [test, repeats] of repeated) {
    const all = [...repeats.values()];
    const measured = all.filter((attempt) => attempt.body !== null && !attempt.timedOut);
    const highest = measured.reduce<Attempt | undefined>(
      (best, attempt) => (best === undefined || peak(attempt, peakOf) > peak(best, peakOf) ? attempt : best),
      undefined,
    );
    // One run that could not be attributed makes the highest of the others no figure of the test.
    const unknown = all.find((attempt) => attempt.body === null || attempt.timedOut);
    const chosen = unknown ?? highest;
    if (chosen !== undefined) deciding.set(test, chosen);
  }
  return deciding;
}

function peak(attempt: Attempt, peakOf: (body: number) => number): number {
  return attempt.body === null ? -1 : peakOf(attempt.body);
}
