/**
 * What the environment (outer realm, one core per worker process) hands into the sandbox of one test file. The sandbox
 * finds it on its global, so that limits, matchers and the tracker are one and the same inside and outside.
 */

import type { Limits } from "@memspec/core/adapter";

const KEY = Symbol.for("memspec.jest");

export interface Bridge {
  /** Version of the plugin that made it: another copy in the sandbox must not take it for its own. */
  readonly version: 1;
  /** `limitMemory` and its kin, bound to the environment's session. */
  readonly limits: Limits;
}

/**
 * Puts the bridge on a sandbox's global. It is frozen, because Jest deletes the properties of all globals after the
 * test file, and not enumerable, because tests that list globals must not see it.
 */
export function installBridge(sandbox: object, bridge: Bridge): void {
  Object.defineProperty(sandbox, KEY, {
    configurable: true,
    enumerable: false,
    writable: true,
    value: Object.freeze(bridge),
  });
}

/** The bridge of the sandbox this code runs in; `undefined` where memspec's environment is not in use. */
export function findBridge(): Bridge | undefined {
  const found = (globalThis as Record<symbol, unknown>)[KEY] as Bridge | undefined;
  return found?.version === 1 ? found : undefined;
}
