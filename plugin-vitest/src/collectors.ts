/**
 * Reaches the bodies of tests as they are collected. Vitest wraps a body at once in fixtures, timeout and cancellation, and
 * measuring around those would count Vitest's own work, and what fixtures allocate, as the body's. So the definition of
 * tests is intercepted where each suite collects them: `test`, `it`, `.each`, `.for` and extended tests all end there.
 */

import type { TestBody } from "@memspec/core/adapter";
import type { TestTask } from "./tasks.js";

export interface Bracket {
  /** The body that Vitest is given in place of the user's. */
  dress(body: TestBody): TestBody;
  /**
   * A test was defined. What this throws is raised where the test is defined.
   *
   * @param dressed `false`: its body came in by another way and runs as it is
   * @param definer what calls above it defined the test
   */
  collected(task: TestTask, dressed: boolean, definer: (...args: never[]) => unknown): void;
}

type Define = (this: unknown, name: unknown, ...rest: unknown[]) => unknown;

/** The part of Vitest's `SuiteCollector` that is used. */
export interface Collector {
  readonly type: "collector";
  test: Define & { readonly fn: Define };
  readonly tasks: (Collector | TestTask | { readonly type: "suite" })[];
  [slotKey]?: { bracket: Bracket };
}

const slotKey: unique symbol = Symbol.for("@memspec/vitest/bracket");

/**
 * Puts `bracket` around the bodies of all tests that `collector`, and the suites in it, collect from now on. Takes the
 * place of an earlier one: without isolation test files share the outermost collector.
 */
export function bracketBodies(collector: Collector, bracket: Bracket): void {
  const existing = collector[slotKey];
  if (existing !== undefined) {
    existing.bracket = bracket;
    return;
  }
  const slot = { bracket };
  Object.defineProperty(collector, slotKey, { value: slot });
  let dressed = false;

  const original = collector.test;
  const define: Define = function (name, ...rest) {
    const at = rest.findIndex((argument) => typeof argument === "function");
    const body = rest[at];
    if (body === undefined) return original.fn.call(this, name, ...rest);
    dressed = true;
    try {
      return original.fn.call(this, name, ...rest.with(at, slot.bracket.dress(body as TestBody)));
    } finally {
      dressed = false;
    }
  };
  // `fn` of the original is read-only, so another function takes its place and inherits the rest.
  const replacement: Define = (name, ...rest) => define.call({}, name, ...rest);
  Object.setPrototypeOf(replacement, original);
  collector.test = Object.defineProperty(replacement, "fn", { value: define }) as Collector["test"];

  const push = collector.tasks.push;
  const collect: typeof push = function (this: typeof collector.tasks, ...items) {
    for (const item of items) {
      if (item.type === "collector") bracketBodies(item, slot.bracket);
      else if (item.type === "test") slot.bracket.collected(item, dressed, dressed ? define : collect);
    }
    return push.apply(this, items);
  };
  collector.tasks.push = collect;
}
