/** Which measurements a set of limits needs: limits on the same spaces share one. */

import type { MeasurePlan } from "../capture/options.js";
import { type PlanNeeds, planMeasurement, validateOptions } from "../capture/validate-options.js";
import type { ParsedLimit } from "./types.js";

export interface PlannedLimits {
  readonly plan: MeasurePlan;
  readonly limits: readonly ParsedLimit[];
}

/** How stacks are taken and how much a message says; the rest a limit says itself. */
export interface LimitOptions {
  readonly stacks?: "sampled" | "exact" | "none";
  readonly verbose?: boolean;
}

/** The peak of two spaces cannot be computed from a measurement of three: one plan for each set of spaces. */
export function planLimits(limits: readonly ParsedLimit[], options: LimitOptions): readonly PlannedLimits[] {
  const bySpaces = new Map<string, ParsedLimit[]>();
  for (const limit of limits) {
    const key = `${limit.spaces.join(" ")} ${limit.spacesNamed}`;
    bySpaces.set(key, [...(bySpaces.get(key) ?? []), limit]);
  }
  return [...bySpaces.values()].map((group) => ({ plan: planOf(group, options), limits: group }));
}

function planOf(group: readonly ParsedLimit[], options: LimitOptions): MeasurePlan {
  const figures = group.flatMap((limit) => limit.figures);
  const retained = figures.some((limit) => limit.figure === "retained");
  const [first] = group;
  const resolved = validateOptions(
    {
      ...(options.stacks === undefined ? {} : { stacks: options.stacks }),
      ...(first?.spacesNamed === true ? { space: first.spaces } : {}),
    },
    first?.source ?? "",
  );
  const needs: PlanNeeds = {
    // The tightest limit needs the finest samples.
    limitBytes: Math.min(...figures.map((limit) => limit.limitBytes)),
    retained,
    settle: retained || figures.some((limit) => limit.figure === "peak"),
  };
  return planMeasurement(resolved, needs);
}
