import { memspecScripts } from "../analysis/memspec-roots.js";
import type { OpenOptions } from "../capture/binding.js";
import { currentTracker } from "../capture/current-tracker.js";
import { loadAddon } from "../capture/load-addon.js";
import { assertFunction } from "../capture/repeat.js";
import { isMemspecError, MemspecError } from "../errors/memspec-error.js";
import { sourcePlaceHere } from "../measure/analyse-here.js";
import { judge, type Outcome } from "./check.js";
import { type Evidence, gatherEvidence, grewByThemselves } from "./evidence.js";
import type { Finding } from "./finding.js";
import { javascriptGauge, nativeGauge, outOfMemory } from "./gauge.js";
import { type HeapTaker, heapTaker } from "./graph-evidence.js";
import { leakCapabilities, toReport } from "./report.js";
import { LeakSession, withDeadline } from "./session.js";
import type { LeakOptions, LeakPlan, LeakReport } from "./types.js";
import { planLeakCheck } from "./validate-options.js";

let running: LeakSession | null = null;

/**
 * Calls `fn` again and again and judges what stays alive: a leak is what every batch of calls leaves behind in proportion to
 * its calls. How it is judged: docs/how-leaks-are-judged.md.
 *
 * @param fn called without arguments, 96 times when it is clean and nothing else happens; what it throws, or rejects with, comes through as it is
 * @returns plain, deeply frozen data; a leak is a verdict, not an error
 * @throws MemspecError `MEMSPEC_NOT_A_FUNCTION`, `MEMSPEC_INVALID_OPTION`, `MEMSPEC_UNKNOWN_OPTION`, `MEMSPEC_INVALID_SIZE`,
 *   `MEMSPEC_FOREIGN_PROMISE`, `MEMSPEC_UNAVAILABLE`, `MEMSPEC_LEAK_TIMEOUT`, `MEMSPEC_LEAK_OUT_OF_MEMORY`,
 *   `MEMSPEC_MEASUREMENT_OPEN` while another check runs in this isolate
 */
export async function findLeaks(fn: () => unknown, options?: LeakOptions): Promise<LeakReport> {
  assertFunction(fn, "findLeaks()");
  return checkPlanned(fn, planLeakCheck(options, "findLeaks()"));
}

/**
 * As `findLeaks`, for a plan that is already made.
 *
 * @param holders objects that hold things for a time only: what they alone hold is not looked at
 */
export async function checkPlanned(
  fn: () => unknown,
  plan: LeakPlan,
  holders: readonly object[] = [],
): Promise<LeakReport> {
  if (running !== null) {
    throw new MemspecError("MEMSPEC_MEASUREMENT_OPEN", "Another leak check is running in this isolate.", {
      hint: "What stays alive cannot be attributed to one of two functions: await one check before the next begins.",
    });
  }
  const { binding, reason } = loadAddon();
  const gauge = binding === null ? javascriptGauge() : nativeGauge(binding);
  const session = new LeakSession(fn, plan, gauge);
  const taker = binding === null ? null : heapTaker(binding, memspecScripts(), [session, fn], holders);
  const tracker = currentTracker().capabilities(OBSERVING);
  if (plan.spacesNamed && plan.spaces.includes("native") && !tracker.native.available) {
    throw new MemspecError("MEMSPEC_UNAVAILABLE", `Native memory cannot be counted: ${tracker.native.reason}.`, {
      value: "native",
      hint: 'Leave "native" out of "space", or leave "space" out to look at what there is.',
    });
  }
  running = session;
  try {
    return await withDeadline(session, async () => {
      const outcome = await judge(session, taker);
      const leaks = outcome.findings.filter(({ growth }) => growth === "steady");
      const evidence = taker === null || leaks.length === 0 ? null : await evidenceOf(session, taker, outcome, leaks);
      const without = taker === null ? reason : taker.problem();
      return toReport(outcome, evidence, {
        plan,
        capabilities: leakCapabilities(
          tracker,
          without === null ? { available: true } : { available: false, reason: without },
          gauge.notes(),
        ),
        toSource: sourcePlaceHere,
        nodeMajor: Number.parseInt(process.versions.node, 10),
        durationMs: session.elapsedMs(),
      });
    });
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code !== "MEMSPEC_LEAK_OUT_OF_MEMORY" || isMemspecError(error))
      throw error;
    throw outOfMemory(error);
  } finally {
    if (running === session) end(session);
  }
}

/** Recorded with the batches that were judged, if it can be: where something older grew, more calls have to be made. */
async function evidenceOf(
  session: LeakSession,
  taker: HeapTaker,
  { recorded, table, confirming }: Outcome,
  leaks: readonly Finding[],
): Promise<Evidence> {
  const olderGrew = leaks.some(({ store }) => store !== null) || grewByThemselves(leaks);
  if (recorded !== null && !olderGrew) return recorded.evidence();
  return gatherEvidence(session, taker, leaks, table, confirming);
}

function end(session: LeakSession): void {
  running = null;
  session.gauge.end();
}

/**
 * Ends the check that runs in this isolate, if any: for a runner that has given up a test. What a pending call still does is
 * nobody's any more.
 */
export function abandonLeakChecks(): void {
  if (running === null) return;
  const session = running;
  end(session);
  session.stop(
    new MemspecError("MEMSPEC_MEASUREMENT_CLOSED", "The test ended before its leak check did.", {
      hint: "Await the check.",
    }),
  );
}

/** What a check's readings need of the tracker. */
const OBSERVING: OpenOptions = { sampleInterval: 1, threads: "isolate", retained: true, settle: false };
