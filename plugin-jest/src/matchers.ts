/** The matchers' types, for `expect` of `@jest/globals` and for the global one of `@types/jest`. */

import type {
  InstanceLimits,
  MatchBaselineOptions,
  NotLeakOptions,
  Size,
  SizingOptions,
  SurvivorOptions,
} from "@memspec/core/adapter";

// biome-ignore lint/suspicious/noExplicitAny: only what the function returns matters.
type AnyFunction = (...args: any[]) => unknown;

/** A function that returns a promise makes the matcher asynchronous: it must be awaited. */
type Outcome<R, F> = F extends (...args: never[]) => infer Returned
  ? [Returned] extends [PromiseLike<unknown>]
    ? Promise<void>
    : R
  : R;

/** `Matcher` where what was given to `expect` is a function (or a promise of one, for `.resolves`). */
type ForFunction<T, Matcher> = Awaited<T> extends AnyFunction ? Matcher : never;

export interface MemoryMatcherTypes<R, T> {
  /** Passes when `total.allocatedBytes` of one call is strictly less than `size`. Asynchronous for an async function. */
  toAllocateLessThan: ForFunction<T, (size: Size, options?: SizingOptions) => Outcome<R, Awaited<T>>>;
  /** Passes when one call allocated no assertable byte. Asynchronous for an async function. */
  toAllocateNothing: ForFunction<T, (options?: SizingOptions) => Outcome<R, Awaited<T>>>;
  /** Passes when `total.peakBytes` of one call is strictly below `size`. Asynchronous for an async function. */
  toPeakBelow: ForFunction<T, (size: Size, options?: SizingOptions) => Outcome<R, Awaited<T>>>;
  /** Passes when what one call allocated and is still alive after a settled collection is strictly less than `size`. */
  toRetainLessThan: ForFunction<T, (size: Size, options?: SizingOptions) => Promise<void>>;
  /** Passes when no named class has more new live instances than its limit after one call and a settled collection. */
  toRetainInstances: ForFunction<T, (limits: InstanceLimits, options?: SurvivorOptions) => Promise<void>>;
  /** Passes when the object that the function returns can be collected once it is dropped. */
  toBeCollected: ForFunction<T, (options?: SurvivorOptions) => Promise<void>>;
  /**
   * Passes when no figure lies above the committed baseline by more than the tolerance; without one, records it when the test
   * passes, but not in CI. `-u` records anew what differs. Asynchronous for an async function.
   */
  toMatchMemoryBaseline: ForFunction<T, (options?: MatchBaselineOptions) => Outcome<R, Awaited<T>>>;
  /** Passes when nothing that the function leaves behind grows with its calls: it is called again and again. */
  toNotLeak: ForFunction<T, (options?: NotLeakOptions) => Promise<void>>;
}

declare module "expect" {
  // The parameters must be those of `expect` itself.
  interface Matchers<R extends void | Promise<void>, T = unknown> extends MemoryMatcherTypes<R, T> {}
}

declare global {
  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: the parameters must be those of @types/jest.
    interface Matchers<R, T = {}> extends MemoryMatcherTypes<R, T> {}
  }
}
