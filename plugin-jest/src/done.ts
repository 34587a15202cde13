/** Jest's oldest kind of asynchronous test: a body with a parameter gets `done` and ends when it is called. */

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/** Runs a body and judges it: what it throws or rejects with is the verdict. Synchronous for a synchronous body. */
export type Judge = (body: () => unknown) => unknown;

/**
 * A function that behaves towards the runner as `body` does (same `length`, so that `done` and `test.each` work, same
 * name), with `judge` around its run. A body that takes `done` is one asynchronous body for the judge: it ends at the
 * first call of `done`. Everything else that can be wrong with `done` (called twice, together with a returned value) stays
 * the runner's to tell.
 */
export function judged<Body extends AnyFunction>(body: Body, judge: Judge): Body {
  const wrapper = function (this: unknown, ...args: unknown[]): unknown {
    const done = args.at(-1);
    if (args.length === body.length && isDone(done)) return runWithDone(body, this, args, done, judge);
    return judge(() => body.apply(this, args));
  };
  Object.defineProperty(wrapper, "length", { configurable: true, value: body.length });
  Object.defineProperty(wrapper, "name", { configurable: true, value: body.name });
  return wrapper as Body;
}

type Done = (reason?: unknown) => void;

/** circus calls its callback `done` and passes it last; a table's row may hold functions, but hardly one of that name. */
function isDone(value: unknown): value is Done {
  return typeof value === "function" && value.name === "done";
}

function runWithDone(body: AnyFunction, self: unknown, args: readonly unknown[], tell: Done, judge: Judge): unknown {
  let returned: unknown;
  let thrown: { readonly error: unknown } | undefined;
  /** The runner knows how the body ended: what the judge says of the memory comes too late, and must not be blamed too. */
  let told = false;
  let ended = false;
  const verdict = judge(
    () =>
      new Promise<void>((resolve, reject) => {
        const done: Done = (reason) => {
          if (ended || reason) {
            ended = true;
            told = true;
            reject(reason);
            tell(reason);
            return;
          }
          ended = true;
          resolve();
        };
        try {
          returned = body.apply(self, [...args.slice(0, -1), done]);
        } catch (error) {
          ended = true;
          told = true;
          thrown = { error };
          reject(error);
        }
      }),
  );
  Promise.resolve(verdict).then(
    () => {
      if (!told) tell();
    },
    (error: unknown) => {
      if (!told) tell(error);
    },
  );
  if (thrown !== undefined) throw thrown.error;
  return returned;
}
