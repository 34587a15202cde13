/** Shapes of what the adapters call for limits on test bodies. */

import type { FigureName } from "../assertions/figures.js";
import type { Baselines } from "../baselines/baselines.js";
import type { ParsedTolerance } from "../baselines/types.js";
import type { AssertableSpace } from "../capture/measurement.js";
import type { LeakOptions } from "../leaks/types.js";
import type { MemoryLimit } from "./limits.js";

/** What a runner has of the test that runs, and a check that makes many calls within it must see to. */
export interface RunningTest {
  /** Objects by which the runner holds things until the test, or its file, is over: what they alone hold is no leak. */
  holders(): readonly object[];
  /**
   * A call begins.
   *
   * @returns to be called when it has ended: does what the call asked to have done when the test is over
   */
  callStarts(): () => Promise<void> | undefined;
}

/** The part of a runner's `MatcherHost` that limits need. */
export interface LimitsHost {
  readonly root: string;
  readonly colour?: boolean | undefined;
  /** Of the test file that runs; `undefined`: whoever runs it keeps none. */
  readonly baselines?: Baselines | undefined;
  /** `undefined`: the runner holds nothing that is known of. */
  readonly runningTest?: RunningTest | undefined;
  currentTest():
    | {
        readonly id: string;
        readonly fullName: string;
        readonly uniqueName?: string;
        readonly concurrent: boolean;
      }
    | undefined;
}

/** Globs (relative to the root, `/` as separator) to limits. `default` limits what no matching glob limits. */
export type LimitsTable = Readonly<Record<string, MemoryLimit>>;

/** A declared limit after validation. */
export interface ParsedLimit {
  readonly source: string;
  /** None: leaks alone are limited. */
  readonly figures: readonly FigureLimit[];
  /** What each call may leak, with the options of that check; `null`: leaks are not limited. */
  readonly leaks: LeakOptions | null;
  /** `null`: not named, so the configuration's, or all. */
  readonly spaces: readonly AssertableSpace[] | null;
  /** The figures are compared with those that were recorded. */
  readonly baseline?: ParsedTolerance;
}

export interface FigureLimit {
  readonly figure: FigureName;
  readonly limitBytes: number;
}

/** A test's body as a runner calls it. */
export type TestBody = (this: unknown, ...args: unknown[]) => unknown;

/** A test's body as people write it, with whatever fixtures for parameters. */
export type AnyBody = (this: never, ...args: never[]) => unknown;
