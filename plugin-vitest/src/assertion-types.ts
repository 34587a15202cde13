// biome-ignore-all lint/suspicious/noConfusingVoidType: the types of what matchers return are void and promises of it.

/**
 * Types of the matchers, for Vitest 4 and 5 alike. Vitest 4's `Matchers` has one type parameter and Vitest 5's has two, so
 * one augmentation of it cannot serve both; `Chai.Assertion`, which both build on, has none. What `expect()` received is
 * therefore read from the type of `this`.
 */

import type {
  InstanceLimits,
  MatchBaselineOptions,
  MemoryLimit,
  NotLeakOptions,
  Size,
  SizingOptions,
  SurvivorOptions,
} from "@memspec/core/adapter";
import type { Assertion } from "vitest";

type AnyFunction = (...args: never[]) => unknown;
type IsAny<T> = 0 extends 1 & T ? true : false;

type FirstArgument<A> = A extends Assertion<infer First> ? First : unknown;
/** @ts-ignore There is no second argument in Vitest 4, where this type is not used. */
type SecondArgument<A> = A extends Assertion<infer _First, infer Second> ? Second : unknown;

/** Vitest 5 is known by its first type parameter's default, `void`; in Vitest 4 it is `any`. */
type HasTwoParameters =
  IsAny<FirstArgument<Assertion>> extends true
    ? false
    : FirstArgument<Assertion> extends void | Promise<void>
      ? true
      : false;

type Received<A> = HasTwoParameters extends true ? SecondArgument<A> : FirstArgument<A>;

/** What a matcher that follows its function gives: a promise exactly when the function returns one. */
type Following<R> =
  IsAny<R> extends true
    ? void
    : [R] extends [never]
      ? void
      : [R] extends [PromiseLike<unknown>]
        ? Promise<void>
        : [Extract<R, PromiseLike<unknown>>] extends [never]
          ? void
          : void | Promise<void>;

type FollowingReceived<A> = Received<A> extends (...args: never[]) => infer R ? Following<R> : void;

/** Appears in the compiler's message when `expect()` was given something else. */
type OnFunction<A> =
  Received<A> extends AnyFunction ? unknown : "expect() of a memory matcher takes a function: () => ...";

declare global {
  namespace Chai {
    interface Assertion {
      /**
       * Passes when everything that the function allocates, freed or not, is less than `size`.
       *
       * @param size bytes, or a string such as "50MB"
       * @throws MEMSPEC_INVALID_SIZE, MEMSPEC_INVALID_OPTION, MEMSPEC_UNKNOWN_OPTION, MEMSPEC_CONCURRENT_TEST
       */
      toAllocateLessThan<A>(this: A & OnFunction<A>, size: Size, options?: SizingOptions): FollowingReceived<A>;
      /** Passes when the function, once warm, allocates no byte that counts. */
      toAllocateNothing<A>(this: A & OnFunction<A>, options?: SizingOptions): FollowingReceived<A>;
      /** Passes when the highest level above the start is less than `size`. */
      toPeakBelow<A>(this: A & OnFunction<A>, size: Size, options?: SizingOptions): FollowingReceived<A>;
      /** Passes when less than `size` is alive after the function ended and a full collection settled. Await it. */
      toRetainLessThan<A>(this: A & OnFunction<A>, size: Size, options?: SizingOptions): Promise<void>;
      /** Passes when no named class has more new live instances than its number. Await it. */
      toRetainInstances<A>(this: A & OnFunction<A>, limits: InstanceLimits, options?: SurvivorOptions): Promise<void>;
      /** Passes when the object that the function returns can be collected once it is dropped. Await it. */
      toBeCollected<A>(this: A & OnFunction<A>, options?: SurvivorOptions): Promise<void>;
      /**
       * Passes when no figure lies above the committed baseline by more than the tolerance; without one, records it when the test
       * passes, but not in CI. `-u` records anew what differs.
       */
      toMatchMemoryBaseline<A>(this: A & OnFunction<A>, options?: MatchBaselineOptions): FollowingReceived<A>;
      /** Passes when nothing that the function leaves behind grows with its calls: it is called again and again. Await it. */
      toNotLeak<A>(this: A & OnFunction<A>, options?: NotLeakOptions): Promise<void>;
    }
  }
}

declare module "vitest" {
  interface TaskMeta {
    /** Limits the test's body, hooks excluded; on a suite, the body of each test in it. A size alone limits the peak. */
    memory?: MemoryLimit;
  }
}
