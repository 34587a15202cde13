/** Errors of ours, told at the place of the test they belong to. */

/** The part of circus's test entry that memspec reads and writes. */
export interface FailingEntry {
  readonly errors: unknown[];
  /** Made where `test(…)` was called: its stack is the only way to that line. */
  readonly asyncError: unknown;
}

/** Gives `error` the stack of the `test(…)` call, so that the runner's code frame shows the test and not memspec. */
export function pointAtTest(error: Error, asyncError: unknown): void {
  const stack = (asyncError as { readonly stack?: unknown } | null | undefined)?.stack;
  if (typeof stack !== "string") return;
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  if (frames.length === 0) return;
  error.stack = `${error.name}: ${error.message}\n${frames.join("\n")}`;
}

/** Fails the test with `error`, whose own stack is kept. */
export function failTest(entry: FailingEntry, error: Error): void {
  entry.errors.push([error, entry.asyncError]);
}
