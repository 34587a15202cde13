/**
 * memspec without its environment: where a test file runs in an environment of somebody else, and `@memspec/jest/setup`
 * or `limitMemory` is used all the same. Core is then loaded inside of the sandbox, which costs its loading once per test
 * file; the addon is one per process either way. What only an environment can do, limits from configuration, is missing.
 */

import { createRequire } from "node:module";
import { afterEach, beforeEach, expect } from "@jest/globals";
import type { CurrentTest, MatcherHost } from "@memspec/core/adapter";
import type { Bridge } from "./bridge.js";
import { installBridge } from "./bridge.js";

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

/** Sets memspec up in this sandbox, once. */
export function standalone(): Bridge {
  const adapter = loadAdapter();
  const host = new StandaloneHost();
  const pending = adapter.createPending(host);
  expect.extend(adapter.createMatchers(host, {}, pending) as never);
  beforeEach(() => {
    host.attempts += 1;
  });
  afterEach(() => {
    const test = host.currentTest();
    // How the body ended is not known here: only what nobody awaited is told.
    const [first] = test === undefined ? [] : pending.finish(test.id, "failed");
    if (first !== undefined) throw first;
  });
  const bridge: Bridge = { version: 1, limitMemory: adapter.createLimitMemory(host) };
  installBridge(globalThis, bridge);
  return bridge;
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
