/** What memspec knows of the test file that this worker runs: the host of the matchers and limits. */

import { AsyncLocalStorage } from "node:async_hooks";
import type { CurrentTest, MatcherHost, MemspecOptions } from "@memspec/core/adapter";
import { TestRunner } from "vitest";
import { interleaves, type TestTask } from "./tasks.js";

export interface Session extends MatcherHost {
  readonly options: MemspecOptions;
  /** A test file begins: its configuration and root are those of its project. */
  beginFile(options: MemspecOptions, root: string): void;
  /** Runs the body of a test such that whatever it calls, now or later, knows its test even when others interleave. */
  within<T>(task: TestTask, body: () => T): T;
  /** Calls a matcher of the test that Vitest knows it belongs to. */
  asking<T>(task: TestTask | undefined, matcher: () => T): T;
  /** The running attempt of a test. */
  attempt(task: TestTask): CurrentTest;
}

function attemptOf(task: TestTask): CurrentTest {
  return {
    // Retries and repeats run the same task again: what an earlier attempt left pending is not the later one's.
    id: `${task.id}#${task.result?.repeatCount ?? 0}.${task.result?.retryCount ?? 0}`,
    fullName: task.fullTestName,
    file: task.file.filepath,
    concurrent: interleaves(task),
  };
}

export function createSession(): Session {
  const concurrent = new AsyncLocalStorage<TestTask>();
  let options: MemspecOptions = {};
  let root = "";
  let asked: TestTask | undefined;
  return {
    runner: "vitest",
    get options() {
      return options;
    },
    get root() {
      return root;
    },
    beginFile(fileOptions, fileRoot) {
      options = fileOptions;
      root = fileRoot;
    },
    within(task, body) {
      // Asynchronous context is paid for only where tests interleave.
      return interleaves(task) ? concurrent.run(task, body) : body();
    },
    asking(task, matcher) {
      const before = asked;
      asked = task;
      try {
        return matcher();
      } finally {
        asked = before;
      }
    },
    currentTest() {
      const task = asked ?? concurrent.getStore() ?? (TestRunner.getCurrentTest() as TestTask | undefined);
      return task === undefined ? undefined : attemptOf(task);
    },
    attempt: attemptOf,
  };
}

/** One per copy of this module: the matchers, the limits and `limitMemory` of a test file share it. */
export const session: Session = createSession();
