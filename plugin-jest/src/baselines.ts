/** The baselines of one test file: opened with its environment, written when circus has run the last hook. */

import {
  type Baselines,
  type BaselinesRecord,
  baselinesRecord,
  createBaselines,
  type TestEnd,
  type UpdateMode,
  uniqueNames,
} from "@memspec/core/adapter";
import { type CircusState, type TestEntry, testsUnder } from "./circus.js";
import { fullName, namesOf } from "./session.js";
import { createTestKeys } from "./test-keys.js";

/** What Jest says of the file and of its own snapshots. */
export interface BaselinesFacts {
  readonly project: string | null;
  readonly update: UpdateMode;
}

export class FileBaselines {
  readonly baselines: Baselines;
  #root: CircusState["rootDescribeBlock"] | undefined;
  #known: ReadonlyMap<TestEntry, string> | undefined;

  constructor(root: string, testFile: string, { project, update }: BaselinesFacts) {
    this.baselines = createBaselines({ testFile, project, root, update });
  }

  /** All tests are defined: each has a name from now on that its baselines are recorded under. */
  name(state: CircusState): void {
    this.#root = state.rootDescribeBlock;
  }

  nameOf(test: TestEntry): string {
    return this.#names().get(test) ?? fullName(test);
  }

  /** Few ask for them. */
  #names(): ReadonlyMap<TestEntry, string> {
    if (this.#root === undefined) return new Map();
    this.#known ??= uniqueNames(testsUnder(this.#root), fullName);
    return this.#known;
  }

  /**
   * @returns `undefined`: there is nothing to tell
   * @throws MemspecError `MEMSPEC_FILE_UNWRITABLE`
   */
  finish(state: CircusState): BaselinesRecord | undefined {
    const ends = (): readonly TestEnd[] =>
      [...this.#names()].map(([test, name]): TestEnd => ({ name, state: stateOf(test) }));
    const summary = this.baselines.finish(ends, state.testNamePattern !== undefined && state.testNamePattern !== null);
    if (summary === null) return undefined;
    const keyOf = createTestKeys();
    return baselinesRecord(summary, new Map([...this.#names()].map(([test, name]) => [name, keyOf(namesOf(test))])));
  }

  /** Entries are objects of the sandbox. */
  dispose(): void {
    this.#root = undefined;
    this.#known = undefined;
  }
}

function stateOf(test: TestEntry): TestEnd["state"] {
  if (test.errors.length > 0) return "failed";
  return test.status === "done" ? "passed" : "skipped";
}
