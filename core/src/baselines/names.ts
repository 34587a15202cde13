/** What tests and calls are called in a baseline file. Pure. */

/** The call whose figures are those of the whole body of a test. No call of a matcher is named so: those end with a number. */
export const BODY_CALL = "body";

/** "#1", "large files #2": by the hint, in the order of the calls of a test. */
export function callName(hint: string, number: number): string {
  return hint === "" ? `#${number}` : `${hint} #${number}`;
}

/**
 * Names of tests, each once: the second of a name is "name (2)".
 *
 * @param tests in the order in which they are defined
 */
export function uniqueNames<T>(tests: Iterable<T>, nameOf: (test: T) => string): ReadonlyMap<T, string> {
  const names = new Map<T, string>();
  const taken = new Set<string>();
  for (const test of tests) {
    const name = nameOf(test);
    let unique = name;
    for (let number = 2; taken.has(unique); number += 1) unique = `${name} (${number})`;
    taken.add(unique);
    names.set(test, unique);
  }
  return names;
}
