/** `leaks: "test"`: the body of a test that passed is called again and again, as `noLeaks` does, without a word in the test. */

import { messageStyle } from "../assertions/colours.js";
import { assertNotLeak } from "../assertions/to-not-leak.js";
import { ASSERTABLE_SPACES } from "../capture/validate-options.js";
import { MemspecError } from "../errors/memspec-error.js";
import { dayOf } from "../gate/known-leaks.js";
import type { FileGate } from "../gate/options.js";
import { sortLeaks } from "../gate/sort-out.js";
import type { LeakPlan, LeakReport } from "../leaks/types.js";
import { LEAK_OPTIONS, planLeakCheck } from "../leaks/validate-options.js";
import type { LeaksRecord } from "../observe/payload.js";
import { measuredTest } from "./baseline-limit.js";
import { joinOptions } from "./join-options.js";
import { checkLeaks } from "./leak-check.js";
import { MemspecLimitError } from "./limit-error.js";
import type { LimitOptions } from "./plans.js";
import type { LimitsHost } from "./types.js";

/** A body that has been called once, and passed. */
export interface PassedBody {
  /** Full name of its test. */
  readonly name: string;
  call(): unknown;
  /** The runner's hooks are part of each call. */
  readonly hasHooks: boolean;
  /** How long the call took that passed, in ms. */
  readonly tookMs: number;
  /** What is left of the test's own time, in ms; `null`: no limit. */
  readonly leftMs: number | null;
  /** Why it cannot be called again; `null`: nothing speaks against it. */
  readonly unrepeatable: string | null;
  /** Asked when the calls were made: why they were none like the first; `null`: they were. */
  spoilt(): string | null;
}

export interface JudgedBody {
  /** `null`: no verdict, and the note says why. */
  readonly leaks: LeaksRecord | null;
  /** In a sentence; `null`: nothing to say. */
  readonly note: string | null;
  /** To fail the test with; `null`: it passes. */
  readonly failure: MemspecLimitError | null;
}

const SOURCE = 'leaks: "test"';
/** Calls that the shortest check makes. */
const LEAST_CALLS = 24;
/** Of what is left of the test's time: its runner is not to give it up. */
const SHARE_OF_TIME = 0.8;

/**
 * Judges a body for leaks. The user did not ask for it on this body: where it cannot be repeated, there is no verdict.
 */
export async function judgeBody(
  host: LimitsHost,
  gate: FileGate,
  body: PassedBody,
  options: LimitOptions,
): Promise<JudgedBody> {
  const plan = planFor(options, body.leftMs);
  const refused = body.unrepeatable ?? withBaselines(host) ?? tooSlow(body, plan);
  if (refused !== null) return notJudged(body, refused);
  let report: LeakReport;
  try {
    report = await checkLeaks(host, () => body.call(), plan);
  } catch (error) {
    return notJudged(body, whyNot(body, error));
  }
  const spoilt = body.spoilt();
  return spoilt === null ? verdictOn(host, gate, body, report, options) : notJudged(body, spoilt);
}

function planFor(options: LimitOptions, leftMs: number | null): LeakPlan {
  const plan = planLeakCheck(joinOptions(options.toNotLeak ?? {}, { allow: 0 }, LEAK_OPTIONS), SOURCE);
  const timeoutMs = leftMs === null ? plan.timeoutMs : Math.min(plan.timeoutMs, leftMs * SHARE_OF_TIME);
  return { ...plan, timeoutMs, strict: false };
}

function withBaselines(host: LimitsHost): string | null {
  const test = host.currentTest();
  if (test === undefined || host.baselines?.hasCalls(measuredTest(test)) !== true) return null;
  return "its body has baselines, and each call of it would record more";
}

function tooSlow({ tookMs, leftMs }: PassedBody, { timeoutMs }: LeakPlan): string | null {
  if (tookMs * LEAST_CALLS <= timeoutMs) return null;
  const whose = leftMs === null ? "toNotLeak.timeout" : "the test's timeout";
  return `its body takes too long to be called ${LEAST_CALLS} times within ${whose}`;
}

function whyNot({ hasHooks }: PassedBody, error: unknown): string {
  if (error instanceof MemspecError && error.code === "MEMSPEC_LEAK_TIMEOUT") {
    return "the calls of its body took too long, or one did not end";
  }
  // Also of another realm: Jest's sandbox has errors of its own.
  const { message } = (error ?? {}) as { readonly message?: unknown };
  const text = typeof message === "string" ? message : String(error);
  return `its body, called again${hasHooks ? " with its hooks" : ""}, failed: ${text.split("\n")[0] ?? ""}`;
}

function notJudged({ name }: PassedBody, why: string): JudgedBody {
  return { leaks: null, note: `Whether "${name}" leaks is not known: ${why}.`, failure: null };
}

function verdictOn(
  host: LimitsHost,
  gate: FileGate,
  { hasHooks }: PassedBody,
  report: LeakReport,
  options: LimitOptions,
): JudgedBody {
  const { groups, ignored, notes } = sortLeaks(report.groups, gate, dayOf(Date.now()));
  const without = sortLeaks(
    report.ignored.map(({ group }) => group),
    { ...gate, ignore: [], known: [] },
    "",
  ).groups;
  const all = [
    ...ignored,
    ...report.ignored.flatMap(({ reason }, index) => {
      const group = without[index];
      return group === undefined ? [] : [{ group, reason }];
    }),
  ];
  const verdict = report.verdict === "leak" && groups.length === 0 ? "clean" : report.verdict;
  const reasons = [
    ...(report.verdict === verdict ? [report.reason ?? []].flat() : ["All that grows is ignored or known."]),
    ...notes,
  ];
  const reason = reasons.length === 0 ? null : reasons.join(" ");
  const leaks: LeaksRecord = { verdict, reason, groups, ignored: all };
  if (verdict !== "leak" || !gate.failOnLeak) return { leaks, note: null, failure: null };
  const { message } = assertNotLeak({
    headline: `${SOURCE}: what each call of the test's body${hasHooks ? ", with its hooks," : ""} leaves behind`,
    report: { ...report, verdict, reason, groups, ignored: all },
    strict: false,
    context: { root: host.root, isNot: false, verbose: options.verbose ?? false },
  });
  const failure = new MemspecLimitError([
    {
      source: SOURCE,
      figure: "leaked",
      spaces: ASSERTABLE_SPACES,
      figureBytes: Math.round(groups.reduce((sum, group) => sum + (group.bytesPerCall ?? 0), 0)),
      limitBytes: 0,
      notice: null,
      text: message(messageStyle(host.colour)),
    },
  ]);
  return { leaks, note: null, failure };
}
