/** The leak gate in the process that runs a test file: docs/leak-gate.md. */

import { performance } from "node:perf_hooks";
import {
  type FileGate,
  type FileWatch,
  fileLeakError,
  fileLeakMessage,
  type GateFindings,
  judgeBody,
  judgeSandboxes,
  type LeaksRecord,
  leakGateFor,
  type MemspecOptions,
  sandboxEnded,
  watchFile,
} from "@memspec/core/adapter";
import {
  type CircusEvent,
  type CircusExpect,
  type CircusState,
  type TestEntry,
  type TestFunction,
  testsUnder,
} from "./circus.js";
import { callUntilDone, type EachHooks, eachHooksOf } from "./each-hooks.js";
import { type FileId, handOverLate } from "./hand-over.js";
import { fullName, type Session } from "./session.js";
import { failTest, pointAtTest } from "./test-error.js";

let asking = false;

/** Of the files that nothing came after. In band the reporter asks before. */
function askWhenProcessEnds(): void {
  if (asking) return;
  asking = true;
  process.once("exit", () => {
    // Jest kills a worker that takes half a second to end: not in the middle of this.
    process.on("SIGTERM", () => undefined);
    judgeSandboxes();
  });
}

/** How a body was called. */
interface Remembered {
  readonly again: () => unknown;
  readonly hooks: EachHooks;
  readonly began: number;
  tookMs: number;
  /** That the file had so far. */
  readonly snapshots: number;
}

export class LeakGate {
  readonly #gate: FileGate;
  readonly #options: MemspecOptions;
  readonly #session: Session;
  readonly #tests = new Map<string, LeaksRecord>();
  readonly #notes: string[] = [];
  #watch: FileWatch | null = null;
  #running = new Set<TestEntry>();

  #expect: CircusExpect | null = null;
  #failed = false;
  readonly #calls = new Map<TestEntry, Remembered>();

  private constructor(gate: FileGate, options: MemspecOptions, session: Session) {
    this.#gate = gate;
    this.#options = options;
    this.#session = session;
  }

  /** @returns `null`: nobody looks for leaks in the file */
  static of(options: MemspecOptions, session: Session): LeakGate | null {
    const gate = leakGateFor(options, session.root, session.file);
    return gate === null ? null : new LeakGate(gate, options, session);
  }

  get mode(): FileGate["mode"] {
    return this.#gate.mode;
  }

  /** @param expect the sandbox's */
  enter(expect: CircusExpect): void {
    this.#expect = expect;
  }

  /**
   * A body that remembers how it was called, so that it can be called again.
   *
   * @param body with its limits
   * @param bare without them
   */
  remember(test: TestEntry, body: TestFunction, bare: TestFunction): TestFunction {
    const calls = this.#calls;
    const hooks = eachHooksOf(test);
    const snapshots = (): number => keepState(this.#expect).snapshots;
    const remembered: TestFunction = function (this: unknown, ...args: unknown[]): unknown {
      const call = (): unknown =>
        endsByCall(bare, args) ? callUntilDone(bare, this) : Reflect.apply(bare, this, args);
      const again = (): unknown => hooks.around(call, this);
      calls.set(test, { again, hooks, began: performance.now(), tookMs: 0, snapshots: snapshots() });
      return Reflect.apply(body, this, args);
    };
    // Jest passes `done` to a body that has a parameter.
    return Object.defineProperty(remembered, "length", { configurable: true, value: body.length });
  }

  /**
   * Judges the body of a test that passed, when it and its hooks are done; a leak is an error of the test. No time limit of the test's is running.
   *
   * @param key by which the report knows the test; `undefined`: there is none
   */
  async judge(test: TestEntry, key: string | undefined): Promise<void> {
    const call = this.#calls.get(test);
    this.#calls.delete(test);
    // One that is to fail would pass by an error of ours.
    if (call === undefined || test.failing || test.errors.length > 0) return;
    const kept = keepState(this.#expect);
    const unrepeatable = test.concurrent
      ? "other tests run at the same time"
      : kept.snapshots > call.snapshots
        ? "its body has snapshots, and each call of it would write more"
        : call.hooks.unrepeatable;
    const body = {
      name: fullName(test),
      call: call.again,
      hasHooks: call.hooks.areAny,
      tookMs: call.tookMs,
      leftMs: null,
      unrepeatable,
      spoilt: () => null,
    };
    const { leaks, note, failure } = await judgeBody(this.#session, this.#gate, body, this.#options);
    kept.restore();
    if (leaks !== null && key !== undefined) this.#tests.set(key, leaks);
    if (note !== null) this.#notes.push(note);
    if (failure === null) return;
    pointAtTest(failure, test.asyncError);
    failTest(test, failure);
  }

  handle(event: CircusEvent, state: CircusState): void {
    switch (event.name) {
      case "run_start":
        if (this.mode === "file")
          this.#watch = watchFile(this.#gate, testsToRun(state), [...testsUnder(state.rootDescribeBlock)]);
        break;
      case "test_fn_start":
        this.#running.add(event.test);
        this.#watch?.testStarts();
        break;
      case "test_fn_success": {
        const call = this.#calls.get(event.test);
        if (call !== undefined) call.tookMs = performance.now() - call.began;
        break;
      }
      case "test_done":
        this.#failed ||= event.test.errors.length > 0;
        if (this.#running.delete(event.test)) this.#watch?.testEnded(event.test.errors.length === 0);
        break;
    }
  }

  /** After the last hook of the file. */
  async fileEnds(): Promise<GateFindings> {
    this.#running = new Set();
    if (this.mode === "file") judgeSandboxes();
    const found = (await this.#watch?.finish()) ?? { leaks: null, notes: [] };
    this.#watch = null;
    return { file: found.leaks, tests: this.#tests, notes: [...this.#notes, ...found.notes] };
  }

  /**
   * Fails the file where that is asked for.
   *
   * @param told whether a report tells of a leak that fails nothing
   */
  enforce({ file: leaks }: GateFindings, state: CircusState, told: boolean, warn: (text: string) => void): void {
    if (leaks?.verdict !== "leak") return;
    const { failOnLeak, root, file } = this.#gate;
    if (failOnLeak) state.unhandledErrors.push(fileLeakError(leaks, root, file));
    else if (!told) warn(`memspec: ${fileLeakMessage(leaks, root)}`);
  }

  /**
   * The file has ended, and its environment is torn down: who holds its sandbox now?
   *
   * @param folder where the reporter looks for it
   */
  sandboxLeft(global: object, folder: string, id: FileId): void {
    // What a failed test left is not the code's.
    if (this.mode !== "file" || this.#failed) return;
    const { failOnLeak } = this.#gate;
    askWhenProcessEnds();
    sandboxEnded(global, { gate: this.#gate, tell: (leaks) => handOverLate(folder, { id, leaks, failOnLeak }) });
  }

  /** The file ends, maybe before its time. */
  leave(): void {
    this.#watch?.abandon();
    this.#watch = null;
    this.#running = new Set();
    this.#expect = null;
    this.#calls.clear();
  }
}

function endsByCall(body: TestFunction, args: readonly unknown[]): boolean {
  const last = args.at(-1);
  return typeof last === "function" && last.name === "done" && args.length === body.length;
}

interface SnapshotCounts {
  readonly added: number;
  readonly matched: number;
  readonly unmatched: number;
  readonly updated: number;
}

/** What repeated calls change of the state of `expect`: the number of assertions, for one. */
function keepState(expect: CircusExpect | null): { readonly snapshots: number; restore(): void } {
  if (expect === null) return { snapshots: 0, restore: () => undefined };
  const state = { ...expect.getState() } as { readonly snapshotState?: SnapshotCounts };
  const counts = state.snapshotState;
  return {
    snapshots: counts === undefined ? 0 : counts.added + counts.matched + counts.unmatched + counts.updated,
    restore: () => expect.setState(state),
  };
}

function testsToRun(state: CircusState): number {
  let count = 0;
  for (const { mode } of testsUnder(state.rootDescribeBlock)) {
    if (mode !== "skip" && mode !== "todo") count += 1;
  }
  return count;
}
