/** Groups as a leak check gives them, for the tests of what is done with them. */

import type { RetainingPath, RetainingStep } from "../../../core/src/graph/types.js";
import type { LeakGroup } from "../../../core/src/leaks/types.js";

export function step(given: Partial<RetainingStep>): RetainingStep {
  const base = { kind: "object", type: "Object", detail: "", place: null } as const;
  return { ...base, edge: "property", name: "", objectId: 1, times: 1, ...given };
}

export function placeIn(url: string, line = 1): { url: string; scriptId: number; line: number; column: number } {
  return { url, scriptId: 7, line, column: 3 };
}

export function pathFrom(
  root: RetainingPath["root"],
  url: string | null,
  steps: readonly RetainingStep[],
): RetainingPath {
  return { root, place: url === null ? null : placeIn(url, 0), native: false, avoided: false, steps };
}

/** A session in a module's list. */
export function sessionGroup(root: string, given: Partial<LeakGroup> = {}): LeakGroup {
  return {
    space: "heap",
    type: "Session",
    countPerCall: 1,
    bytesPerCall: 40,
    retainedBytes: 72,
    site: null,
    place: placeIn(`${root}/src/session.ts`, 12),
    path: pathFrom("module", `${root}/src/registry.ts`, [
      step({ edge: "module variable", name: "sessions", type: "Array", kind: "array", objectId: 20 }),
      step({ edge: "element", name: "4", type: "Session", objectId: 21 }),
    ]),
    holds: [],
    hint: null,
    knownOfNode: null,
    ...given,
  };
}
