/** What memspec knows of the test file that this worker runs: the host of the matchers and limits. */

import { AsyncLocalStorage } from "node:async_hooks";
import type { CurrentTest, FailedMatchers, MatcherHost, MemspecOptions } from "@memspec/core/adapter";
import { createFailedMatchers } from "@memspec/core/worker";
import { type RunnerTestFile, TestRunner } from "vitest";
import type { FileBaselines } from "./baselines.js";
import { createRunningTest } from "./running-test.js";
import { interleaves, runningInterleaved, type TestTask } from "./tasks.js";

type OpenBaselines = (file: RunnerTestFile, root: string) => FileBaselines;

export interface Session extends MatcherHost {
  readonly options: MemspecOptions;
  readonly failedMatchers: FailedMatchers;
  /** `undefined`: nobody has asked for the file's. */
  readonly fileBaselines: FileBaselines | undefined;
  /**
   * A test file begins: its options and root are those of its project.
   *
   * @param openBaselines of the file, which few ask for
   */
  beginFile(file: RunnerTestFile, options: MemspecOptions, root: string, openBaselines: OpenBaselines): void;
  /** Such that what nobody asks for of them is told, too. */
  openBaselines(): void;
  /** Runs the body of a test such that whatever it calls, now or later, knows its test even when others interleave. */
  within<T>(task: TestTask, body: () => T): T;
}

/**
 * `CurrentTest.id` of the running attempt of a test: retries and repeats run the same task again, and what an earlier attempt
 * left pending is not the later one's.
 */
export function attemptId({ id, result }: TestTask): string {
  return `${id}#${result?.repeatCount ?? 0}.${result?.retryCount ?? 0}`;
}

function attemptOf(task: TestTask, baselines: FileBaselines | undefined): CurrentTest {
  return {
    id: attemptId(task),
    fullName: task.fullTestName,
    // Asked for by few: to know it, all tests of the file are named.
    get uniqueName() {
      return baselines?.nameOf(task) ?? task.fullTestName;
    },
    file: task.file.filepath,
    concurrent: interleaves(task),
  };
}

function createSession(): Session {
  const bodies = new AsyncLocalStorage<TestTask>();
  let file: RunnerTestFile | undefined;
  let options: MemspecOptions = {};
  let root = process.cwd();
  let fileBaselines: FileBaselines | undefined;
  let openThem: OpenBaselines | undefined;
  const open = (): void => {
    fileBaselines ??= file && openThem?.(file, root);
  };
  // Vitest knows of no current test as soon as one of several concurrent ones has ended. Their hooks run outside of
  // `within`; any of the tests that run will do to say that nothing can be attributed.
  const currentTask = (): TestTask | undefined =>
    (bodies.getStore() ?? TestRunner.getCurrentTest() ?? (file && runningInterleaved(file))) as TestTask | undefined;
  return {
    runner: "vitest",
    failedMatchers: createFailedMatchers(),
    get fileBaselines() {
      return fileBaselines;
    },
    get baselines() {
      open();
      return fileBaselines?.baselines;
    },
    get options() {
      return options;
    },
    get root() {
      return root;
    },
    beginFile(nextFile, fileOptions, fileRoot, openBaselines) {
      file = nextFile;
      openThem = openBaselines;
      options = fileOptions;
      root = fileRoot;
      fileBaselines = undefined;
    },
    openBaselines: open,
    within(task, body) {
      // Asynchronous context is paid for only where tests interleave.
      return interleaves(task) ? bodies.run(task, body) : body();
    },
    runningTest: createRunningTest(currentTask),
    currentTest() {
      const task = currentTask();
      return task === undefined ? undefined : attemptOf(task, fileBaselines);
    },
  };
}

/** One per copy of this module: the matchers, the limits and `limitMemory` of a test file share it. */
export const session: Session = createSession();
