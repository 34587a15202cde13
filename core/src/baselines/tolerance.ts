/** The option `tolerance`, of the configuration's `baseline` and of a call of `toMatchMemoryBaseline`. */

import { invalid, knownKeys } from "../capture/validate-options.js";
import { parseSize } from "../sizes/parse-size.js";
import type { ParsedTolerance } from "./types.js";

/**
 * Of calls of the matcher, which warms up and takes a median. A function may still be compiled for speed in one run and not in
 * another, and then allocates some 15% less. docs/baselines.md says what was measured.
 */
export const CALL_TOLERANCE: ParsedTolerance = { relative: 0.2, absoluteBytes: 64_000 };

/** Of bodies, which run once and cold: V8 compiles in them, now sooner and now later. */
export const BODY_TOLERANCE: ParsedTolerance = { relative: 0.2, absoluteBytes: 512_000 };

const KEYS = ["relative", "absolute"];

/**
 * What a call or the configuration says, over what it does not say.
 *
 * @param where the call, for messages
 * @param defaults for what `tolerance` does not say
 * @throws MemspecError `MEMSPEC_INVALID_OPTION`, `MEMSPEC_UNKNOWN_OPTION`, `MEMSPEC_INVALID_SIZE`
 */
export function parseTolerance(tolerance: unknown, where: string, defaults: ParsedTolerance): ParsedTolerance {
  const given = knownKeys(tolerance, `${where}, tolerance`, KEYS, '{ relative: 0.2, absolute: "64 kB" }');
  return {
    relative: given["relative"] === undefined ? defaults.relative : shareOf(given["relative"], where),
    absoluteBytes: given["absolute"] === undefined ? defaults.absoluteBytes : parseSize(given["absolute"]),
  };
}

function shareOf(value: unknown, where: string): number {
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw invalid(
    "relative",
    value,
    `${where}, tolerance`,
    "It is a share of the baseline, zero or more: 0.1 is a tenth.",
  );
}
