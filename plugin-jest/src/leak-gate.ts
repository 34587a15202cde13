/** The leak gate in the process that runs a test file: docs/leak-gate.md. */

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
import { type CircusEvent, type CircusState, type TestEntry, testsUnder } from "./circus.js";

export class LeakGate {
  readonly #gate: FileGate;
  readonly #tests = new Map<string, LeaksRecord>();
  readonly #notes: string[] = [];
  #watch: FileWatch | null = null;
  #running = new Set<TestEntry>();

  private constructor(gate: FileGate) {
    this.#gate = gate;
  }

  /** @returns `null`: nobody looks for leaks in the file */
  static of(options: MemspecOptions, root: string, file: string): LeakGate | null {
    const gate = leakGateFor(options, root, file);
    return gate === null ? null : new LeakGate(gate);
  }

  get mode(): FileGate["mode"] {
    return this.#gate.mode;
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
  }
}

function testsToRun(state: CircusState): number {
  let count = 0;
  for (const { mode } of testsUnder(state.rootDescribeBlock)) {
    if (mode !== "skip" && mode !== "todo") count += 1;
  }
  return count;
}
