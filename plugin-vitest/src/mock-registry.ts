/**
 * Vitest 4 keeps every mock function that was ever made, some 8 kB each, until its worker is over. A check calls a body hundreds of times, and
 * what these calls made is nobody's: without this, a file with mocks would grow by gigabytes. Vitest 5 keeps none.
 */

import { vi } from "vitest";
import { wholeCore } from "./whole-core.js";

/** So many are left in the registry before it is cleared of them: to find out which are still used, the heap is collected. */
const MOST = 2000;

export interface MockRegistry {
  /** Calls of a body begin. */
  callsStart(): void;
  /** They have ended: mocks that they made, and that nothing else has, are forgotten when there are many. */
  callsEnd(): Promise<void>;
}

/** @returns `null`: there is none */
export function findMockRegistry(): MockRegistry | null {
  const found = findSet();
  if (found === null) return null;
  // A way of ours to it would be one by which nobody's mocks are kept alive.
  const registry = new WeakRef(found);
  let before = 0;
  const made: object[] = [];
  return {
    callsStart() {
      before = registry.deref()?.size ?? 0;
    },
    async callsEnd() {
      // A set has its values in the order in which they came.
      for (const mock of [...(registry.deref() ?? [])].slice(before)) made.push(mock);
      if (made.length < MOST) return;
      const refs = made.splice(0).map((mock) => {
        registry.deref()?.delete(mock);
        return new WeakRef(mock);
      });
      const { currentTracker, settle } = wholeCore();
      await settle(currentTracker());
      for (const ref of refs) {
        const mock = ref.deref();
        // Somebody has it, and may ask for all mocks to be cleared.
        if (mock !== undefined) registry.deref()?.add(mock);
      }
    },
  };
}

/** The registry is a variable of Vitest's: it is seen where a mock is put into it. */
function findSet(): Set<object> | null {
  if (Object.isFrozen(Set.prototype)) return null;
  const { add } = Set.prototype;
  const added: (readonly [set: Set<object>, value: unknown])[] = [];
  const watched = function (this: Set<object>, value: object): Set<object> {
    added.push([this, value]);
    return Reflect.apply(add, this, [value]);
  };
  let mock: object;
  try {
    Object.assign(Set.prototype, { add: watched });
    mock = vi.fn();
  } finally {
    Object.assign(Set.prototype, { add });
  }
  const [registry] = added.find(([, value]) => value === mock) ?? [null];
  registry?.delete(mock);
  return registry;
}
