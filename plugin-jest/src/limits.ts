/** `limitMemory`, `limitLeaks` and `noLeaks` as test files import them: the environment's, or one of this sandbox's own. */

import type { LimitLeaks, LimitMemory, NoLeaks } from "@memspec/core/adapter";
import type { Bridge } from "./bridge.js";
import { findBridge } from "./bridge.js";
import { standalone } from "./standalone.js";

function bridge(): Bridge {
  return findBridge() ?? standalone();
}

/**
 * Limits the memory of a test's body, hooks excluded: as a wrapper, `test(name, limitMemory(limit, body))`, or as a
 * decorator of a method, `@limitMemory(limit)`. A body may be synchronous, asynchronous, or take `done`.
 *
 * @param limit - a size for the peak, or `{ peak, allocated, retained, space }`; each fails when strictly more.
 * @throws MemspecError `MEMSPEC_INVALID_LIMIT`, `MEMSPEC_INVALID_SIZE` at once; the test fails with
 *   `MEMSPEC_LIMIT_EXCEEDED`, or with `MEMSPEC_CONCURRENT_TEST` in a concurrent test.
 */
export const limitMemory: LimitMemory = ((...args: Parameters<LimitMemory>) =>
  bridge().limits.limitMemory(...args)) as LimitMemory;

/**
 * Limits what each call of a test's body leaves behind: the body is called again and again. As `limitMemory`, a wrapper
 * or a decorator; `limit` is a size, or `{ bytes, instances }`, a call; both inclusive.
 *
 * @throws as `limitMemory`, and MEMSPEC_LEAK_TIMEOUT, MEMSPEC_LEAK_OUT_OF_MEMORY
 */
export const limitLeaks: LimitLeaks = ((...args: Parameters<LimitLeaks>) =>
  bridge().limits.limitLeaks(...args)) as LimitLeaks;

/** `limitLeaks` where nothing may stay: `test(name, noLeaks(() => { … }))`, `@noLeaks()`. */
export const noLeaks: NoLeaks = ((...args: Parameters<NoLeaks>) => bridge().limits.noLeaks(...args)) as NoLeaks;
