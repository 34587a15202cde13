/** Observation of the test file that this worker runs: its marks at hooks and bodies, and what is handed to the reporter. */

import { threadId } from "node:worker_threads";
import type {
  BaselinesRecord,
  BodyHandle,
  FileObserver,
  FilePayload,
  ObservedTest,
  ToSourceLine,
} from "@memspec/core/adapter";
import { makeStateFile, nameCapture, observeFile, removeStateFile, withLeaks } from "@memspec/core/worker";
import { aroundAll, type RunnerTestFile } from "vitest";
import type { LeakGate } from "./leak-gate.js";
import type { ProvidedMemspec } from "./provided.js";
import { interleaves, type TestTask } from "./tasks.js";

export interface Observation {
  /** A test was defined. */
  collected(task: TestTask, line: (toSourceLine: ToSourceLine) => number): void;
  bodyStarts(task: TestTask): BodyHandle;
  bodyEnded(body: BodyHandle): void;
  /** Limits that a test broke. */
  breached(task: TestTask, breaches: Parameters<FileObserver["breached"]>[1]): void;
  /** After the last hook of a test. */
  testOver(body: BodyHandle): void;
}

declare module "vitest" {
  interface TaskMeta {
    /** Of a file: what it did to memory, for memspec's reporter. */
    memspec?: FilePayload;
  }
}

/**
 * Begins to observe `file`, before its modules are loaded, and registers the hook that ends it. Call it last in the setup file.
 *
 * @param finishBaselines writes those of the file, and says what is to be told of them
 */
export function observe(
  file: RunnerTestFile,
  provided: ProvidedMemspec,
  gate: LeakGate | null,
  finishBaselines: () => BaselinesRecord | undefined,
): Observation | undefined {
  const { observe: plan } = provided;
  if (plan === null) {
    if (gate !== null) aroundAll((runSuite) => gated(gate, runSuite), 0);
    return undefined;
  }
  const worker = { pid: process.pid, threadId, began: Date.now() };
  const capture = nameCapture(plan.capture, plan.stateFolder, worker);
  const stateFile = makeStateFile(plan.stateFolder, {
    file: file.filepath,
    project: file.projectName ?? null,
    ...worker,
    ...(capture === null ? {} : { capture }),
  });
  const observer = observeFile({
    sampleInterval: plan.sampleInterval,
    hardCap: plan.hardCap,
    snapshots: plan.heapsnapshot ? plan.stateFolder : null,
    stateFile,
    capture,
    file: file.name,
  });
  // Outermost of all hooks: it was registered first. No time limit is ours to set.
  aroundAll(async (runSuite) => {
    observer.modulesLoaded();
    gate?.fileStarts();
    await runSuite();
    const payload = { ...observer.finish(), ...(plan.shard === null ? {} : { shard: plan.shard }) };
    const leaks = await gate?.fileEnds();
    removeStateFile(stateFile);
    const tell = (baselines?: BaselinesRecord): void => {
      const told = { ...payload, ...(baselines === undefined ? {} : { baselines }) };
      file.meta.memspec = leaks === undefined ? told : withLeaks(told, leaks);
    };
    tell();
    tell(finishBaselines());
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
    collected: (task, line) => observer.placed((toSourceLine) => ({ test: task.id, line: line(toSourceLine) })),
    bodyStarts(task) {
      const test = observed(task);
      observer.testStarts(test);
      return observer.bodyStarts(test);
    },
    bodyEnded: (body) => observer.bodyEnded(body),
    breached(task, breaches) {
      if (breaches.length > 0) observer.breached(task.id, breaches);
    },
    testOver: (body) => observer.testOver(body),
  };
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
