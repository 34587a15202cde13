/** Errors of ours, told at the place of the test they belong to. */

/** The part of circus's test entry that memspec reads and writes. */
export interface FailingEntry {
  readonly errors: unknown[];
  /** Made where `test(…)` was called: its stack is the only way to that line. */
  readonly asyncError: unknown;
}

/** A frame of memspec's packages, wherever they are installed. */
const OWN_FRAME = /[\\/]@memspec[\\/](?:core|jest|native)[\\/]/;

/** Takes memspec's frames out of the stack of an error of ours; where no other is left, the `test(…)` call is the place. */
export function tidyStack(error: Error, asyncError: unknown): void {
  const frames = framesOf(error).filter((line) => !OWN_FRAME.test(line));
  if (frames.some((line) => !/[\\/]node_modules[\\/]|\(?node:|<anonymous>/.test(line))) setFrames(error, frames);
  else pointAtTest(error, asyncError);
}

/**
 * Takes memspec's frames out of the stack of an error that is the test's own: they stand there only because the body has
 * a limit. An error that cannot be changed keeps them.
 */
export function hideOwnFrames(error: unknown): void {
  const stack = (error as { readonly stack?: unknown } | null | undefined)?.stack;
  if (typeof stack !== "string" || !OWN_FRAME.test(stack)) return;
  const lines = stack.split("\n").filter((line) => !(/^\s+at /.test(line) && OWN_FRAME.test(line)));
  Reflect.set(error as object, "stack", lines.join("\n"));
}

/** Gives `error` the stack of the `test(…)` call, so that the runner's code frame shows the test and not memspec. */
export function pointAtTest(error: Error, asyncError: unknown): void {
  const frames = framesOf(asyncError);
  if (frames.length > 0) setFrames(error, frames);
}

function framesOf(error: unknown): string[] {
  const stack = (error as { readonly stack?: unknown } | null | undefined)?.stack;
  return typeof stack === "string" ? stack.split("\n").filter((line) => /^\s+at /.test(line)) : [];
}

function setFrames(error: Error, frames: readonly string[]): void {
  error.stack = `${error.name}: ${error.message}\n${frames.join("\n")}`;
}

/** Fails the test with `error`, whose own stack is kept. */
export function failTest(entry: FailingEntry, error: Error): void {
  entry.errors.push([error, entry.asyncError]);
}
