/** Errors of ours, told at the place of the test they belong to. */

/** The part of circus's test entry that memspec reads and writes. */
export interface FailingEntry {
  readonly errors: unknown[];
  /** Made where `test(…)` was called: its stack is the only way to that line. */
  readonly asyncError: unknown;
}

/** A frame of memspec's packages, wherever they are installed. */
const OWN_FRAME = /[\\/]@memspec[\\/](?:core|jest|native)[\\/]/;
/** A frame that no user wrote. */
const FOREIGN_FRAME = /[\\/]node_modules[\\/]|\(?node:|<anonymous>\)?$/;

/**
 * Lets the stack of an error of ours begin at the user's line that led to it, as those of Jest's own matchers do; where
 * there is none, the `test(…)` call is the place.
 */
export function tidyStack(error: Error, asyncError: unknown): void {
  const frames = framesOf(error);
  const first = frames.findIndex((line) => !FOREIGN_FRAME.test(line) && !OWN_FRAME.test(line));
  if (first === -1) pointAtTest(error, asyncError);
  else setFrames(error, frames.slice(first));
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
  // `test.each` calls `test` from Jest's own code.
  const first = frames.findIndex((line) => !FOREIGN_FRAME.test(line));
  if (frames.length > 0) setFrames(error, frames.slice(Math.max(0, first)));
}

/** Gives `error` one place alone. */
export function pointAt(error: Error, file: string, line: number): void {
  setFrames(error, [`    at ${file}:${line}:1`]);
}

/**
 * Says in words where the fault stands, when that is in no code: Jest then shows the message alone, without a stack.
 *
 * @param where takes the place of "memspec" at the message's beginning
 */
export function pointAtConfiguration(error: Error, where: string): void {
  error.message = error.message.replace(/^(?:memspec: )?/, `${where}: `);
  error.stack = "";
}

/** Fails the test with `error`, whose own stack is kept. */
export function failTest(entry: FailingEntry, error: Error): void {
  entry.errors.push([error, entry.asyncError]);
}

function framesOf(error: unknown): string[] {
  const stack = (error as { readonly stack?: unknown } | null | undefined)?.stack;
  return typeof stack === "string" ? stack.split("\n").filter((line) => /^\s+at /.test(line)) : [];
}

function setFrames(error: Error, frames: readonly string[]): void {
  error.stack = [`${error.name}: ${error.message}`, ...frames].join("\n");
}
