/** The option `baseline` of the configuration. docs/baselines.md */

import { knownKeys } from "../capture/validate-options.js";
import { BODY_TOLERANCE, CALL_TOLERANCE, parseTolerance } from "./tolerance.js";
import type { BaselineTolerance, ParsedTolerance } from "./types.js";

export interface BaselineOptions {
  /** Of bodies, and of calls of `toMatchMemoryBaseline` that do not say otherwise. What it leaves out is as by default. */
  readonly tolerance?: BaselineTolerance;
}

/** Options after validation. */
export interface BaselinePlan {
  /** Whether the bodies of all tests have a baseline. */
  readonly bodies: boolean;
  readonly bodyTolerance: ParsedTolerance;
  /** Of calls of the matcher that say nothing of it. */
  readonly callTolerance: ParsedTolerance;
}

const KEYS: readonly (keyof BaselineOptions)[] = ["tolerance"];

/**
 * @param where the option, for messages
 * @throws MemspecError `MEMSPEC_INVALID_OPTION`, `MEMSPEC_UNKNOWN_OPTION`, `MEMSPEC_INVALID_SIZE`
 */
export function parseBaseline(baseline: unknown, where: string): BaselinePlan {
  if (baseline === undefined || typeof baseline === "boolean") {
    return { bodies: baseline === true, bodyTolerance: BODY_TOLERANCE, callTolerance: CALL_TOLERANCE };
  }
  const place = `${where}, baseline`;
  const { tolerance } = knownKeys(baseline, place, KEYS, '{ tolerance: { relative: 0.2, absolute: "512 kB" } }');
  return {
    bodies: true,
    bodyTolerance: parseTolerance(tolerance, place, BODY_TOLERANCE),
    callTolerance: parseTolerance(tolerance, place, CALL_TOLERANCE),
  };
}
