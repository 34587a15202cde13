/** What memspec knows about one test file while it runs. Owned by the environment, which Jest drops with the file. */

import { AsyncLocalStorage } from "node:async_hooks";
import {
  type Baselines,
  type CurrentTest,
  createFailedMatchers,
  type FailedMatchers,
  type MatcherHost,
  type RunningTest,
} from "@memspec/core/adapter";

/** Attempts so far in this process: files share it, and each attempt of each test has an id of its own. */
let attempts = 0;

/** The part of circus's test entry that names a test. */
export interface NamedEntry {
  readonly name: string;
  readonly concurrent: boolean;
  readonly parent: { readonly name: string; readonly parent?: NamedParent | undefined } | undefined;
}

type NamedParent = NonNullable<NamedEntry["parent"]>;

const ROOT_BLOCK = "ROOT_DESCRIBE_BLOCK";

export class Session implements MatcherHost {
  readonly runner = "jest";
  readonly root: string;
  readonly file: string;
  readonly baselines: Baselines;
  readonly failedMatchers: FailedMatchers = createFailedMatchers();
  /** By which Jest holds things until the file is over. */
  holders: readonly object[] = [];
  /** Jest has no hooks that a body adds. */
  readonly runningTest: RunningTest = { holders: () => this.holders, callStarts: () => () => undefined };
  readonly #uniqueName: (entry: never) => string;
  #current: CurrentTest | undefined;
  /** Concurrent tests interleave: which one runs is known by asynchronous context alone. */
  readonly #concurrent = new AsyncLocalStorage<CurrentTest>();

  /** @param uniqueName the name that a test's baselines are recorded under */
  constructor(root: string, file: string, baselines: Baselines, uniqueName: (entry: never) => string) {
    this.root = root;
    this.file = file;
    this.baselines = baselines;
    this.#uniqueName = uniqueName;
  }

  currentTest(): CurrentTest | undefined {
    return this.#concurrent.getStore() ?? this.#current;
  }

  /** A test that is not concurrent starts: its hooks, then its body. */
  begin(entry: NamedEntry): void {
    this.#current = this.#attempt(entry);
  }

  end(): void {
    this.#current = undefined;
  }

  /** Runs the body of a concurrent test so that whatever it calls, now or later, knows which test it belongs to. */
  runConcurrent<T>(entry: NamedEntry, body: () => T): T {
    const { id, fullName, uniqueName, file, concurrent } = this.#attempt(entry);
    // With its names: contexts may live on, and entries are objects of the sandbox.
    return this.#concurrent.run({ id, fullName, uniqueName, file, concurrent }, body);
  }

  dispose(): void {
    this.#current = undefined;
    this.holders = [];
    this.#concurrent.disable();
  }

  #attempt(entry: NamedEntry): Attempt {
    attempts += 1;
    return new Attempt(`jest-${attempts}`, this.file, entry, this.#uniqueName);
  }
}

/** Names are asked for by few, and every test begins. */
class Attempt implements CurrentTest {
  readonly id: string;
  readonly file: string;
  readonly concurrent: boolean;
  readonly #entry: NamedEntry;
  readonly #uniqueName: (entry: never) => string;

  constructor(id: string, file: string, entry: NamedEntry, uniqueName: (entry: never) => string) {
    this.id = id;
    this.file = file;
    this.concurrent = entry.concurrent;
    this.#entry = entry;
    this.#uniqueName = uniqueName;
  }

  get fullName(): string {
    return fullName(this.#entry);
  }

  get uniqueName(): string {
    return this.#uniqueName(this.#entry as never);
  }
}

/** The titles that lead to a test, as Jest joins them. */
export function fullName(entry: NamedEntry): string {
  return namesOf(entry).join(" ");
}

/** Titles of the blocks around a test and its own, outermost first. */
export function namesOf(entry: NamedEntry): readonly string[] {
  const names = [entry.name];
  for (let block = entry.parent; block !== undefined; block = block.parent) {
    if (block.name !== ROOT_BLOCK || block.parent !== undefined) names.unshift(block.name);
  }
  return names;
}
