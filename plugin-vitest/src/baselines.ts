/** The baselines of the test file that this worker runs: opened with it, written when its last hook has run. */

import type { Baselines, BaselinesRecord, TestEnd, UpdateMode } from "@memspec/core/adapter";
import type { RunnerTestFile } from "vitest";
import { type TestTask, testsUnder } from "./tasks.js";
import { wholeCore } from "./whole-core.js";

/** The part of Vitest's worker state that this needs; not an official interface, so everything may be missing. */
interface WorkerState {
  readonly config?: {
    readonly snapshotOptions?: { readonly updateSnapshot?: UpdateMode };
    readonly testNamePattern?: unknown;
  };
}

export interface FileBaselines {
  readonly baselines: Baselines;
  /** The name that a test's baselines are recorded under. */
  nameOf(task: TestTask): string;
  /**
   * After the last hook.
   *
   * @returns `undefined`: there is nothing to tell
   * @throws MemspecError `MEMSPEC_FILE_UNWRITABLE`
   */
  finish(): BaselinesRecord | undefined;
}

/** `null`: the one of a configuration without projects. */
export function projectOf({ projectName }: RunnerTestFile): string | null {
  return projectName === undefined || projectName === "" ? null : projectName;
}

export function openBaselines(file: RunnerTestFile, root: string): FileBaselines {
  const { __vitest_worker__: state } = globalThis as { readonly __vitest_worker__?: WorkerState };
  const { snapshotOptions, testNamePattern } = state?.config ?? {};
  const { baselinesRecord, createBaselines, uniqueNames } = wholeCore();
  const baselines = createBaselines({
    testFile: file.filepath,
    project: projectOf(file),
    root,
    // A run that says nothing of its own snapshots is not to change files.
    update: snapshotOptions?.updateSnapshot ?? "none",
  });
  let names: ReadonlyMap<TestTask, string> | undefined;
  /** When it is asked for first, a test runs: all are collected. */
  const allNames = (): ReadonlyMap<TestTask, string> => {
    names ??= uniqueNames(testsUnder(file), nameWithinFile);
    return names;
  };
  return {
    baselines,
    nameOf: (task) => allNames().get(task) ?? nameWithinFile(task),
    finish() {
      const ends = (): readonly TestEnd[] =>
        [...allNames()].map(([task, name]): TestEnd => ({ name, state: stateOf(task) }));
      const summary = baselines.finish(ends, testNamePattern !== undefined && testNamePattern !== null);
      if (summary === null) return undefined;
      return baselinesRecord(summary, new Map([...allNames()].map(([task, name]) => [name, task.id])));
    },
  };
}

/** As Vitest names a test's snapshots. */
function nameWithinFile(task: TestTask): string {
  return task.fullTestName;
}

function stateOf(task: TestTask): TestEnd["state"] {
  const state = task.result?.state;
  return state === "pass" ? "passed" : state === "fail" ? "failed" : "skipped";
}
