/** What a test file imports from `@memspec/jest`. */

import "./matchers.js";

export type { MemoryLimit, MemoryLimits, Size } from "@memspec/core/adapter";
export { limitMemory } from "./limit-memory.js";
