/** The leak gate in the process that runs a test file: docs/leak-gate.md. */

import {
  type FileGate,
  type FileWatch,
  fileLeakError,
  fileLeakMessage,
  type GateFindings,
  gateBody,
  judgeBody,
  type LeaksRecord,
  leakGateFor,
  type MemspecOptions,
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
import { fullName, type Session } from "./session.js";

export class LeakGate {
  readonly #gate: FileGate;
  readonly #options: MemspecOptions;
  readonly #session: Session;
  readonly #tests = new Map<string, LeaksRecord>();
  readonly #notes: string[] = [];
  #watch: FileWatch | null = null;
  #running = new Set<TestEntry>();

  #expect: CircusExpect | null = null;

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
   * Puts the check around a body: after its own call, it is called again and again.
   *
   * @param body with its limits
   * @param bare without them
   * @param bodyOver the first call has ended; gives the key by which the report knows the test
   */
  gateBody(
    test: TestEntry,
    body: TestFunction,
    bare: TestFunction,
    state: CircusState,
    bodyOver: () => string | undefined,
  ): TestFunction {
    // It is to fail: an error of ours would make it pass.
    if (test.failing) return body;
    const before = { snapshots: 0 };
    const judged = gateBody(body, bare, async (call, tookMs) => {
      const key = bodyOver();
      const kept = keepState(this.#expect);
      const timeout = test.timeout ?? state.testTimeout;
      const snapshots = kept.snapshots > before.snapshots;
      const { leaks, note, failure } = await judgeBody(
        this.#session,
        this.#gate,
        {
          name: fullName(test),
          call,
          tookMs,
          leftMs: Math.max(0, timeout - tookMs),
          unrepeatable: test.concurrent
            ? "other tests run at the same time"
            : snapshots
              ? "its body has snapshots, and each call of it would write more"
              : null,
          spoilt: () => null,
        },
        this.#options,
      );
      kept.restore();
      if (leaks !== null && key !== undefined) this.#tests.set(key, leaks);
      if (note !== null) this.#notes.push(note);
      if (failure !== null) throw failure;
    }) as TestFunction;
    const expect = (): CircusExpect | null => this.#expect;
    const begun: TestFunction = function (this: unknown, ...args: unknown[]): unknown {
      before.snapshots = keepState(expect()).snapshots;
      return Reflect.apply(judged, this, args);
    };
    return Object.defineProperty(begun, "length", { configurable: true, value: body.length });
  }

  handle(event: CircusEvent, state: CircusState): void {
    switch (event.name) {
      case "run_start":
        if (this.mode === "file") this.#watch = watchFile(this.#gate, testsToRun(state));
        break;
      case "test_fn_start":
        this.#running.add(event.test);
        this.#watch?.testStarts();
        break;
      case "test_done":
        if (this.#running.delete(event.test)) this.#watch?.testEnded(event.test.errors.length === 0);
        break;
    }
  }

  /** After the last hook of the file. */
  async fileEnds(): Promise<GateFindings> {
    this.#running = new Set();
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

  /** The file ends before its time. */
  leave(): void {
    this.#watch?.abandon();
    this.#watch = null;
    this.#running = new Set();
    this.#expect = null;
  }
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
