/** The option `baseline` of the configuration. docs/baselines.md */

import { knownKeys } from "../capture/validate-options.js";
import { DEFAULT_TOLERANCE, parseTolerance } from "./tolerance.js";
import type { BaselineTolerance, ParsedTolerance } from "./types.js";

export interface BaselineOptions {
  /** Of bodies, and of calls of `toMatchMemoryBaseline` that do not say otherwise. Default `{ relative: 0.1, absolute: "64 kB" }`. */
  readonly tolerance?: BaselineTolerance;
}

/** Options after validation. */
export interface BaselinePlan {
  /** Whether the bodies of all tests have a baseline. */
  readonly bodies: boolean;
  readonly tolerance: ParsedTolerance;
}

const KEYS: readonly (keyof BaselineOptions)[] = ["tolerance"];

/**
 * @param where the option, for messages
 * @throws MemspecError `MEMSPEC_INVALID_OPTION`, `MEMSPEC_UNKNOWN_OPTION`, `MEMSPEC_INVALID_SIZE`
 */
export function parseBaseline(baseline: unknown, where: string): BaselinePlan {
  if (baseline === undefined || baseline === false) return { bodies: false, tolerance: DEFAULT_TOLERANCE };
  if (baseline === true) return { bodies: true, tolerance: DEFAULT_TOLERANCE };
  const place = `${where}, baseline`;
  const { tolerance } = knownKeys(baseline, place, KEYS, '{ tolerance: { relative: 0.1, absolute: "64 kB" } }');
  return { bodies: true, tolerance: parseTolerance(tolerance, place) };
}
