/** What every matcher checks before it measures anything. */

import { assertFunction } from "../capture/repeat.js";
import { MemspecError } from "../errors/memspec-error.js";
import { showValue } from "../errors/show-value.js";
import type { MatcherThis } from "./host.js";
import type { InstanceLimits } from "./types.js";

/** @throws MemspecError `MEMSPEC_NOT_A_FUNCTION` */
export function checkReceived(
  that: MatcherThis,
  received: unknown,
  matcher: string,
): asserts received is () => unknown {
  const modifier = that.promise ?? "";
  if (modifier !== "") {
    throw new MemspecError("MEMSPEC_NOT_A_FUNCTION", `${matcher}() measures a call: it cannot follow .${modifier}.`, {
      value: received,
      hint: `Leave .${modifier} out and give the function: await expect(() => load()).${matcher}(…)`,
    });
  }
  if (typeof received === "function") return;
  assertFunction(received, `expect(…).${matcher}()`);
}

const INSTANCES_HINT = "Give allowed numbers by constructor name: { Session: 0 }.";

/** @throws MemspecError `MEMSPEC_INVALID_LIMIT` */
export function checkInstances(limits: unknown): asserts limits is InstanceLimits {
  const where = "toRetainInstances()";
  if (typeof limits !== "object" || limits === null || Array.isArray(limits)) {
    throw new MemspecError("MEMSPEC_INVALID_LIMIT", `${where} takes an object, not ${showValue(limits)}.`, {
      value: limits,
      hint: INSTANCES_HINT,
    });
  }
  const entries: readonly [string, unknown][] = Object.entries(limits);
  if (entries.length === 0) {
    throw new MemspecError("MEMSPEC_INVALID_LIMIT", `${where} needs at least one class.`, {
      value: limits,
      hint: INSTANCES_HINT,
    });
  }
  for (const [name, allowed] of entries) {
    if (name !== "" && typeof allowed === "number" && Number.isSafeInteger(allowed) && allowed >= 0) continue;
    const fact =
      name === ""
        ? `${where}: "" names no class.`
        : `${where}: ${showValue(allowed)} is no number of ${name} instances.`;
    throw new MemspecError("MEMSPEC_INVALID_LIMIT", fact, {
      value: name === "" ? name : allowed,
      hint: "It is a whole number, zero or more.",
    });
  }
}
