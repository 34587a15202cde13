/**
 * memspec without its environment: where a test file runs in an environment of somebody else, and `@memspec/jest/setup`
 * or `limitMemory` is used all the same. Core is then loaded inside of the sandbox, which costs its loading once per test
 * file; the addon is one per process either way. What only an environment can do, limits from configuration, is missing.
 */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { afterEach, beforeEach, expect } from "@jest/globals";
import type { CurrentTest, MatcherHost } from "@memspec/core/adapter";
import type { Bridge } from "./bridge.js";
import { installBridge } from "./bridge.js";
import { pragmaLine } from "./pragma-line.js";
import { pointAt } from "./test-error.js";

type Adapter = typeof import("@memspec/core/adapter");

/** What `expect` of circus knows, and its types do not say. */
interface CircusExpectState {
  readonly currentTestName?: string;
  readonly testPath?: string;
  /** From Jest 30.1 on: the entry of the test that runs, by asynchronous context. */
  readonly currentTestIdentity?: () => { readonly concurrent?: boolean } | undefined;
  /** Before it: the name of the concurrent test that runs, by asynchronous context. */
  readonly currentConcurrentTestName?: () => string | undefined;
}

/** Not a static import: a sandbox that has the environment's bridge must not pay for a second core. */
function loadAdapter(): Adapter {
  return createRequire(import.meta.url)("@memspec/core/adapter") as Adapter;
}

/** Makes this sandbox's own `limitMemory` and its kin, once. */
export function standalone(): Bridge {
  const bridge: Bridge = { version: 1, limits: loadAdapter().createLimits(new StandaloneHost()) };
  installBridge(globalThis, bridge);
  return bridge;
}

/** Adds the matchers to this sandbox's `expect`. For a setup file: it adds hooks. */
export function addMatchers(): void {
  const { armTracker, createMatchers, createPending } = loadAdapter();
  armTracker();
  const host = new StandaloneHost();
  const pending = createPending(host);
  expect.extend(createMatchers(host, {}, pending) as never);
  beforeEach(() => {
    host.attempts += 1;
  });
  afterEach(() => {
    const test = host.currentTest();
    // How the body ended is not known here: only what nobody awaited is told.
    const [first] = test === undefined ? [] : pending.finish(test.id, "failed");
    if (first !== undefined) throw first;
  });
}

/**
 * A limit that nothing would check is an error, never silence: Jest gives a file's docblock to the environment alone.
 *
 * @throws MemspecError `MEMSPEC_INVALID_LIMIT` when the test file has a `@memory-limit`.
 */
export function refuseDocblockLimit(): void {
  const { testPath } = expect.getState() as CircusExpectState;
  if (testPath === undefined) return;
  const text = readFileSync(testPath, "utf8");
  const docblock = /^\s*\/\*[\s\S]*?\*\//.exec(text)?.[0] ?? "";
  if (!/^[\s/*]*@memory-limit\b/m.test(docblock)) return;
  const error = new (loadAdapter().MemspecError)(
    "MEMSPEC_INVALID_LIMIT",
    "This file has a @memory-limit, but its test environment knows nothing of memory.",
    { hint: 'Use "@memspec/jest/environment", or withMemory(Environment) for an environment of your own.' },
  );
  pointAt(error, testPath, pragmaLine(text));
  throw error;
}

class StandaloneHost implements MatcherHost {
  readonly runner = "jest";
  readonly root: string = process.cwd();
  attempts = 0;

  currentTest(): CurrentTest | undefined {
    const state = expect.getState() as CircusExpectState;
    if (state.currentTestName === undefined) return undefined;
    return {
      id: `jest-${this.attempts}`,
      fullName: state.currentTestName,
      file: state.testPath ?? "",
      concurrent: isConcurrent(state),
    };
  }
}

function isConcurrent(state: CircusExpectState): boolean {
  if (state.currentTestIdentity !== undefined) return state.currentTestIdentity()?.concurrent === true;
  return state.currentConcurrentTestName?.() !== undefined;
}
