/** The leak gate in the worker that runs a test file: docs/leak-gate.md. */

import type { CallSite, FileGate, FileWatch, GateFindings, LeaksRecord } from "@memspec/core/adapter";
import { placeAt } from "@memspec/core/worker";
import { expect, type RunnerTestFile } from "vitest";
import { type BetweenTests, withEachHooks } from "./each-hooks.js";
import { findMockRegistry } from "./mock-registry.js";
import type { Session } from "./session.js";
import { interleaves, type TestTask, tasksUnder, testsUnder } from "./tasks.js";
import { wholeCore } from "./whole-core.js";

/** The call of a body that passed. */
export interface PassedCall {
  readonly tookMs: number;
  /** All that Vitest does after the body is done: hooks are run around each call. */
  readonly isOver: boolean;
}

export interface LeakGate {
  readonly mode: FileGate["mode"];
  /** All tests are defined, none has run. */
  fileStarts(): void;
  bodyStarts(task: TestTask): void;
  /**
   * Judges a body that passed, where tests are judged one by one.
   *
   * @param call calls the body again
   * @param site where the test is defined
   * @throws MemspecLimitError the body leaks
   */
  judge(task: TestTask, call: () => unknown, passed: PassedCall, site: () => CallSite): Promise<void>;
  /** After the last hook of a test. */
  testOver(task: TestTask): void;
  /** After the last hook of the file. */
  fileEnds(): Promise<GateFindings>;
  /** Where nobody else tells of a leak that fails nothing, and where it fails the file. Call it when all else is done. */
  enforce(findings: GateFindings, told: boolean): void;
}

/**
 * @param between what Vitest does between two tests
 * @returns `null`: nobody looks for leaks in the file
 */
export function createLeakGate(file: RunnerTestFile, session: Session, between: BetweenTests): LeakGate | null {
  const { options, root } = session;
  const { fileLeakError, fileLeakMessage, judgeBody, leakGateFor, watchFile } = wholeCore();
  const gate = leakGateFor(options, root, file.filepath);
  if (gate === null) return null;
  const tests = new Map<string, LeaksRecord>();
  const notes: string[] = [];
  let watch: FileWatch | null = null;
  const mocks = gate.mode === "test" ? findMockRegistry() : null;
  return {
    mode: gate.mode,
    fileStarts() {
      if (gate.mode === "file") watch = watchFile(gate, countTests(file), [file, ...tasksUnder(file)]);
    },
    bodyStarts(task) {
      watch?.testStarts();
      if (gate.mode !== "test") return;
      const { snapshotState } = expect.getState() as ExpectState;
      if (snapshotState !== undefined) snapshotsBefore.set(task, countSnapshots(snapshotState));
    },
    async judge(task, call, { tookMs, isOver }, site) {
      if (gate.mode !== "test" || task.fails === true || hasFailed(task)) return;
      const state = keepState(task);
      mocks?.callsStart();
      const { leaks, note, failure } = await judgeBody(
        session,
        gate,
        {
          name: task.fullTestName,
          ...(isOver ? withEachHooks(task, call, between) : { call, hasHooks: false }),
          tookMs,
          leftMs: leftOf(task, tookMs),
          unrepeatable: interleaves(task) ? "other tests run at the same time" : state.unrepeatable,
          spoilt: () => (hasFailed(task) ? "its body, called again, failed an expect.soft()" : null),
        },
        options,
      );
      await mocks?.callsEnd();
      state.restore();
      if (leaks !== null) tests.set(task.id, leaks);
      if (note !== null) notes.push(note);
      if (failure === null) return;
      placeAt(failure, site());
      throw failure;
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

function hasFailed(task: TestTask): boolean {
  return task.result?.state === "fail";
}

/** `null`: the test may take as long as it likes. */
function leftOf({ timeout }: TestTask, tookMs: number): number | null {
  return Number.isFinite(timeout) && timeout > 0 ? Math.max(0, timeout - tookMs) : null;
}

/** The part of the state of `expect` that repeated calls change. */
interface ExpectState {
  readonly snapshotState?: Readonly<Record<"added" | "matched" | "unmatched" | "updated", unknown>>;
}

interface KeptState {
  /** Why the body cannot be called again; `null`: it can. */
  readonly unrepeatable: string | null;
  /** Lets nothing of the repeated calls be seen: numbers of assertions, failed soft ones. */
  restore(): void;
}

const snapshotsBefore = new WeakMap<object, number>();

function keepState(task: TestTask): KeptState {
  const { context, result } = task as TestTask & { readonly context: { readonly _local?: boolean } };
  const used = context._local === true ? [expect, context.expect] : [expect];
  const kept = used.map((one) => ({ one, state: { ...one.getState() } }));
  const { snapshotState } = expect.getState() as ExpectState;
  const passed: Record<string, unknown> = { ...result };
  const unrepeatable =
    snapshotState !== undefined && countSnapshots(snapshotState) > (snapshotsBefore.get(task) ?? 0)
      ? "its body has snapshots, and each call of it would write more"
      : null;
  return {
    unrepeatable,
    restore() {
      for (const { one, state: before } of kept) one.setState(before);
      if (result === undefined) return;
      // A call that failed, or skipped the test, has left its mark.
      for (const name of Object.keys(result)) if (!(name in passed)) Reflect.deleteProperty(result, name);
      Object.assign(result, passed);
    },
  };
}

/** Of all tests of the file so far. */
function countSnapshots(state: NonNullable<ExpectState["snapshotState"]>): number {
  return [state.added, state.matched, state.unmatched, state.updated].reduce<number>(
    (sum, count) =>
      sum + (typeof count === "number" ? count : ((count as { total?(): number } | undefined)?.total?.() ?? 0)),
    0,
  );
}

function countTests(file: RunnerTestFile): number {
  return [...testsUnder(file)].filter(({ mode }) => mode === "run" || mode === "queued").length;
}
