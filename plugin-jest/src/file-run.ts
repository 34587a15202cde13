/** One test file's run: what is declared for it, and what is done at each event of circus. */

import type { MemspecError, MemspecOptions, PendingRegistry } from "@memspec/core/adapter";
import {
  abandonSpans,
  armTracker,
  armTrackerOnUse,
  breachesOf,
  createLimits,
  createMatchers,
  createPending,
  isMemspecError,
  mayMeasure,
  nodeAtRest,
  withLeaks,
} from "@memspec/core/adapter";
import { type BaselinesFacts, FileBaselines } from "./baselines.js";
import { dressBodies } from "./bodies.js";
import { installBridge } from "./bridge.js";
import type { CircusEvent, CircusState, TestEntry } from "./circus.js";
import { type DeclaredLimits, declaredLimits } from "./declared.js";
import type { Pragmas } from "./docblock.js";
import { afterEachElse } from "./each-hooks.js";
import { LeakGate } from "./leak-gate.js";
import { Observation, type ObservationPlan } from "./observation.js";
import { fullName, Session } from "./session.js";
import { failTest, hideOwnFrames, pointAtTest, tidyStack } from "./test-error.js";

/**
 * Whether V8 may run code in a later file of the process that it compiled for an earlier one: what was compiled without the
 * tracker has no lines. Seen on Node 26; on Node 20 it compiles anew.
 */
const KEEPS_CODE = Number.parseInt(process.versions.node, 10) >= 22;

export class FileRun {
  readonly #session: Session;
  readonly #declared: DeclaredLimits;
  readonly #options: MemspecOptions;
  readonly #pending: PendingRegistry;
  readonly #matchers: object;
  readonly #warn: (message: string) => void;
  readonly #observation: Observation | undefined;
  readonly #baselines: FileBaselines;
  readonly #gate: LeakGate | null;
  readonly #plan: ObservationPlan | undefined;

  /**
   * @param plan `undefined`: nothing is observed
   * @param warn says something about the file, where Jest shows what tests log
   */
  constructor(
    root: string,
    file: string,
    pragmas: Pragmas,
    options: MemspecOptions,
    plan: ObservationPlan | undefined,
    baselines: BaselinesFacts,
    warn: (message: string) => void,
  ) {
    this.#baselines = new FileBaselines(root, file, baselines);
    const session = new Session(root, file, this.#baselines.baselines, (test) => this.#baselines.nameOf(test));
    const pending = createPending(session);
    const declared = declaredLimits(root, file, pragmas, options);
    this.#declared = declared;
    // Before any code of the tests: only memory that is allocated from now on is known when it is freed, and only code
    // that is compiled from now on has lines. It stays for the later files of the worker process.
    const limited = declared.docblock.length + declared.table.length > 0;
    const gate = LeakGate.of(options, session);
    if (KEEPS_CODE || limited || gate !== null || plan !== undefined || mayMeasure(file)) armTracker();
    else armTrackerOnUse();
    this.#options = options;
    this.#pending = pending;
    this.#matchers = createMatchers(session, options, pending);
    this.#session = session;
    this.#warn = warn;
    this.#observation = plan === undefined ? undefined : new Observation(plan);
    this.#gate = gate;
    this.#plan = plan;
  }

  /**
   * Makes the sandbox know this run.
   *
   * @param holders by which Jest holds things until the file is over
   */
  enter(sandbox: object, holders: readonly object[]): void {
    this.#session.holders = holders;
    this.#observation?.enter(sandbox);
    installBridge(sandbox, { version: 1, limits: createLimits(this.#session, () => this.#options) });
  }

  /** @returns a promise where circus is to wait */
  handle(event: CircusEvent, state: CircusState): Promise<void> | undefined {
    // First at the end of a body, last before it: what is done here is not the body's.
    const starts = event.name === "test_fn_start";
    this.#gate?.handle(event, state);
    if (event.name === "run_finish") return this.#finish(state);
    if (!starts && event.name !== "setup") this.#observation?.handle(event, state);
    this.#act(event, state);
    if (starts) this.#observation?.handle(event, state);
    // It has no hooks.
    if (event.name === "test_fn_success" && event.test.concurrent) return this.#judge(event.test);
    return event.name === "setup" ? nodeAtRest().then(() => this.#observation?.handle(event, state)) : undefined;
  }

  async #judgeRunning({ currentlyRunningTest: test }: CircusState): Promise<void> {
    if (test) await this.#judge(test);
  }

  async #judge(test: TestEntry): Promise<void> {
    if (this.#gate?.mode !== "test") return;
    await this.#gate.judge(test, this.#observation?.keyOf(test));
    // What the repeated calls did not await was told for the first one.
    const current = this.#session.currentTest();
    if (current !== undefined) this.#pending.finish(current.id, "failed");
  }

  /** The observation ends whatever becomes of the baselines. */
  #finish(state: CircusState): Promise<void> | undefined {
    try {
      const told = this.#baselines.finish(state);
      this.#observation?.told(told);
    } finally {
      if (this.#gate === null) this.#observation?.finish()?.handOver();
    }
    return this.#gate === null ? undefined : this.#finishGated(this.#gate, state);
  }

  async #finishGated(gate: LeakGate, state: CircusState): Promise<void> {
    // What it takes to look for leaks is none of the file's figures.
    const observed = this.#observation?.finish();
    const leaks = await gate.fileEnds();
    observed?.handOver((payload) => withLeaks(payload, leaks));
    gate.enforce(leaks, state, observed !== undefined, this.#warn);
  }

  #act(event: CircusEvent, state: CircusState): void {
    switch (event.name) {
      case "setup":
        // Before any setup file or test: both the global `expect` and the one of @jest/globals are this one.
        event.runtimeGlobals.expect.extend(this.#matchers);
        this.#gate?.enter(event.runtimeGlobals.expect);
        break;
      case "run_start":
        this.#baselines.name(state);
        this.#dress(state);
        break;
      case "test_start":
        if (!event.test.concurrent) this.#session.begin(event.test);
        break;
      case "test_fn_success":
        // For `test.failing` circus tells the opposite of what the body did.
        this.#bodyEnded(event.test, event.test.failing ? "failed" : "passed", []);
        break;
      case "test_fn_failure":
        if (isMemspecError(event.error)) placeError(event.error, event.test.asyncError);
        else hideOwnFrames(event.error);
        this.#bodyEnded(event.test, event.test.failing ? "passed" : "failed", event.test.failing ? [] : [event.error]);
        break;
      case "test_done":
      case "test_skip":
      case "test_todo":
        if (!event.test.concurrent) this.#testOver();
        break;
    }
  }

  /** After the hooks: whatever of the body still runs is the test's no more. */
  #testOver(): void {
    const current = this.#session.currentTest();
    if (current !== undefined) abandonSpans(current.id);
    this.#session.end();
  }

  #dress(state: CircusState): void {
    const gate = this.#gate;
    const unchecked = dressBodies(
      state.rootDescribeBlock,
      this.#session,
      this.#declared,
      this.#options,
      (test, body, bare) => (gate?.mode === "test" ? gate.remember(test, body, bare) : body),
    );
    // After the hooks: they are run again around each call of the body.
    if (gate?.mode === "test") afterEachElse(state.rootDescribeBlock, async () => this.#judgeRunning(state));
    const [first] = unchecked;
    if (first === undefined) return;
    this.#warn(
      `memspec: concurrent tests share one heap, so limits and baselines of the configuration are not checked on them. The first is "${fullName(first)}".`,
    );
  }

  leave(): void {
    this.#gate?.leave();
    this.#observation?.finish()?.handOver();
    this.#baselines.dispose();
    this.#session.dispose();
  }

  /** The environment is torn down. */
  left(sandbox: object): void {
    if (this.#plan !== undefined) this.#gate?.sandboxLeft(sandbox, this.#plan.folder, this.#plan.id);
  }

  /** @param errors that the body threw */
  #bodyEnded(test: TestEntry, outcome: "passed" | "failed", errors: readonly unknown[]): void {
    if (test.concurrent) return;
    const current = this.#session.currentTest();
    if (current === undefined) return;
    for (const error of this.#pending.finish(current.id, outcome)) failTest(test, error);
    const ofMatchers = this.#session.failedMatchers.take(current.id, errors);
    this.#observation?.breached(test, [...errors.flatMap(breachesOf), ...ofMatchers]);
  }
}

/** A broken limit is told at the test; wrong use of memspec where it stands. */
function placeError(error: MemspecError, asyncError: unknown): void {
  if (error.code === "MEMSPEC_LIMIT_EXCEEDED") pointAtTest(error, asyncError);
  else tidyStack(error, asyncError);
}
