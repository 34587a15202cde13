/** The option `hardCap` of the configuration: memory at which a worker is stopped. docs/observation.md */

import { invalid, knownKeys } from "../capture/validate-options.js";
import { parseSize } from "../sizes/parse-size.js";
import type { Size } from "../sizes/size.js";

/** A size is the cap on `total`. Exceeded when strictly more. */
export type HardCap =
  | Size
  | {
      /** Heap, buffers and native memory of a worker, as memspec counts them. */
      readonly total?: Size;
      /** Resident memory of a worker's process, with all of its threads. */
      readonly rss?: Size;
    };

/** In bytes; 0: none. */
export interface HardCapPlan {
  readonly total: number;
  readonly rss: number;
}

const KEYS = ["total", "rss"] as const;
/** A test runner takes more by itself. */
const LEAST = 16 * 1024 * 1024;

/**
 * @param where the option, for messages
 * @returns `null`: there is none
 * @throws MemspecError `MEMSPEC_INVALID_OPTION`, `MEMSPEC_UNKNOWN_OPTION`, `MEMSPEC_INVALID_SIZE`
 */
export function parseHardCap(cap: unknown, where: string): HardCapPlan | null {
  if (cap === undefined || cap === false) return null;
  if (typeof cap !== "object" || cap === null) return { total: capOf(cap, `${where}, hardCap`), rss: 0 };
  const { total, rss } = knownKeys(cap, `${where}, hardCap`, KEYS, '{ total: "2 GB" }') as {
    readonly total?: unknown;
    readonly rss?: unknown;
  };
  if (total === undefined && rss === undefined) {
    throw invalid("hardCap", cap, where, 'It is a size, or { total, rss } with at least one of them: hardCap: "2 GB".');
  }
  return {
    total: total === undefined ? 0 : capOf(total, `${where}, hardCap`),
    rss: rss === undefined ? 0 : capOf(rss, `${where}, hardCap`),
  };
}

function capOf(size: unknown, where: string): number {
  const bytes = parseSize(size as Size);
  if (bytes >= LEAST) return bytes;
  throw invalid("hardCap", size, where, "Below 16 MiB a test runner could not even start.");
}
