/** Runs a test's body under its limits. */

import { assertBodyLimit } from "../assertions/body-limit.js";
import { messageStyle } from "../assertions/colours.js";
import type { Measurement } from "../capture/measurement.js";
import { chain, type MaybePromise } from "../capture/repeat.js";
import { noteFailedCheck } from "../observe/failed-checks.js";
import { baselineFailures, expectedBytesOf } from "./baseline-limit.js";
import type { CallSite } from "./call-site.js";
import { checkNotConcurrent } from "./concurrent.js";
import { leakFailures } from "./leak-limit.js";
import { isLimitError, type LimitFailure, MemspecLimitError } from "./limit-error.js";
import type { DeclaredLimit } from "./limits.js";
import { parseLimit } from "./parse-limit.js";
import { placeAt, placed } from "./place-error.js";
import { type LimitOptions, type PlannedLimits, planLimits } from "./plans.js";
import { measureSpan, type Span } from "./span.js";
import type { LimitsHost, ParsedLimit, TestBody } from "./types.js";

/**
 * Calls `body` once and checks its memory against all limits. Each fails when strictly more. What the body throws comes
 * through as it is, and then no limit is told of; only when that is itself an exceeded limit (of a wrapper further in)
 * the failures are told together.
 *
 * @param limits checked before the body runs; none: the body just runs
 * @returns what the body returns; a promise when it returns one, or when a limit on retained memory has to collect
 * @throws MemspecLimitError `MEMSPEC_LIMIT_EXCEEDED`
 * @throws MemspecError `MEMSPEC_CONCURRENT_TEST`, `MEMSPEC_UNAVAILABLE`, and those of `parseLimit`
 */
export function runWithLimits<T>(
  host: LimitsHost,
  limits: readonly DeclaredLimit[],
  body: () => T,
  options: LimitOptions = {},
): T | Promise<Awaited<T>> {
  return runBody(host, limits.map(parseLimit), body, undefined, [], options) as T;
}

/**
 * As `runWithLimits`, for a body with `this` and arguments and limits that were parsed before.
 *
 * @param site where the limit was declared: the error's stack
 */
export function runBody(
  host: LimitsHost,
  limits: readonly ParsedLimit[],
  body: TestBody,
  thisArg: unknown,
  args: readonly unknown[],
  options: LimitOptions,
  site?: () => CallSite,
): MaybePromise<unknown> {
  if (limits.length === 0) return Reflect.apply(body, thisArg, args);
  const figures = (): MaybePromise<unknown> => runMeasured(host, limits, body, thisArg, args, options, site);
  try {
    checkNotConcurrent(host, "A memory limit");
    if (limits.every((limit) => limit.leaks === null)) return figures();
    const check = (): Promise<readonly LimitFailure[]> =>
      leakFailures(host, limits, () => Reflect.apply(body, thisArg, args), options);
    return withLeakCheck(figures, check, site);
  } catch (error) {
    throw placed(error, site);
  }
}

/** The body once under the limits on its figures; not at all where there is none. */
function runMeasured(
  host: LimitsHost,
  limits: readonly ParsedLimit[],
  body: TestBody,
  thisArg: unknown,
  args: readonly unknown[],
  options: LimitOptions,
  site: (() => CallSite) | undefined,
): MaybePromise<unknown> {
  const expectedBytes = limits.some((limit) => limit.baseline !== undefined) ? expectedBytesOf(host) : null;
  const planned = planLimits(limits, options, expectedBytes);
  if (planned.length === 0) return undefined;
  const plans = planned.map((entry) => entry.plan);
  return chain(measureSpan(host, plans, body, thisArg, args, isLimitError), (span) =>
    verdict(host, planned, span, options, site),
  );
}

/** First the figures of one call, then the calls that tell a leak; what both exceed is told together. */
async function withLeakCheck(
  figures: () => MaybePromise<unknown>,
  check: () => Promise<readonly LimitFailure[]>,
  site: (() => CallSite) | undefined,
): Promise<unknown> {
  let value: unknown;
  const failures: LimitFailure[] = [];
  try {
    value = await figures();
  } catch (error) {
    if (!isLimitError(error)) throw error;
    failures.push(...error.failures);
  }
  try {
    failures.push(...(await check()));
  } catch (error) {
    throw placed(error, site);
  }
  if (failures.length > 0) throw limitError(failures, site);
  return value;
}

function verdict(
  host: LimitsHost,
  planned: readonly PlannedLimits[],
  { outcome, measurements }: Span,
  options: LimitOptions,
  site: (() => CallSite) | undefined,
): unknown {
  if (measurements === null) {
    // The test was over before its body: nobody listens any more.
    if (outcome.threw) throw outcome.error;
    return outcome.value;
  }
  const failures = (): readonly LimitFailure[] => {
    const measured = planned.map((entry, index) => {
      const measurement = measurements[index];
      if (measurement === undefined) throw new RangeError("a plan without a measurement");
      return { ...entry, measurement };
    });
    const exceeded = measured.flatMap((entry) => failuresOf(host, entry, entry.measurement, options));
    try {
      return [...exceeded, ...measured.flatMap((entry) => ofBaselines(host, entry, entry.measurement, options))];
    } catch (error) {
      // That a baseline is missing is the lesser news.
      if (exceeded.length > 0) return exceeded;
      throw error;
    }
  };
  if (outcome.threw) throw isLimitError(outcome.error) ? joined(outcome.error, failures, site) : outcome.error;
  const own = failures();
  if (own.length > 0) throw limitError(own, site);
  return outcome.value;
}

/** What a wrapper further in exceeded, and what of ours was exceeded too. */
function joined(
  inner: MemspecLimitError,
  ownFailures: () => readonly LimitFailure[],
  site: (() => CallSite) | undefined,
): MemspecLimitError {
  let own: readonly LimitFailure[];
  try {
    own = ownFailures();
  } catch {
    // A figure of ours is unknown: what is known to be exceeded is the better news.
    return inner;
  }
  return own.length === 0 ? inner : limitError([...inner.failures, ...own], site);
}

function failuresOf(
  host: LimitsHost,
  { limits, plan }: PlannedLimits,
  measurement: Measurement,
  options: LimitOptions,
): readonly LimitFailure[] {
  const context = { root: host.root, isNot: false, verbose: options.verbose ?? false };
  const { spaces } = plan;
  return limits.flatMap(({ source, figures }) =>
    figures.flatMap((limit) => {
      const { pass, facts, message } = assertBodyLimit({ ...limit, source }, measurement, spaces, context);
      if (pass) return [];
      noteFailedCheck(measurement.sites);
      const { figureBytes, limitBytes, notice } = facts;
      const text = message(messageStyle(host.colour));
      return [{ source, figure: limit.figure, spaces, figureBytes, limitBytes, notice, text }];
    }),
  );
}

function ofBaselines(
  host: LimitsHost,
  { limits, plan }: PlannedLimits,
  measurement: Measurement,
  options: LimitOptions,
): readonly LimitFailure[] {
  const verbose = options.verbose ?? false;
  return limits.flatMap((limit) => baselineFailures(host, limit, measurement, plan.spaces, verbose));
}

function limitError(failures: readonly LimitFailure[], site: (() => CallSite) | undefined): MemspecLimitError {
  const error = new MemspecLimitError(failures);
  if (site !== undefined) placeAt(error, site());
  return error;
}
