/** What a runner's adapter gives to the matchers and limits, and nothing more: the core knows no runner. */

import type { Baselines } from "../baselines/baselines.js";
import type { FailedMatchers } from "../limits/breaches.js";
import type { RunningTest } from "../limits/types.js";

export interface CurrentTest {
  /** Unique within the process for one attempt of one test. */
  readonly id: string;
  readonly fullName: string;
  /** As `fullName`, and no other test's of the file; what its baselines are recorded under. Default `fullName`. */
  readonly uniqueName?: string;
  readonly file: string;
  /** Concurrent tests share an isolate: nothing can be attributed to one of them. */
  readonly concurrent: boolean;
}

export interface MatcherHost {
  readonly runner: "vitest" | "jest";
  /** The test that runs now, or `undefined` outside of a test. */
  currentTest(): CurrentTest | undefined;
  /** Absolute root of the project: messages show paths relative to it. */
  readonly root: string;
  /** Messages have colours; `undefined`: when the process's output can show them. */
  readonly colour?: boolean | undefined;
  /** Of the test file that runs; `undefined`: whoever runs it keeps none. */
  readonly baselines?: Baselines | undefined;
  /** Takes note of matchers that fail; `undefined`: nobody asks. */
  readonly failedMatchers?: FailedMatchers | undefined;
  /** `undefined`: the runner holds nothing that is known of. */
  readonly runningTest?: RunningTest | undefined;
}

/** The part of `this` in a custom matcher that both runners have. */
export interface MatcherThis {
  readonly isNot: boolean;
  /** "resolves" or "rejects" when the matcher follows one of them. */
  readonly promise?: string;
  /** `expect.soft` of Vitest. */
  readonly soft?: boolean;
}

export interface MatcherResult {
  readonly pass: boolean;
  /** Valid for both outcomes; `.not` is known from `MatcherThis.isNot`. */
  message(): string;
  readonly actual?: unknown;
  readonly expected?: unknown;
}
