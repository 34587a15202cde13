/** What a test file imports from `@memspec/jest`. */

import "./matchers.js";

export type {
  BaselineTolerance,
  LeakAllowance,
  LeakGroup,
  LeakIgnore,
  LeakLimitOptions,
  MatchBaselineOptions,
  MemoryLimit,
  MemoryLimits,
  NotLeakOptions,
  Size,
} from "@memspec/core/adapter";
export { limitLeaks, limitMemory, noLeaks } from "./limits.js";
