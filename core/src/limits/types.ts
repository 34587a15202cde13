/** Shapes of what the adapters call for limits on test bodies. */

import type { MemoryLimit } from "./limits.js";

/** Globs (relative to the root, `/` as separator) to limits. `default` is for tests whose file no glob matches. */
export type LimitsTable = Readonly<Record<string, MemoryLimit>>;

// biome-ignore lint/suspicious/noExplicitAny: a body may take any fixtures.
export type TestBody = (this: any, ...args: any[]) => any;
