/** What Jest does before and after the body of a test, done again where the body is called again. */

import type { DescribeBlock, Hook, TestEntry, TestFunction } from "./circus.js";
import { isGeneratorFunction } from "./circus.js";

export interface EachHooks {
  /** The program's, apart from Jest's own, which resets mocks as the configuration says. */
  readonly areAny: boolean;
  /** Why they cannot be run again; `null`: they can. */
  readonly unrepeatable: string | null;
  /** @param thisArg of the body and all hooks of its test */
  around(call: () => unknown, thisArg: unknown): Promise<void>;
}

/** Asked for before `afterEachElse` has added one that is not the program's. */
export function eachHooksOf(test: TestEntry): EachHooks {
  const blocks = blocksOf(test);
  // As circus: from the outermost block inwards, and back.
  const before = blocks.toReversed().flatMap((block) => hooksOf(block, "beforeEach"));
  const after = blocks.flatMap((block) => hooksOf(block, "afterEach"));
  const all = [...before, ...after];
  return {
    // What is not the sandbox's is Jest's.
    areAny: all.some((hook) => !(hook instanceof Function)),
    unrepeatable: all.some(isGeneratorFunction) ? "one of its hooks is a generator function" : null,
    async around(call, thisArg) {
      try {
        for (const hook of before) await callUntilDone(hook, thisArg);
        await call();
      } finally {
        await runAll(after, thisArg);
      }
    },
  };
}

/** The longest that a timer takes. */
const FOR_EVER_MS = 2 ** 31 - 1;

/** Has `fn` called after each test's own hooks, where Jest lets a test's code use the sandbox. All hooks of the file must be defined. */
export function afterEachElse(root: DescribeBlock, fn: () => Promise<void>): void {
  const asyncError = new Error("memspec");
  root.hooks.push({ type: "afterEach", fn, parent: root, asyncError, seenDone: false, timeout: FOR_EVER_MS });
}

/** Each of them, also after one that failed. */
async function runAll(hooks: readonly TestFunction[], thisArg: unknown): Promise<void> {
  const errors: unknown[] = [];
  for (const hook of hooks) {
    try {
      await callUntilDone(hook, thisArg);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}

/** Calls a body or a hook; one that has a parameter takes `done`. */
export function callUntilDone(fn: TestFunction, thisArg: unknown): unknown {
  if (fn.length === 0) return Reflect.apply(fn, thisArg, []);
  return new Promise<void>((resolve, reject) => {
    const done = (reason?: unknown): void => (reason ? reject(reason) : resolve());
    Reflect.apply(fn, thisArg, [done]);
  });
}

/** The innermost first. */
function blocksOf({ parent }: TestEntry): readonly DescribeBlock[] {
  const blocks: DescribeBlock[] = [];
  for (let block: DescribeBlock | undefined = parent; block !== undefined; block = block.parent) blocks.push(block);
  return blocks;
}

function hooksOf({ hooks }: DescribeBlock, type: Hook["type"]): readonly TestFunction[] {
  return hooks.filter((hook) => hook.type === type).map(({ fn }) => fn);
}
