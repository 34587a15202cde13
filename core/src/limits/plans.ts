/** Which measurements a set of limits needs: limits on the same spaces share one. */

import type { CommonOptions, MeasurePlan } from "../capture/options.js";
import { type PlanNeeds, planMeasurement, validateOptions } from "../capture/validate-options.js";
import type { LeakDefaults } from "../leaks/types.js";
import { joinOptions } from "./join-options.js";
import type { ParsedLimit } from "./types.js";

export interface PlannedLimits {
  readonly plan: MeasurePlan;
  readonly limits: readonly ParsedLimit[];
}

/** What the configuration says for all bodies: as for matchers, but a body runs once. */
export type LimitOptions = Omit<CommonOptions, "warmup" | "runs"> & {
  /** Options of leak checks. */
  readonly toNotLeak?: LeakDefaults;
};

/** Keys of `LimitOptions`. */
export const LIMIT_OPTIONS: readonly (keyof CommonOptions)[] = [
  "space",
  "ignore",
  "stacks",
  "sampleInterval",
  "threads",
  "verbose",
];

/**
 * The peak of two spaces cannot be computed from a measurement of three: one plan for each set of spaces.
 *
 * @param expectedBytes of the body's baseline; `null`: there is none
 */
export function planLimits(
  limits: readonly ParsedLimit[],
  options: LimitOptions,
  expectedBytes: number | null = null,
): readonly PlannedLimits[] {
  const bySpaces = new Map<string, ParsedLimit[]>();
  for (const limit of limits) {
    if (limit.figures.length === 0 && limit.baseline === undefined) continue;
    const key = limit.spaces?.join(" ") ?? "";
    bySpaces.set(key, [...(bySpaces.get(key) ?? []), limit]);
  }
  return [...bySpaces.values()].map((group) => planGroup(group, options, expectedBytes));
}

function planGroup(limits: readonly ParsedLimit[], options: LimitOptions, expectedBytes: number | null): PlannedLimits {
  const space = limits[0]?.spaces ?? null;
  const joined = joinOptions(options, space === null ? {} : { space }, LIMIT_OPTIONS);
  const resolved = validateOptions(joined, "A memory limit", LIMIT_OPTIONS);
  const figures = limits.flatMap((limit) => limit.figures);
  const hasBaseline = limits.some((limit) => limit.baseline !== undefined);
  const sizes = figures.map((limit) => limit.limitBytes);
  if (hasBaseline && expectedBytes !== null) sizes.push(expectedBytes);
  const retained = figures.some((limit) => limit.figure === "retained");
  const needs: PlanNeeds = {
    // The tightest limit needs the finest samples.
    limitBytes: sizes.length === 0 ? null : Math.min(...sizes),
    retained,
    settle: hasBaseline || retained || figures.some((limit) => limit.figure === "peak"),
  };
  return { plan: planMeasurement(resolved, needs), limits };
}
