import { parseBaseline } from "../baselines/options.js";
import { invalid, validateOptions } from "../capture/validate-options.js";
import { checkLeakGate } from "../gate/options.js";
import type { LeakDefaults } from "../leaks/types.js";
import { LEAK_DEFAULTS, planLeakCheck } from "../leaks/validate-options.js";
import { parseCapture } from "../observe/file-capture.js";
import { parseHardCap } from "../observe/hard-cap.js";
import { parseObserve } from "../observe/options.js";
import { type MemspecOptions, optionsOf } from "./option-table.js";
import { parseReportOptions } from "./report-options.js";
import { parseLimitsTable } from "./table.js";

/**
 * Checks the options of a plugin, when the configuration is loaded.
 *
 * @returns the options themselves: plain data, which can be handed to workers
 * @throws MemspecError `MEMSPEC_UNKNOWN_OPTION` (names the nearest right one), `MEMSPEC_INVALID_OPTION`,
 *   `MEMSPEC_INVALID_SIZE`, `MEMSPEC_INVALID_LIMIT`
 */
export function parseOptions(options: unknown): MemspecOptions {
  validateOptions(options, "memspec", optionsOf("configuration"));
  const given = (options ?? {}) as MemspecOptions;
  if (given.toNotLeak !== undefined) planLeakCheck(given.toNotLeak, "memspec, toNotLeak", LEAK_DEFAULTS);
  refuseFunctions(given.toNotLeak?.ignore);
  if (given.limits !== undefined) parseLimitsTable(given.limits);
  checkLeakGate(given);
  parseBaseline(given.baseline, "memspec");
  const observed = parseObserve(given.observe, "memspec");
  const hint = "Who watches a worker's memory is the observation: leave it on, or hardCap out.";
  if (parseHardCap(given.hardCap, "memspec") !== null && observed === null) {
    throw invalid("hardCap", given.hardCap, "memspec, observe: false", hint);
  }
  if (parseCapture(given.capture, "memspec") !== null && observed === null) {
    throw invalid(
      "capture",
      given.capture,
      "memspec, observe: false",
      "The observation records: leave it on, or capture out.",
    );
  }
  parseReportOptions(given.report);
  return given;
}

/** A configuration is handed to workers as data. */
function refuseFunctions(ignore: LeakDefaults["ignore"]): void {
  for (const entry of [ignore ?? []].flat()) {
    if (!("group" in entry)) continue;
    throw invalid(
      "toNotLeak.ignore.group",
      entry.group,
      "memspec",
      "A function is for a call alone: workers get the configuration as data.",
    );
  }
}
