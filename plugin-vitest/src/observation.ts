/** Observation of the test file that this worker runs: its marks at hooks and bodies, and what is handed to the reporter. */

import { threadId } from "node:worker_threads";
import {
  type BodyHandle,
  type BreachRecord,
  type FileObserver,
  type FilePayload,
  isLimitError,
  makeStateFile,
  type ObservedTest,
  observeFile,
  removeStateFile,
  withLeaks,
} from "@memspec/core/adapter";
import { aroundAll, type RunnerTestFile } from "vitest";
import type { LeakGate } from "./leak-gate.js";
import type { ProvidedMemspec } from "./provided.js";
import { interleaves, type TestTask } from "./tasks.js";

export interface Observation {
  /** A test was defined. */
  collected(task: TestTask, line: () => number): void;
  bodyStarts(task: TestTask): BodyHandle;
  bodyEnded(body: BodyHandle): void;
  /** The body of a test failed. */
  failed(task: TestTask, error: unknown): void;
  /** After the last hook of a test. */
  testOver(body: BodyHandle): void;
}

declare module "vitest" {
  interface TaskMeta {
    /** Of a file: what it did to memory, for memspec's reporter. */
    memspec?: FilePayload;
  }
}

/** Begins to observe `file`, before its modules are loaded, and registers the hook that ends it. Call it last in the setup file. */
export function observe(
  file: RunnerTestFile,
  provided: ProvidedMemspec,
  gate: LeakGate | null,
): Observation | undefined {
  const { observe: plan } = provided;
  if (plan === null) {
    if (gate !== null) aroundAll((runSuite) => gated(gate, runSuite), 0);
    return undefined;
  }
  const began = Date.now();
  const stateFile = makeStateFile(plan.stateFolder, {
    file: file.filepath,
    project: file.projectName ?? null,
    pid: process.pid,
    threadId,
    began,
  });
  const observer = observeFile({ sampleInterval: plan.sampleInterval, stateFile });
  // Outermost of all hooks: it was registered first. No time limit is ours to set.
  aroundAll(async (runSuite) => {
    observer.modulesLoaded();
    gate?.fileStarts();
    await runSuite();
    const payload = { ...observer.finish(), ...(plan.shard === null ? {} : { shard: plan.shard }) };
    const leaks = await gate?.fileEnds();
    file.meta.memspec = leaks === undefined ? payload : withLeaks(payload, leaks);
    removeStateFile(stateFile);
    if (leaks !== undefined) gate?.enforce(leaks, true);
  }, 0);
  return createObservation(observer);
}

/** A file that is not observed can leak all the same. */
async function gated(gate: LeakGate, runSuite: () => Promise<void>): Promise<void> {
  gate.fileStarts();
  await runSuite();
  gate.enforce(await gate.fileEnds(), false);
}

function createObservation(observer: FileObserver): Observation {
  return {
    // Vitest gives a test its id when all are collected.
    collected: (task, line) => observer.placed(() => ({ test: task.id, line: line() })),
    bodyStarts(task) {
      const test = observed(task);
      observer.testStarts(test);
      return observer.bodyStarts(test);
    },
    bodyEnded: (body) => observer.bodyEnded(body),
    failed(task, error) {
      if (isLimitError(error)) observer.breached(task.id, error.failures.map(breachOf));
    },
    testOver: (body) => observer.testOver(body),
  };
}

function breachOf(failure: { readonly figure: string; readonly source: string } & LimitBytes): BreachRecord {
  const { figure, source, figureBytes, limitBytes } = failure;
  return { figure, space: "total", limitBytes, actualBytes: figureBytes, source };
}

interface LimitBytes {
  readonly figureBytes: number;
  readonly limitBytes: number;
}

function observed(task: TestTask): ObservedTest {
  return {
    key: task.id,
    name: namesOf(task),
    interleaves: interleaves(task),
    repeat: task.result?.repeatCount ?? 0,
  };
}

function namesOf(task: TestTask): readonly string[] {
  const names = [task.name];
  for (let suite = task.suite; suite !== undefined; suite = suite.suite) names.unshift(suite.name);
  return names;
}
