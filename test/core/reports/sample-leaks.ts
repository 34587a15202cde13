/** Leaks and deaths of sample reports. */

import type { RetainingStep, SourcePlace } from "../../../core/src/graph/types.js";
import type { RunDeath, RunLeakGroup, RunLeaks, RunSite, TimelinePoint } from "../../../core/src/runs/run-report.js";
import type { Stacks } from "./sample-stacks.js";

function placeAt(url: string, line: number, column: number): SourcePlace {
  return { url, scriptId: -1, line, column };
}

function step(given: Partial<RetainingStep>): RetainingStep {
  return {
    kind: "object",
    type: "Object",
    detail: "",
    place: null,
    edge: "property",
    name: "",
    objectId: 1,
    times: 1,
    ...given,
  };
}

export function leakGroup(subject: string, site: RunSite | null): RunLeakGroup {
  return {
    space: "heap",
    type: "Session",
    countPerCall: 3,
    bytesPerCall: 456,
    retainedBytes: 48_312,
    site,
    place: placeAt("src/auth/session.ts", 9, 1),
    path: {
      root: "module",
      place: placeAt("src/auth/registry.ts", 0, 0),
      native: false,
      avoided: false,
      steps: [
        step({ edge: "module variable", name: "registry", type: "Map", objectId: 3 }),
        step({ edge: "value", name: subject, type: "Session", objectId: 5 }),
        step({
          edge: "listener",
          name: "close",
          type: "closure onClose",
          kind: "closure",
          place: placeAt("src/auth/session.ts", 31, 18),
          objectId: 7,
        }),
        step({ edge: "variable", name: "session", type: "Session", objectId: 9 }),
      ],
    },
    holds: [
      { kind: "buffer", type: "ArrayBuffer", detail: "", place: null, count: 3, bytes: 46_080 },
      { kind: "string", type: "string", detail: "", place: null, count: 12, bytes: 640 },
    ],
    hint: "module-collection",
    knownOfNode: null,
    signature: `heap|Session|src/auth/session.ts|registry|${subject}`,
  };
}

export function sampleLeak(subject: string, stacks: Stacks): RunLeaks {
  const site: RunSite = {
    space: "heap",
    stack: stacks.stacks.length >> 1,
    bytes: 1368,
    count: 3,
    estimated: false,
    peakBytes: null,
  };
  const timer: RunLeakGroup = {
    ...leakGroup(subject, null),
    space: "handles",
    type: "Timeout",
    countPerCall: 1,
    bytesPerCall: null,
    retainedBytes: null,
    place: null,
    path: null,
    holds: [],
    hint: "timer",
    signature: `handles|Timeout|${subject}`,
  };
  return {
    verdict: "leak",
    reason: null,
    groups: [leakGroup(subject, site), timer],
    ignored: [{ group: { ...timer, type: "FSWatcher" }, reason: "the watcher of the development server" }],
  };
}

export function sampleDeath(
  test: readonly string[] | null,
  last: TimelinePoint | null,
  sites: readonly RunSite[],
): RunDeath {
  return { reason: "out-of-memory", detail: "SIGABRT", test, last, sites };
}
