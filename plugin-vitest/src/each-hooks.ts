/** What Vitest does before and after the body of a test, done again where the body is called again. The same in Vitest 4 and 5. */

import type { TestBody } from "@memspec/core/adapter";
import { type RunnerTestSuite, type TestContext, TestRunner, vi } from "vitest";
import type { TestTask } from "./tasks.js";

/** What a project's configuration says of the time between two tests. */
export interface BetweenTests {
  readonly hooks: "stack" | "list" | "parallel";
  readonly clearMocks: boolean;
  readonly mockReset: boolean;
  readonly restoreMocks: boolean;
  readonly unstubEnvs: boolean;
  readonly unstubGlobals: boolean;
}

type Hook = (...args: never[]) => unknown;

/** Hooks of a suite, in the order in which they are called. */
type Level = readonly Hook[];

/** What Vitest gives every test. All else in a context is a fixture, or a hook put it there. */
const OF_EVERY_TEST: readonly string[] = ["task", "signal", "skip", "annotate", "onTestFailed", "onTestFinished"];

/** Whether a body may use fixtures: Vitest makes these once for a test, and takes them down after its hooks. */
export function mayHaveFixtures(context: TestContext): boolean {
  return Object.keys(context).some((name) => !OF_EVERY_TEST.includes(name));
}

export interface HookedCall {
  readonly call: () => unknown;
  readonly hasHooks: boolean;
}

/** A call with all that is done between two tests around it; the call itself where that is nothing. */
export function withEachHooks(task: TestTask, call: () => unknown, between: BetweenTests): HookedCall {
  const suites = suitesOf(task);
  const before = suites.toReversed().map((suite) => TestRunner.getSuiteHooks(suite).beforeEach as Level);
  const after = suites.map((suite) => ordered(TestRunner.getSuiteHooks(suite).afterEach as Level, between));
  const hasHooks = [...before, ...after].some((level) => level.length > 0);
  if (!hasHooks && !changesMocks(between)) return { call, hasHooks };
  const args = [task.context, suites[0]];
  const hooked = async (): Promise<void> => {
    const cleanups: unknown[] = [];
    try {
      resetMocks(between);
      for (const level of before) await runLevel(level, args, between, cleanups);
      await call();
    } finally {
      // Also after a hook that failed: as Vitest does, and what is open keeps a process alive.
      for (const level of after) await runLevel(level, args, between, []);
      const ends = cleanups.filter((cleanup): cleanup is Hook => typeof cleanup === "function");
      await runLevel(ordered(ends, between), [], between, []);
    }
  };
  return { call: hooked, hasHooks };
}

/** The test's own first. */
function suitesOf({ suite: own, file }: TestTask): readonly RunnerTestSuite[] {
  const suites: RunnerTestSuite[] = [];
  for (let suite = own; suite !== undefined && suite !== file; suite = suite.suite) suites.push(suite);
  return [...suites, file];
}

function ordered(level: Level, { hooks }: BetweenTests): Level {
  return hooks === "stack" ? level.toReversed() : level;
}

/** @param results of the hooks, in their order */
async function runLevel(
  level: Level,
  args: readonly unknown[],
  { hooks }: BetweenTests,
  results: unknown[],
): Promise<void> {
  const run = async (hook: Hook): Promise<unknown> => Reflect.apply(hook, undefined, args);
  if (hooks === "parallel") results.push(...(await Promise.all(level.map(run))));
  else for (const hook of level) results.push(await run(hook));
}

function changesMocks({ hooks: _hooks, ...mocks }: BetweenTests): boolean {
  return Object.values(mocks).includes(true);
}

function resetMocks({ clearMocks, mockReset, restoreMocks, unstubEnvs, unstubGlobals }: BetweenTests): void {
  if (restoreMocks) vi.restoreAllMocks();
  if (mockReset) vi.resetAllMocks();
  if (clearMocks) vi.clearAllMocks();
  if (unstubEnvs) vi.unstubAllEnvs();
  if (unstubGlobals) vi.unstubAllGlobals();
}

/** Vitest lets a hook of these register no other, and a test that is over have no annotation; a body that is called in one does both. */
type Registering = Pick<TestContext, "onTestFinished" | "onTestFailed" | "annotate">;

/** The test has those of its first call. */
const annotateNothing: TestContext["annotate"] = async (message: string, type?: unknown) => ({
  message,
  type: typeof type === "string" ? type : "notice",
});

/**
 * Calls `last` when Vitest has done all that it does after a test: hooks, their clean-ups, and what the body asked for. Called before the body.
 * At least one hook must have been registered with `onTestFinished`.
 */
export function afterAllElse(context: TestContext, last: () => Promise<void>): void {
  const { onTestFinished, onTestFailed, annotate }: Registering = context;
  const { onFinished } = context.task as { readonly onFinished?: TestBody[] };
  // The first of the list is the last that is called.
  onFinished?.unshift(async () => {
    const closed = { onTestFinished: context.onTestFinished, onTestFailed: context.onTestFailed, annotate };
    Object.assign(context, { onTestFinished, onTestFailed, annotate: annotateNothing });
    try {
      await last();
    } finally {
      Object.assign(context, closed);
    }
  });
}
