/** A leak check that belongs to a test: it ends with the test. */

import { MemspecError } from "../errors/memspec-error.js";
import { checkPlanned } from "../leaks/find-leaks.js";
import type { LeakPlan, LeakReport } from "../leaks/types.js";
import { noteOpenSpan } from "./open-spans.js";
import type { LimitsHost } from "./types.js";

/**
 * Calls `fn` again and again and judges what stays alive.
 *
 * @throws MemspecError as `findLeaks`
 */
export async function checkLeaks(host: LimitsHost, fn: () => unknown, plan: LeakPlan): Promise<LeakReport> {
  let forget: () => void = () => undefined;
  try {
    return await checkPlanned(fn, plan, (stop) => {
      forget = noteOpenSpan(host, () => {
        stop(new MemspecError("MEMSPEC_LEAK_TIMEOUT", "The test was over before its leak check.", {}));
      });
    });
  } finally {
    forget();
  }
}
