/** A leak check that belongs to a test: it ends with the test. */

import { isPromise } from "../capture/repeat.js";
import { abandonLeakChecks, checkPlanned } from "../leaks/find-leaks.js";
import type { LeakPlan, LeakReport } from "../leaks/types.js";
import { noteOpenSpan } from "./open-spans.js";
import type { LimitsHost, RunningTest } from "./types.js";

/**
 * Calls `fn` again and again and judges what stays alive.
 *
 * @throws MemspecError as `findLeaks`
 */
export async function checkLeaks(host: LimitsHost, fn: () => unknown, plan: LeakPlan): Promise<LeakReport> {
  const { runningTest } = host;
  const call = runningTest === undefined ? fn : () => callAsBody(fn, runningTest);
  const check = checkPlanned(call, plan, runningTest?.holders());
  // One check runs in an isolate at a time: when another one does, this one has failed at once.
  const forget = noteOpenSpan(host, abandonLeakChecks);
  try {
    return await check;
  } finally {
    forget();
  }
}

/** What a call asked to have done when the test is over is done when the call is. */
function callAsBody(fn: () => unknown, runningTest: RunningTest): unknown {
  const over = runningTest.callStarts();
  const value = fn();
  return isPromise(value) ? value.then(over) : (over() ?? value);
}
