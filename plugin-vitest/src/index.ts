/** Memory assertions for Vitest: limits on test bodies, and the types of the matchers. */

import {
  createLimits,
  type LeakAllowance,
  type LeakLimitOptions,
  type LimitDecorator,
  type MemoryLimit,
  type Size,
} from "@memspec/core/adapter";
import type { TestContext } from "vitest";
import "./assertion-types.js";
import { session } from "./session.js";

export type {
  BaselineTolerance,
  InstanceLimits,
  LeakAllowance,
  LeakGroup,
  LeakIgnore,
  LeakLimitOptions,
  LimitDecorator,
  MatchBaselineOptions,
  MemoryLimit,
  MemoryLimits,
  NotLeakOptions,
  Size,
  SizingOptions,
  SurvivorOptions,
} from "@memspec/core/adapter";

/**
 * What a wrapped body is given. TypeScript works out the wrapper before it knows which test it is for, so fixtures of
 * `test.extend` are untyped here, unless the body says what they are: `({ user }: { user: User }) => …`.
 */
// biome-ignore lint/suspicious/noExplicitAny: fixtures whose types are not known.
export type LimitedContext = TestContext & { [fixture: string]: any };

export interface LimitMemory {
  // biome-ignore lint/suspicious/noExplicitAny: `test.each` and `test.for` pass what they like.
  <Args extends any[] = [context: LimitedContext], Result = unknown>(
    limit: MemoryLimit,
    body: (...args: Args) => Result,
  ): (...args: Args) => Result;
  (limit: MemoryLimit): LimitDecorator;
}

export interface LimitLeaks {
  // biome-ignore lint/suspicious/noExplicitAny: as in `LimitMemory`.
  <Args extends any[] = [context: LimitedContext], Result = unknown>(
    limit: Size | LeakAllowance,
    body: (...args: Args) => Result,
    options?: LeakLimitOptions,
  ): (...args: Args) => Result;
  (limit: Size | LeakAllowance, options?: LeakLimitOptions): LimitDecorator;
}

export interface NoLeaks {
  // biome-ignore lint/suspicious/noExplicitAny: as in `LimitMemory`.
  <Args extends any[] = [context: LimitedContext], Result = unknown>(
    body: (...args: Args) => Result,
    options?: LeakLimitOptions,
  ): (...args: Args) => Result;
  (options?: LeakLimitOptions): LimitDecorator;
}

const limits = createLimits(session, () => session.options);

/**
 * Limits the memory of a test's body: `test("imports", limitMemory("24 MB", async () => { … }))`; or, as a decorator, of a
 * method. A size alone limits the peak; the test fails when a figure is strictly more than its limit.
 *
 * @throws MemspecError when the test is defined: `MEMSPEC_INVALID_SIZE`, `MEMSPEC_INVALID_LIMIT`, `MEMSPEC_UNKNOWN_OPTION`,
 *   `MEMSPEC_INVALID_OPTION`, `MEMSPEC_NOT_A_FUNCTION`; when it runs: `MEMSPEC_LIMIT_EXCEEDED`, `MEMSPEC_CONCURRENT_TEST`,
 *   `MEMSPEC_UNAVAILABLE`
 */
export const limitMemory: LimitMemory = limits.limitMemory;

/**
 * Limits what each call of a test's body leaves behind: the body is called again and again. As `limitMemory`, a wrapper or a
 * decorator; `limit` is a size, or `{ bytes, instances }`, a call; both inclusive.
 *
 * @throws MemspecError as `limitMemory`, and `MEMSPEC_LEAK_TIMEOUT`, `MEMSPEC_LEAK_OUT_OF_MEMORY`
 */
export const limitLeaks: LimitLeaks = limits.limitLeaks;

/** `limitLeaks` where nothing may stay: `test(name, noLeaks(() => { … }))`, `@noLeaks()`. */
export const noLeaks: NoLeaks = limits.noLeaks;
