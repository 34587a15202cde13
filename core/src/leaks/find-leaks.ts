import { loadAddon } from "../capture/load-addon.js";
import { assertFunction } from "../capture/repeat.js";
import { MemspecError } from "../errors/memspec-error.js";
import { memspecRoots } from "../measure/memspec-roots.js";
import { judge } from "./check.js";
import { javascriptGauge, nativeGauge } from "./gauge.js";
import { heapTaker } from "./graph-evidence.js";
import { report } from "./report.js";
import { LeakSession, withDeadline } from "./session.js";
import type { LeakOptions, LeakPlan, LeakReport } from "./types.js";
import { planLeakCheck } from "./validate-options.js";

let running: LeakSession | null = null;

/**
 * Calls `fn` again and again and judges what stays alive: a leak is what every batch of calls leaves behind in proportion to
 * its calls. How it is judged: docs/how-leaks-are-judged.md.
 *
 * @param fn called without arguments, about 80 times when it is clean; what it throws, or rejects with, comes through as it is
 * @returns plain, deeply frozen data; a leak is a verdict, not an error
 * @throws MemspecError `MEMSPEC_NOT_A_FUNCTION`, `MEMSPEC_INVALID_OPTION`, `MEMSPEC_UNKNOWN_OPTION`, `MEMSPEC_INVALID_SIZE`,
 *   `MEMSPEC_FOREIGN_PROMISE`, `MEMSPEC_UNAVAILABLE`, `MEMSPEC_LEAK_TIMEOUT`, `MEMSPEC_LEAK_OUT_OF_MEMORY`,
 *   `MEMSPEC_MEASUREMENT_OPEN` while another check runs in this isolate
 */
export async function findLeaks(fn: () => unknown, options?: LeakOptions): Promise<LeakReport> {
  assertFunction(fn, "findLeaks()");
  return checkPlanned(fn, planLeakCheck(options, "findLeaks()"));
}

/** As `findLeaks`, for a plan that is already made. */
export async function checkPlanned(fn: () => unknown, plan: LeakPlan): Promise<LeakReport> {
  if (running !== null) {
    throw new MemspecError("MEMSPEC_MEASUREMENT_OPEN", "Another leak check is running in this isolate.", {
      hint: "What stays alive cannot be attributed to one of two functions: await one check before the next begins.",
    });
  }
  const { binding } = loadAddon();
  const gauge = binding === null ? javascriptGauge() : nativeGauge(binding);
  const session = new LeakSession(fn, plan, gauge, () => true);
  const taker = binding === null ? null : heapTaker(binding, memspecScripts(), [session, fn]);
  running = session;
  try {
    return await withDeadline(session, async () => report(session, await judge(session, taker)));
  } finally {
    running = null;
    gauge.end();
  }
}

/** Parts of the names of memspec's own scripts. */
function memspecScripts(): readonly string[] {
  return memspecRoots(new Error().stack ?? "");
}
