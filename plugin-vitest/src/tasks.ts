/** The parts of Vitest's tasks that memspec reads, the same in Vitest 4 and 5. */

import type { RunnerTask, RunnerTestCase, RunnerTestSuite } from "vitest";

export type TestTask = RunnerTestCase;

/** All below a suite, suites included. */
export function* tasksUnder(suite: { readonly tasks: readonly RunnerTask[] }): Generator<RunnerTask> {
  for (const task of suite.tasks) {
    yield task;
    if (task.type === "suite") yield* tasksUnder(task);
  }
}

export function* testsUnder(suite: { readonly tasks: readonly RunnerTask[] }): Generator<TestTask> {
  for (const task of tasksUnder(suite)) if (task.type !== "suite") yield task as TestTask;
}

/**
 * Whether other tests may run between two steps of this one. A sequential test does when one of its suites is concurrent:
 * then the suites beside that one run at the same time.
 */
export function interleaves(task: TestTask): boolean {
  if (task.concurrent === true) return true;
  for (let suite: RunnerTestSuite | undefined = task.suite; suite !== undefined; suite = suite.suite) {
    if (suite.concurrent === true) return true;
  }
  return false;
}

/** A test under `suite` that interleaves with others and runs now. */
export function runningInterleaved(suite: RunnerTestSuite): TestTask | undefined {
  for (const task of suite.tasks as readonly RunnerTask[]) {
    const found =
      task.type === "suite"
        ? runningInterleaved(task)
        : task.result?.state === "run" && interleaves(task)
          ? task
          : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
