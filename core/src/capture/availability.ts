import { MemspecError } from "../errors/memspec-error.js";
import type { AssertableSpace, Capabilities } from "./measurement.js";
import type { MeasurePlan } from "./options.js";

/** Spaces that make up `total` here: those of the plan, without `native` where it is unavailable and was not named. */
export function countedSpaces(plan: MeasurePlan, capabilities: Capabilities): readonly AssertableSpace[] {
  return capabilities.native.available ? plan.spaces : plan.spaces.filter((space) => space !== "native");
}

/** @throws MemspecError `MEMSPEC_UNAVAILABLE` when the plan names something that is not there */
export function assertAvailable(capabilities: Capabilities, plan: MeasurePlan): void {
  if (plan.spacesNamed && plan.spaces.includes("native") && !capabilities.native.available) {
    throw new MemspecError("MEMSPEC_UNAVAILABLE", `Native memory cannot be counted: ${capabilities.native.reason}.`, {
      value: "native",
      hint: 'Leave "native" out of "space", or leave "space" out to count what there is.',
    });
  }
  if (plan.ignore.length > 0 && !capabilities.stacks.available) {
    throw new MemspecError("MEMSPEC_UNAVAILABLE", `"ignore" needs stacks: ${capabilities.stacks.reason}.`, {
      value: "ignore",
    });
  }
}
