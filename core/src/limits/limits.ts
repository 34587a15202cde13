/** Limits on a whole test body, however they were declared: wrapper, decorator, meta, docblock, or configuration table. */

import type { AssertableSpace } from "../capture/measurement.js";
import type { LeakAllowance } from "../leaks/types.js";
import type { Size } from "../sizes/size.js";

/** At least one key. Each figure fails when strictly more than its limit. */
export interface MemoryLimits {
  readonly peak?: Size;
  readonly allocated?: Size;
  readonly retained?: Size;
  /** How much each call of the body may leak, inclusive: the body is called again and again. `0`: nothing. */
  readonly leaked?: Size | LeakAllowance;
  /** Which spaces count; default those of the configuration, else all three. */
  readonly space?: AssertableSpace | readonly AssertableSpace[];
}

/** A size alone limits the peak. */
export type MemoryLimit = Size | MemoryLimits;

/** Where a limit was written, for the message: `limitMemory()`, `meta.memory`, `@memory-limit`, `limits["src/**"]`, `limits.default`. */
export interface DeclaredLimit {
  readonly limit: MemoryLimit;
  readonly source: string;
}
