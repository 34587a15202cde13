import { types } from "node:util";
import { MemspecError } from "../errors/memspec-error.js";
import { showValue } from "../errors/show-value.js";

/** A value, or a native promise of one: what follows a synchronous function stays synchronous. */
export type MaybePromise<T> = T | Promise<T>;

/** Continues with a value now, or with a promise's value when it has settled. */
export function chain<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return isPromise(value) ? value.then(next) : next(value);
}

/** Native promises of any realm. */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return types.isPromise(value);
}

const NO_ARGUMENTS: readonly [] = [];

/**
 * Calls `step` one after the other, each awaited when it gives a promise. Results are dropped. V8 must not inline `step`
 * into this loop: a warm-up would then warm the loop, and the function would be compiled when it is measured. It does
 * not inline what `Reflect.apply` calls.
 */
export function repeat(times: number, step: () => unknown): MaybePromise<void> {
  for (let done = 0; done < times; done += 1) {
    const result: unknown = Reflect.apply(step, undefined, NO_ARGUMENTS);
    if (isPromise(result)) return result.then(() => repeat(times - done - 1, step));
    refuseForeignPromise(result);
  }
  return undefined;
}

/** @throws MemspecError `MEMSPEC_NOT_A_FUNCTION` */
export function assertFunction(fn: unknown, where: string): asserts fn is (...args: never[]) => unknown {
  if (typeof fn === "function") return;
  throw new MemspecError("MEMSPEC_NOT_A_FUNCTION", `${where} takes a function, not ${showValue(fn)}.`, {
    value: fn,
    hint: isPromise(fn)
      ? "The work behind a promise has already begun: give the function that makes it, as in () => load()."
      : "Give the function that does the work, as in () => parse(file), not its result.",
  });
}

/**
 * A thenable that is no native promise tells nobody when it settles without being asked, and asking it can start work:
 * counting would have stopped too early.
 *
 * @throws MemspecError `MEMSPEC_FOREIGN_PROMISE`
 */
export function refuseForeignPromise(value: unknown): void {
  if (typeof value !== "object" || value === null || isPromise(value)) return;
  if (typeof (value as { then?: unknown }).then !== "function") return;
  throw new MemspecError("MEMSPEC_FOREIGN_PROMISE", "The function returned a thenable that is not a native promise.", {
    hint: "Make the function async and await inside it: async () => await query().",
  });
}
