/** The public shapes of the matchers and of the registry that finds forgotten awaits. */

import type { BaselineOptions } from "../baselines/options.js";
import type { BaselineTolerance } from "../baselines/types.js";
import type { CommonOptions } from "../capture/options.js";
import type { MemspecError } from "../errors/memspec-error.js";
import type { LeakDefaults, LeakOptions } from "../leaks/types.js";
import type { Size } from "../sizes/size.js";
import type { MatcherResult, MatcherThis } from "./host.js";

/** Options of the sizing matchers. What a call says wins over the configuration. */
export type SizingOptions = CommonOptions;

/** Options of `toRetainInstances` and `toBeCollected`. */
export interface SurvivorOptions {
  /** Calls of the function before the one that is looked at. */
  readonly warmup?: number;
  readonly verbose?: boolean;
}

/** Options of `toMatchMemoryBaseline`. */
export interface MatchBaselineOptions extends CommonOptions {
  /** How far a figure may lie from its baseline, the larger of the two; default that of the configuration. */
  readonly tolerance?: BaselineTolerance;
  /** Tells the calls of a test apart, beside their order. */
  readonly name?: string;
}

/** Options of `toNotLeak`. */
export interface NotLeakOptions extends LeakOptions {
  /** The long message: every group, whole stacks. */
  readonly verbose?: boolean;
}

/** What the configuration may say for all matchers. */
export type MatcherDefaults = SizingOptions & {
  readonly toNotLeak?: LeakDefaults;
  readonly baseline?: boolean | BaselineOptions;
};

/** New live instances that are allowed, by constructor name. */
export type InstanceLimits = Readonly<Record<string, number>>;

/** A synchronous function gives a result, an async one a promise of it. */
export type SizingMatcher = (
  this: MatcherThis,
  received: unknown,
  size: Size,
  options?: SizingOptions,
) => MatcherResult | Promise<MatcherResult>;

/** What `expect.extend` of either runner takes. Methods use `this` of the runner. */
export interface MemoryMatchers {
  toAllocateLessThan: SizingMatcher;
  toAllocateNothing(
    this: MatcherThis,
    received: unknown,
    options?: SizingOptions,
  ): MatcherResult | Promise<MatcherResult>;
  toPeakBelow: SizingMatcher;
  toRetainLessThan(this: MatcherThis, received: unknown, size: Size, options?: SizingOptions): Promise<MatcherResult>;
  toRetainInstances(
    this: MatcherThis,
    received: unknown,
    limits: InstanceLimits,
    options?: SurvivorOptions,
  ): Promise<MatcherResult>;
  toBeCollected(this: MatcherThis, received: unknown, options?: SurvivorOptions): Promise<MatcherResult>;
  toMatchMemoryBaseline(
    this: MatcherThis,
    received: unknown,
    options?: MatchBaselineOptions,
  ): MatcherResult | Promise<MatcherResult>;
  toNotLeak(this: MatcherThis, received: unknown, options?: NotLeakOptions): Promise<MatcherResult>;
}

/** How a test's body ended. */
export type BodyOutcome = "passed" | "failed";

/**
 * Promises that matchers handed out, per test. The adapter calls `finish` once, when the body of the test has ended and
 * before the runner goes on to another test.
 */
export interface PendingMatchers {
  /**
   * Errors of that test, oldest first, each `MEMSPEC_NOT_AWAITED`: a matcher's promise that nobody awaited; and, when the
   * body passed, one that is not settled yet. Their `stack` starts at the call of the matcher. The promises are marked
   * handled, so that no later test is blamed. Calling it again for the same test gives an empty list.
   */
  finish(testId: string, body: BodyOutcome): readonly MemspecError[];
}
