/** Bodies that end by calling `done`, which Jest passes as the last argument to a function that has a parameter for it. */

import type { TestBody } from "./types.js";

type Done = (reason?: unknown) => void;

/** Jest's own callback is the last argument, and named so; a value of `test.each` that is a function is not meant. */
export function callsDone(body: TestBody, args: readonly unknown[]): boolean {
  const last = args.at(-1);
  return typeof last === "function" && last.name === "done" && args.length === body.length;
}

/**
 * Runs a body whose end is a call of `done`.
 *
 * @param run runs a function to the end of the promise that it returns
 * @returns what the body returned, if anything: the runner refuses a body that both returns and takes `done`
 */
export function withDone(
  body: TestBody,
  thisArg: unknown,
  args: readonly unknown[],
  run: (fn: TestBody, thisArg: unknown, args: readonly unknown[]) => unknown,
): unknown {
  const runnersDone = args.at(-1) as Done;
  let returned: unknown;
  // A leak check calls it again and again: each call has its own end.
  const untilDone = (): Promise<void> =>
    new Promise((resolve, reject) => {
      let calls = 0;
      const done = (reason?: unknown): void => {
        calls += 1;
        // The runner says what is wrong with a second call.
        if (calls > 1) runnersDone(reason);
        else if (reason) reject(new DoneReason(reason));
        else resolve();
      };
      returned = Reflect.apply(body, thisArg, [...args.slice(0, -1), done]);
    });
  const ended = run(untilDone, undefined, []) as Promise<unknown>;
  ended.then(
    () => runnersDone(),
    (error: unknown) => runnersDone(error instanceof DoneReason ? error.reason : error),
  );
  return returned;
}

/** `done(reason)` takes any truthy value: it is handed to the runner as it came. */
class DoneReason {
  readonly reason: unknown;

  constructor(reason: unknown) {
    this.reason = reason;
  }
}
