/** A leak check that belongs to a test: it ends with the test. */

import { abandonLeakChecks, checkPlanned } from "../leaks/find-leaks.js";
import type { LeakPlan, LeakReport } from "../leaks/types.js";
import { noteOpenSpan } from "./open-spans.js";
import type { LimitsHost } from "./types.js";

/**
 * Calls `fn` again and again and judges what stays alive.
 *
 * @throws MemspecError as `findLeaks`
 */
export async function checkLeaks(host: LimitsHost, fn: () => unknown, plan: LeakPlan): Promise<LeakReport> {
  const check = checkPlanned(fn, plan);
  // One check runs in an isolate at a time: when another one does, this one has failed at once.
  const forget = noteOpenSpan(host, abandonLeakChecks);
  try {
    return await check;
  } finally {
    forget();
  }
}
