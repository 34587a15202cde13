/** `limitMemory` as test files import it: the environment's, or one of this sandbox's own. */

import type { LimitMemory } from "@memspec/core/adapter";
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
  bridge().limitMemory(...args)) as LimitMemory;
