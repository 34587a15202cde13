/** Matchers that are made when one of them is called: few test files call one, and what they are made of is large. */

import type { MatcherThis } from "./host.js";
import type { MemoryMatchers } from "./types.js";

/** Every matcher; the compiler sees to it that none is left out. */
const NAMES: Readonly<Record<keyof MemoryMatchers, true>> = {
  toAllocateLessThan: true,
  toAllocateNothing: true,
  toPeakBelow: true,
  toRetainLessThan: true,
  toRetainInstances: true,
  toBeCollected: true,
  toMatchMemoryBaseline: true,
  toNotLeak: true,
};

type AnyMatcher = (this: MatcherThis, ...args: unknown[]) => unknown;

/** @param made all of them, whenever one is called */
export function matchersOnUse(made: () => MemoryMatchers): MemoryMatchers {
  const onUse = (name: keyof MemoryMatchers): AnyMatcher =>
    function (...args) {
      return Reflect.apply(made()[name], this, args);
    };
  const names = Object.keys(NAMES) as (keyof MemoryMatchers)[];
  return Object.fromEntries(names.map((name) => [name, onUse(name)])) as unknown as MemoryMatchers;
}
