/** Observation of one test file by circus's events, in the process that runs it. */

import { threadId } from "node:worker_threads";
import {
  type BaselinesRecord,
  type BodyHandle,
  type CaptureMode,
  type FileObserver,
  type FilePayload,
  type HardCapPlan,
  lineOfStack,
  makeStateFile,
  nameCapture,
  type ObservedTest,
  observeFile,
  removeStateFile,
  type ToSourceLine,
} from "@memspec/core/adapter";
import { type CircusEvent, type CircusState, type TestEntry, testsUnder } from "./circus.js";
import { type FileId, handOver } from "./hand-over.js";
import { namesOf } from "./session.js";
import { createTestKeys } from "./test-keys.js";

/** What is to be observed, and for whom. */
export interface ObservationPlan {
  readonly sampleInterval: number;
  readonly hardCap: HardCapPlan | null;
  /** Heap snapshots of tests that fail for their memory. */
  readonly heapsnapshot: boolean;
  /** Captures of test files; `null`: none. */
  readonly capture: CaptureMode | null;
  readonly folder: string;
  readonly id: FileId;
  /** `displayName`. */
  readonly projectName: string | null;
}

/** How circus tells of a body that took too long: a text, not an error. */
const TIMEOUT = /^Exceeded timeout of /u;

export class Observation {
  readonly #plan: ObservationPlan;
  #stateFile = "";
  #realm: ErrorConstructor | null = null;
  #observer: FileObserver | undefined;
  #baselines: BaselinesRecord | undefined;
  #tests = new Map<TestEntry, ObservedTest>();
  readonly #bodies = new Map<TestEntry, BodyHandle>();

  constructor(plan: ObservationPlan) {
    this.#plan = plan;
  }

  /** @param sandbox its global object */
  enter(sandbox: object): void {
    this.#realm = (sandbox as { readonly Error?: ErrorConstructor }).Error ?? null;
  }

  handle(event: CircusEvent, state: CircusState): void {
    switch (event.name) {
      case "setup":
        this.#begin();
        break;
      case "run_start":
        this.#observer?.modulesLoaded();
        this.#collect(state);
        break;
      case "test_fn_start":
        this.#bodyStarts(event.test);
        break;
      case "test_fn_success":
        this.#bodyEnded(event.test);
        break;
      case "test_fn_failure":
        if (typeof event.error === "string" && TIMEOUT.test(event.error)) this.#testOver(event.test);
        else this.#bodyEnded(event.test);
        break;
      case "test_done":
        this.#testOver(event.test);
        break;
      case "run_finish":
        this.finish()?.handOver();
        break;
    }
  }

  /** Before the modules of the file: circus itself, which Jest loads anew for each file, is loaded by now. */
  #begin(): void {
    const { folder, hardCap, heapsnapshot, id, projectName, sampleInterval } = this.#plan;
    const worker = { pid: process.pid, threadId, began: Date.now() };
    const capture = nameCapture(this.#plan.capture, folder, worker);
    const header = { file: id.path, project: projectName, ...worker, ...(capture === null ? {} : { capture }) };
    this.#stateFile = makeStateFile(folder, header);
    this.#observer = observeFile({
      sampleInterval,
      hardCap,
      stateFile: this.#stateFile,
      file: id.path,
      capture,
      snapshots: heapsnapshot ? folder : null,
    });
  }

  #collect(state: CircusState): void {
    const keyOf = createTestKeys();
    for (const test of testsUnder(state.rootDescribeBlock)) {
      const name = namesOf(test);
      this.#tests.set(test, { key: keyOf(name), name, interleaves: test.concurrent, repeat: 0 });
    }
    // Else Jest's own results have the lines.
    if (state.includeTestLocationInResult) return;
    for (const [test, { key }] of this.#tests) {
      this.#observer?.placed((toSourceLine) => ({ test: key, line: this.#lineOf(test, toSourceLine) }));
    }
  }

  #bodyStarts(test: TestEntry): void {
    const observed = this.#tests.get(test);
    // A hook before it failed: circus does not run the body.
    if (observed === undefined || this.#observer === undefined || test.errors.length > 0) return;
    this.#observer.testStarts(observed);
    this.#bodies.set(test, this.#observer.bodyStarts(observed));
  }

  /** By which the report knows a test. */
  keyOf(test: TestEntry): string | undefined {
    return this.#tests.get(test)?.key;
  }

  #bodyEnded(test: TestEntry): void {
    const body = this.#bodies.get(test);
    if (body !== undefined) this.#observer?.bodyEnded(body);
  }

  #testOver(test: TestEntry): void {
    const body = this.#bodies.get(test);
    if (body !== undefined) this.#observer?.testOver(body);
  }

  /** Limits that a test broke. */
  breached(test: TestEntry, breaches: Parameters<FileObserver["breached"]>[1]): void {
    const observed = this.#tests.get(test);
    if (observed !== undefined && breaches.length > 0) this.#observer?.breached(observed.key, breaches);
  }

  /** What happened to the baselines of the file. */
  told(baselines: BaselinesRecord | undefined): void {
    this.#baselines = baselines;
  }

  #lineOf(test: TestEntry, toSourceLine: ToSourceLine): number {
    const made = test.asyncError as { readonly stack?: unknown } | null | undefined;
    if (made === null || made === undefined) return 0;
    // Of a test that failed Jest shows the stack.
    return lineOfStack(made, test.errors.length > 0 ? null : this.#realm, toSourceLine);
  }

  /**
   * After the last hook, or when the file ends before it has run.
   *
   * @returns `undefined`: it is finished already
   */
  finish(): Finished | undefined {
    const observer = this.#observer;
    if (observer === undefined) return undefined;
    this.#observer = undefined;
    const baselines = this.#baselines;
    const payload = { ...observer.finish(), ...(baselines === undefined ? {} : { baselines }) };
    // Entries are objects of the sandbox.
    this.#realm = null;
    this.#tests = new Map();
    this.#bodies.clear();
    return {
      handOver: (complete = (given) => given) => {
        handOver(this.#plan.folder, this.#plan.id, complete(payload));
        removeStateFile(this.#stateFile);
      },
    };
  }
}

/** A file whose figures are known, and whose worker is still to hand them over. */
export interface Finished {
  /** @param complete adds what else is known of the file */
  handOver(complete?: (payload: FilePayload) => FilePayload): void;
}
