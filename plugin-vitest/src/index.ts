/** Memory assertions for Vitest: limits on test bodies, and the types of the matchers. */

import { createLimitMemory, type LimitMemory } from "@memspec/core/adapter";
import "./assertion-types.js";
import { session } from "./session.js";

export type { InstanceLimits, MemoryLimit, MemoryLimits, Size, SizingOptions, SurvivorOptions } from "@memspec/core/adapter";

/**
 * Limits the memory of a test's body: `test("imports", limitMemory("24 MB", async () => { ... }))`; or, as a decorator, of a
 * method. A size alone limits the peak; the test fails when the figure is strictly more.
 *
 * @throws MemspecError `MEMSPEC_INVALID_SIZE`, `MEMSPEC_INVALID_LIMIT`, when the test is defined
 */
export const limitMemory: LimitMemory = createLimitMemory(session, () => session.options);
