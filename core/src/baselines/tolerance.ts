/** The option `tolerance`, of the configuration's `baseline` and of a call of `toMatchMemoryBaseline`. */

import { invalid, knownKeys } from "../capture/validate-options.js";
import { parseSize } from "../sizes/parse-size.js";
import type { ParsedTolerance } from "./types.js";

/** docs/baselines.md says what was measured for them. */
export const DEFAULT_TOLERANCE: ParsedTolerance = { relative: 0.1, absoluteBytes: 64_000 };

const KEYS = ["relative", "absolute"];

/**
 * @param where the call, for messages
 * @param defaults for what `tolerance` does not say
 * @throws MemspecError `MEMSPEC_INVALID_OPTION`, `MEMSPEC_UNKNOWN_OPTION`, `MEMSPEC_INVALID_SIZE`
 */
export function parseTolerance(
  tolerance: unknown,
  where: string,
  defaults: ParsedTolerance = DEFAULT_TOLERANCE,
): ParsedTolerance {
  const given = knownKeys(tolerance, `${where}, tolerance`, KEYS, '{ relative: 0.1, absolute: "64 kB" }');
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
