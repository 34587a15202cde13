/** Memory assertions for Vitest: limits on test bodies, and the types of the matchers. */

import { createLimitMemory, type LimitDecorator, type MemoryLimit } from "@memspec/core/adapter";
import type { TestContext } from "vitest";
import "./assertion-types.js";
import { session } from "./session.js";

export type {
  InstanceLimits,
  LimitDecorator,
  MemoryLimit,
  MemoryLimits,
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

/**
 * Limits the memory of a test's body: `test("imports", limitMemory("24 MB", async () => { … }))`; or, as a decorator, of a
 * method. A size alone limits the peak; the test fails when a figure is strictly more than its limit.
 *
 * @throws MemspecError when the test is defined: `MEMSPEC_INVALID_SIZE`, `MEMSPEC_INVALID_LIMIT`, `MEMSPEC_UNKNOWN_OPTION`,
 *   `MEMSPEC_INVALID_OPTION`, `MEMSPEC_NOT_A_FUNCTION`; when it runs: `MEMSPEC_LIMIT_EXCEEDED`, `MEMSPEC_CONCURRENT_TEST`,
 *   `MEMSPEC_UNAVAILABLE`
 */
export const limitMemory: LimitMemory = createLimitMemory(session, () => session.options);
