/** The leak gate in the worker that runs a test file: docs/leak-gate.md. */

import {
  type FileGate,
  type FileWatch,
  fileLeakError,
  fileLeakMessage,
  type GateFindings,
  type LeaksRecord,
  leakGateFor,
  type MemspecOptions,
  watchFile,
} from "@memspec/core/adapter";
import type { RunnerTask, RunnerTestFile } from "vitest";
import type { TestTask } from "./tasks.js";

export interface LeakGate {
  readonly mode: FileGate["mode"];
  /** All tests are defined, none has run. */
  fileStarts(): void;
  bodyStarts(task: TestTask): void;
  /** After the last hook of a test. */
  testOver(task: TestTask): void;
  /** After the last hook of the file. */
  fileEnds(): Promise<GateFindings>;
  /** Where nobody else tells of a leak that fails nothing, and where it fails the file. Call it when all else is done. */
  enforce(findings: GateFindings, told: boolean): void;
}

/** @returns `null`: nobody looks for leaks in the file */
export function createLeakGate(file: RunnerTestFile, options: MemspecOptions, root: string): LeakGate | null {
  const gate = leakGateFor(options, root, file.filepath);
  if (gate === null) return null;
  const tests = new Map<string, LeaksRecord>();
  const notes: string[] = [];
  let watch: FileWatch | null = null;
  return {
    mode: gate.mode,
    fileStarts() {
      if (gate.mode === "file") watch = watchFile(gate, countTests(file));
    },
    bodyStarts() {
      watch?.testStarts();
    },
    testOver(task) {
      watch?.testEnded(task.result?.state !== "fail");
    },
    async fileEnds() {
      const found = (await watch?.finish()) ?? { leaks: null, notes: [] };
      return { file: found.leaks, tests, notes: [...notes, ...found.notes] };
    },
    enforce({ file: leaks }, told) {
      if (leaks?.verdict !== "leak") return;
      if (gate.failOnLeak) throw fileLeakError(leaks, root, file.filepath);
      if (!told) console.warn(`memspec: ${fileLeakMessage(leaks, root)}`);
    },
  };
}

function countTests(suite: { readonly tasks: readonly RunnerTask[] }): number {
  return suite.tasks.reduce(
    (sum, task) =>
      sum + (task.type === "suite" ? countTests(task) : task.mode === "run" || task.mode === "queued" ? 1 : 0),
    0,
  );
}
