/** The part of jest-circus's events and state that memspec reads and writes; circus hands over much more. */

import type { FailingEntry } from "./test-error.js";

// biome-ignore lint/suspicious/noExplicitAny: a body takes `done`, a table's row, or nothing.
export type TestFunction = (this: unknown, ...args: any[]) => unknown;

export interface TestEntry extends FailingEntry {
  readonly type: "test";
  readonly name: string;
  readonly concurrent: boolean;
  readonly failing: boolean;
  readonly mode: string | null | undefined;
  readonly parent: DescribeBlock;
  /** "done" when it ran to its end, whatever that was. */
  readonly status?: string | null | undefined;
  /** Replaced before the first test starts, where limits apply or the test is concurrent. */
  fn: TestFunction | undefined;
}

export interface Hook {
  readonly type: "beforeAll" | "beforeEach" | "afterEach" | "afterAll";
  readonly fn: TestFunction;
  readonly parent: DescribeBlock;
  /** Made where the hook was defined. */
  readonly asyncError: Error;
  readonly seenDone: boolean;
  /** In ms. */
  readonly timeout: number | null | undefined;
}

export interface DescribeBlock {
  readonly type: "describeBlock";
  readonly name: string;
  readonly hooks: Hook[];
  readonly parent?: DescribeBlock | undefined;
  readonly children: ReadonlyArray<DescribeBlock | TestEntry>;
}

export interface CircusState {
  readonly rootDescribeBlock: DescribeBlock;
  readonly currentlyRunningTest?: TestEntry | null | undefined;
  readonly includeTestLocationInResult: boolean;
  /** `--testNamePattern`. */
  readonly testNamePattern?: RegExp | null | undefined;
  /** Errors of the file itself. */
  readonly unhandledErrors: unknown[];
}

/** The part of `expect` that memspec uses. */
export interface CircusExpect {
  extend(matchers: object): void;
  getState(): object;
  setState(state: object): void;
}

/** The events that memspec acts upon; any other has a name that matches none of these. */
export type CircusEvent =
  | { readonly name: "setup"; readonly runtimeGlobals: { readonly expect: CircusExpect } }
  | { readonly name: "run_start" | "run_finish" }
  | {
      readonly name: "test_start" | "test_fn_start" | "test_fn_success" | "test_done" | "test_skip" | "test_todo";
      readonly test: TestEntry;
    }
  | { readonly name: "test_fn_failure"; readonly test: TestEntry; readonly error: unknown };

/** Of whatever realm: the sandbox has generator functions of its own. */
export function isGeneratorFunction(fn: TestFunction): boolean {
  return Object.prototype.toString.call(fn) === "[object GeneratorFunction]";
}

/** Every test under a block, in the order of definition. */
export function* testsUnder(block: DescribeBlock): Generator<TestEntry> {
  for (const child of block.children) {
    if (child.type === "test") yield child;
    else yield* testsUnder(child);
  }
}
