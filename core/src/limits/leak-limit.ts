/** Limits on what each call of a body leaks. */

import { messageStyle } from "../assertions/colours.js";
import { assertNotLeak, inconclusiveNotice } from "../assertions/to-not-leak.js";
import { ASSERTABLE_SPACES } from "../capture/validate-options.js";
import type { LeakPlan } from "../leaks/types.js";
import { LEAK_OPTIONS, planLeakCheck } from "../leaks/validate-options.js";
import { joinOptions } from "./join-options.js";
import { checkLeaks } from "./leak-check.js";
import type { LimitFailure } from "./limit-error.js";
import type { LimitOptions } from "./plans.js";
import type { LimitsHost, ParsedLimit } from "./types.js";

/**
 * Calls `body` again and again, once for each limit that has options of its own. What it throws comes through.
 *
 * @returns the limits that were exceeded
 * @throws MemspecError as `findLeaks`
 */
export async function leakFailures(
  host: LimitsHost,
  limits: readonly ParsedLimit[],
  body: () => unknown,
  options: LimitOptions,
): Promise<readonly LimitFailure[]> {
  const failures: LimitFailure[] = [];
  for (const limit of limits) {
    if (limit.leaks === null) continue;
    const plan = planLeakCheck(joinOptions(options.toNotLeak ?? {}, limit.leaks, LEAK_OPTIONS), limit.source);
    const failure = await failureOf(host, limit.source, plan, body, options);
    if (failure !== null) failures.push(failure);
  }
  return failures;
}

async function failureOf(
  host: LimitsHost,
  source: string,
  plan: LeakPlan,
  body: () => unknown,
  options: LimitOptions,
): Promise<LimitFailure | null> {
  const report = await checkLeaks(host, body, plan);
  const assertion = {
    headline: `${source}: what each call of the test's body leaves behind`,
    report,
    strict: plan.strict,
    context: { root: host.root, isNot: false, verbose: options.verbose ?? false },
  };
  const { pass, message } = assertNotLeak(assertion);
  if (pass) {
    if (report.verdict === "inconclusive") console.warn(inconclusiveNotice(assertion));
    return null;
  }
  return {
    source,
    figure: "leaked",
    spaces: ASSERTABLE_SPACES,
    figureBytes: Math.round(report.groups.reduce((sum, group) => sum + (group.bytesPerCall ?? 0), 0)),
    limitBytes: plan.allow.bytes,
    notice: null,
    text: message(messageStyle(host.colour)),
  };
}
