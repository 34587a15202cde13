/** The matchers of both runners. */

import { messageStyle } from "../assertions/colours.js";
import type { AssertionOutcome, MessageContext } from "../assertions/outcome.js";
import type { SizeAssertion, SizeFacts } from "../assertions/size-assertion.js";
import type { MessageStyle } from "../assertions/style.js";
import { assertAllocateLessThan } from "../assertions/to-allocate-less-than.js";
import { assertAllocateNothing } from "../assertions/to-allocate-nothing.js";
import { assertBeCollected } from "../assertions/to-be-collected.js";
import { assertNotLeak, inconclusiveNotice } from "../assertions/to-not-leak.js";
import { assertPeakBelow } from "../assertions/to-peak-below.js";
import { assertRetainInstances } from "../assertions/to-retain-instances.js";
import { assertRetainLessThan } from "../assertions/to-retain-less-than.js";
import { parseBaseline } from "../baselines/options.js";
import { parseTolerance } from "../baselines/tolerance.js";
import type { AllocationSite } from "../capture/measurement.js";
import type { MeasurePlan, ResolvedOptions } from "../capture/options.js";
import type { OpenWatch } from "../capture/record.js";
import { chain, isPromise, type MaybePromise } from "../capture/repeat.js";
import { type PlanNeeds, planMeasurement, validateOptions } from "../capture/validate-options.js";
import { LEAK_OPTIONS, planLeakCheck } from "../leaks/validate-options.js";
import { baselinesOf } from "../limits/baseline-limit.js";
import type { BreachFacts } from "../limits/breaches.js";
import { captureCallSite } from "../limits/call-site.js";
import { checkNotConcurrent } from "../limits/concurrent.js";
import { joinOptions } from "../limits/join-options.js";
import { checkLeaks } from "../limits/leak-check.js";
import { noteOpenSpan } from "../limits/open-spans.js";
import { optionsOf } from "../limits/option-table.js";
import { placed } from "../limits/place-error.js";
import { measureRuns } from "../measure/measure.js";
import { collect, type InstanceCounts, retainedInstances } from "../measure/survivors.js";
import { noteFailedCheck } from "../observe/failed-checks.js";
import { parseSize } from "../sizes/parse-size.js";
import { checkInstances, checkReceived } from "./checks.js";
import { headline, instancesArgument, sizeArgument } from "./headline.js";
import type { MatcherHost, MatcherResult, MatcherThis } from "./host.js";
import { hintOf, judgeCall } from "./match-baseline.js";
import type { PendingRegistry } from "./pending.js";
import type { InstanceLimits, MatcherDefaults, MemoryMatchers, SizingOptions } from "./types.js";

/** Calls of `toMatchMemoryBaseline` unless told otherwise: the first ones compile, and that is not alike in each run. */
const BASELINE_CALLS = { warmup: 3, runs: 3 };

/** Calls before `toAllocateNothing` measures, unless told otherwise: V8 allocates for a function while it warms up. */
const NOTHING_WARMUP = 100;

const SIZING_OPTIONS = optionsOf("sizing");
const SURVIVOR_OPTIONS = optionsOf("survivors");
const BASELINE_OPTIONS = [...SIZING_OPTIONS, "tolerance", "name"];

type Matcher = (...args: never[]) => unknown;
type AnyMatcher = (this: MatcherThis, ...args: unknown[]) => unknown;

/** A sizing matcher's call after its arguments were checked. */
interface SizingCall {
  readonly that: MatcherThis;
  readonly matcher: string;
  readonly fn: () => unknown;
  readonly limitBytes: number;
  readonly argument: string;
  readonly options: ResolvedOptions;
  readonly needs: PlanNeeds;
}

/**
 * @param defaults from the configuration, already validated; what a call says wins
 * @param pending the registry whose `finish` the adapter calls at the end of each test's body
 */
export function createMatchers(host: MatcherHost, defaults: MatcherDefaults, pending: PendingRegistry): MemoryMatchers {
  let style: MessageStyle | undefined;

  const { toNotLeak: leakDefaults = {}, baseline, ...sizingDefaults } = defaults;
  const { callTolerance } = parseBaseline(baseline, "memspec");
  const options = (matcher: string, call: unknown, known: readonly string[] = SIZING_OPTIONS): ResolvedOptions =>
    validateOptions(joinOptions(sizingDefaults, call, known), `${matcher}()`, known);

  /** A measurement of a test ends with it at the latest. */
  const watch: OpenWatch = (abandon) => noteOpenSpan(host, abandon);

  const begin = (matcher: string): void => {
    checkNotConcurrent(host, `${matcher}()`);
    pending.assertNoneRunning();
  };

  /** @param breach what the test broke when the runner asks for the message: it does when the assertion failed */
  const result = (outcome: AssertionOutcome<unknown>, that: MatcherThis, breach?: BreachFacts): MatcherResult => {
    // Vitest leaves it undefined where there is no `.not`.
    if (outcome.pass === Boolean(that.isNot)) noteFailedCheck(sitesOf(outcome.facts));
    const test = host.currentTest();
    return {
      pass: outcome.pass,
      message: () => {
        style ??= messageStyle(host.colour);
        const text = outcome.message(style);
        if (breach !== undefined && test !== undefined) host.failedMatchers?.note(test.id, text, breach);
        return text;
      },
    };
  };

  const hand = <T>(that: MatcherThis, matcher: string, answer: MaybePromise<T>, caller: Matcher): MaybePromise<T> =>
    isPromise(answer) ? pending.watch(matcher, answer, caller, runnerHops(host, that)) : answer;

  const contextOf = (that: MatcherThis, verbose: boolean): MessageContext => ({
    root: host.root,
    isNot: that.isNot,
    verbose,
  });

  const size = (
    call: SizingCall,
    assert: (assertion: SizeAssertion) => AssertionOutcome<SizeFacts>,
    caller: Matcher,
  ): MaybePromise<MatcherResult> => {
    const { that, matcher, options: given, limitBytes } = call;
    begin(matcher);
    const plan: MeasurePlan = planMeasurement(given, { ...call.needs, limitBytes });
    const { spaces } = given;
    const answer = chain(measureRuns(call.fn, plan, watch), (runs) => {
      const outcome = assert({
        headline: headline("fn", matcher, that.isNot, call.argument),
        runs,
        limitBytes,
        spaces,
        context: contextOf(that, given.verbose),
      });
      const { figure, figureBytes } = outcome.facts;
      const breach = { figure, spaces, figureBytes, limitBytes, source: `${matcher}()` };
      return result(outcome, that, that.isNot ? undefined : breach);
    });
    return hand(that, matcher, answer, caller);
  };

  const matchers: MemoryMatchers = {
    toAllocateLessThan(received, limit, call) {
      const matcher = "toAllocateLessThan";
      checkReceived(this, received, matcher);
      const limitBytes = parseSize(limit);
      const given = options(matcher, call);
      const sizing = { that: this, matcher, fn: received, limitBytes, argument: sizeArgument(limit) };
      return size({ ...sizing, options: given, needs: {} }, assertAllocateLessThan, matchers.toAllocateLessThan);
    },

    toAllocateNothing(received, call) {
      const matcher = "toAllocateNothing";
      checkReceived(this, received, matcher);
      const given = options(matcher, call ?? {});
      const warmup = saysWarmup(defaults, call) ? given.warmup : NOTHING_WARMUP;
      const sizing = { that: this, matcher, fn: received, limitBytes: 0, argument: "" };
      const needs: PlanNeeds = {};
      return size(
        { ...sizing, options: { ...given, warmup }, needs },
        assertAllocateNothing,
        matchers.toAllocateNothing,
      );
    },

    toPeakBelow(received, limit, call) {
      const matcher = "toPeakBelow";
      checkReceived(this, received, matcher);
      const limitBytes = parseSize(limit);
      const given = options(matcher, call);
      const sizing = { that: this, matcher, fn: received, limitBytes, argument: sizeArgument(limit) };
      return size({ ...sizing, options: given, needs: { settle: true } }, assertPeakBelow, matchers.toPeakBelow);
    },

    toRetainLessThan(received, limit, call) {
      const matcher = "toRetainLessThan";
      checkReceived(this, received, matcher);
      const limitBytes = parseSize(limit);
      const given = options(matcher, call);
      const sizing = { that: this, matcher, fn: received, limitBytes, argument: sizeArgument(limit) };
      const needs: PlanNeeds = { retained: true, settle: true };
      return size(
        { ...sizing, options: given, needs },
        assertRetainLessThan,
        matchers.toRetainLessThan,
      ) as Promise<MatcherResult>;
    },

    toRetainInstances(received, limits, call) {
      const matcher = "toRetainInstances";
      checkReceived(this, received, matcher);
      checkInstances(limits);
      const given = options(matcher, call, SURVIVOR_OPTIONS);
      begin(matcher);
      const allowed: InstanceLimits = { ...limits };
      const tooMany = (counts: InstanceCounts): boolean =>
        Object.entries(counts).some(([name, alive]) => alive > (allowed[name] ?? 0));
      const answer = retainedInstances(received, Object.keys(allowed), given.warmup, tooMany, watch).then(
        ({ counts, ways, problem }) =>
          result(
            assertRetainInstances({
              headline: headline("fn", matcher, this.isNot, instancesArgument(allowed)),
              alive: counts,
              ways,
              problem,
              allowed,
              context: contextOf(this, given.verbose),
            }),
            this,
          ),
      );
      return hand(this, matcher, answer, matchers.toRetainInstances) as Promise<MatcherResult>;
    },

    toBeCollected(received, call) {
      const matcher = "toBeCollected";
      checkReceived(this, received, matcher);
      const given = options(matcher, call, SURVIVOR_OPTIONS);
      begin(matcher);
      const answer = collect(received, given.warmup).then((collected) =>
        result(
          assertBeCollected({
            headline: headline("factory", matcher, this.isNot, ""),
            ...collected,
            context: contextOf(this, given.verbose),
          }),
          this,
        ),
      );
      return hand(this, matcher, answer, matchers.toBeCollected) as Promise<MatcherResult>;
    },

    toMatchMemoryBaseline(received, call) {
      const matcher = "toMatchMemoryBaseline";
      checkReceived(this, received, matcher);
      const given = options(
        matcher,
        joinOptions({ ...BASELINE_CALLS, ...sizingDefaults }, call, BASELINE_OPTIONS),
        BASELINE_OPTIONS,
      );
      const tolerance = parseTolerance(call?.tolerance, `${matcher}()`, callTolerance);
      const hint = hintOf(call?.name, `${matcher}()`);
      begin(matcher);
      const { baselines, test } = baselinesOf(host, `${matcher}()`);
      const named = baselines.nextCall(test, hint);
      const { spaces } = given;
      const judged = {
        ...{ baselines, test, call: named, tolerance, spaces },
        headline: headline("fn", matcher, this.isNot, hint === "" ? "" : `{ name: ${JSON.stringify(hint)} }`),
        context: contextOf(this, given.verbose),
      };
      const plan = planMeasurement(given, { settle: true, limitBytes: baselines.expectedBytes(test, named) });
      const answer = chain(measureRuns(received, plan, watch), (runs) => {
        const outcome = judgeCall(judged, runs);
        if (outcome === null) return { pass: true, message: () => "" };
        const { worst } = outcome.facts;
        if (worst === null || this.isNot) return result(outcome, this);
        return result(outcome, this, {
          figure: "baseline",
          of: worst.figure,
          spaces: worst.space === "total" ? spaces : [worst.space],
          figureBytes: worst.nowBytes ?? 0,
          limitBytes: worst.baselineBytes ?? 0,
          source: `${matcher}() ${named}`,
        });
      });
      return hand(this, matcher, answer, matchers.toMatchMemoryBaseline);
    },

    toNotLeak(received, call) {
      const matcher = "toNotLeak";
      checkReceived(this, received, matcher);
      const joined = joinOptions(leakDefaults, call, LEAK_OPTIONS);
      const plan = planLeakCheck(joined, `${matcher}()`, [...LEAK_OPTIONS, "verbose"]);
      const { verbose } = options(matcher, { verbose: call?.verbose }, ["verbose"]);
      begin(matcher);
      const answer = checkLeaks(host, received, plan).then((report) => {
        const assertion = {
          headline: headline("fn", matcher, this.isNot, ""),
          report,
          strict: plan.strict,
          context: contextOf(this, verbose),
        };
        const outcome = assertNotLeak(assertion);
        if (report.verdict === "inconclusive" && outcome.pass && !this.isNot)
          console.warn(inconclusiveNotice(assertion));
        return result(outcome, this);
      });
      return hand(this, matcher, answer, matchers.toNotLeak) as Promise<MatcherResult>;
    },
  };
  for (const name of Object.keys(matchers) as (keyof MemoryMatchers)[]) placing(matchers, name);
  return matchers;
}

/** What a matcher raises at once begins at the user's call. */
function placing<Name extends keyof MemoryMatchers>(matchers: MemoryMatchers, name: Name): void {
  const matcher = matchers[name] as AnyMatcher;
  const placingMatcher: AnyMatcher = function (...args) {
    try {
      return Reflect.apply(matcher, this, args);
    } catch (error) {
      // The stack of an error that came up far inside may be too short to reach the user's call.
      throw placed(error, captureCallSite(placingMatcher));
    }
  };
  matchers[name] = placingMatcher as MemoryMatchers[Name];
}

/** Of assertions about bytes: where those of the asserted run were allocated. */
function sitesOf(facts: unknown): readonly AllocationSite[] {
  return (facts as Partial<SizeFacts> | null)?.measurement?.sites ?? [];
}

function saysWarmup(defaults: MatcherDefaults, call: SizingOptions | undefined): boolean {
  return defaults.warmup !== undefined || call?.warmup !== undefined;
}

/** Calls of `.then` that the runner makes before the test has the promise; see `MatcherPromise`. */
function runnerHops(host: MatcherHost, that: MatcherThis): number {
  return host.runner === "jest" || that.soft === true ? 2 : 1;
}
