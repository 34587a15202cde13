import { prepareStacks } from "../errors/stack-start.js";
import { armIfExpected } from "./arm.js";
import { createFallbackTracker } from "./fallback-tracker.js";
import { loadAddon } from "./load-addon.js";
import { createNativeTracker } from "./native-tracker.js";
import type { Tracker } from "./tracker.js";

let tracker: Tracker | undefined;

/**
 * What measures here: the addon, or the JavaScript fallback. One per copy of this module; what the copies of one
 * isolate share lives in the addon.
 *
 * @throws MemspecError `MEMSPEC_ADDON_MISMATCH`
 */
export function currentTracker(): Tracker {
  armIfExpected();
  tracker ??= chooseTracker();
  return tracker;
}

function chooseTracker(): Tracker {
  prepareStacks();
  const { binding, reason } = loadAddon();
  return binding === null ? createFallbackTracker(reason) : createNativeTracker(binding);
}
