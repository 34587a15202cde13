/** What of a test file's survivors leaks, with its evidence: of what was read and of the heap's graph. */

import type { RawInterval } from "../capture/birth-binding.js";
import type { ToSource } from "../graph/source-places.js";
import type { ObjectGroup, ObjectGroups, RetainingStep } from "../graph/types.js";
import { NO_EVIDENCE } from "../leaks/evidence.js";
import type { Finding } from "../leaks/finding.js";
import { toGroups } from "../leaks/groups.js";
import { groupInSource } from "../leaks/report.js";
import type { LeakGroup } from "../leaks/types.js";
import { outlivesFile, perTest, recurs, type Surroundings, type TestSpan } from "./file-rule.js";

export interface FileFindings {
  readonly spans: readonly TestSpan[];
  /** By interval. */
  readonly rows: readonly RawInterval[];
  /** With a number of births for each interval. */
  readonly heap: ObjectGroups;
  readonly around: Surroundings;
}

/** Groups that recur and outlive the file, in words and places. Pure but for the places. */
export function leaksOfFile(found: FileFindings, nodeMajor: number, toSource: ToSource): readonly LeakGroup[] {
  const { spans, heap, around } = found;
  const leaking = heap.groups.filter(
    (group) =>
      recurs(
        group.births.map(({ count }) => count),
        spans,
      ) && outlivesFile(group, around),
  );
  const onHeap = leaking
    .filter((group) => !leaking.some((other) => hangsOn(group, other)))
    .map((group) => heapFinding(group, spans));
  if (onHeap.length === 0) return [];
  const offHeap = (["buffers", "native"] as const).flatMap((space) => offHeapFinding(space, found));
  return (
    toGroups([...onHeap, ...offHeap], NO_EVIDENCE, nodeMajor)
      // Memory off the heap that no leaking object is known to own may be anybody's.
      .filter(({ space, path }) => (space !== "buffers" && space !== "native") || path !== null)
      .map((group) => groupInSource(group, toSource))
  );
}

/** What somebody else holds, too, belongs to no group of its own; where a leaking object is on its way, it leaks with that one. */
function hangsOn({ path }: ObjectGroup, { path: other }: ObjectGroup): boolean {
  if (path === null || other === null || path.root !== other.root || path.place?.url !== other.place?.url) return false;
  return (
    other.steps.length < path.steps.length &&
    other.steps.every((step, index) => {
      const own = path.steps[index];
      if (own === undefined || own.edge !== step.edge || own.type !== step.type) return false;
      return NUMBERED.includes(step.edge) || own.name === step.name;
    })
  );
}

/** The name of such a reference is one of many. */
const NUMBERED: readonly RetainingStep["edge"][] = ["element", "key", "value", "entry"];

function heapFinding(group: ObjectGroup, spans: readonly TestSpan[]): Finding {
  const each = perTest(
    group.births.map(({ count }) => count),
    spans,
  );
  const part = group.count === 0 ? 0 : each / group.count;
  return {
    space: "heap",
    kind: "",
    growth: "steady",
    countPerCall: each,
    bytesPerCall: group.shallowBytes * part,
    retainedPerCall: group.retainedBytes * part,
    group,
    store: null,
  };
}

/** So little a test may be anything: libraries keep tables, and threads their state. */
const LEAST_BYTES = 256;

function offHeapFinding(space: "buffers" | "native", { spans, rows }: FileFindings): readonly Finding[] {
  const bytes = rows.map((row) => row[space]?.bytes ?? 0);
  const counts = rows.map((row) => row[space]?.count ?? 0);
  const each = perTest(bytes, spans);
  if (each < LEAST_BYTES || !recurs(bytes, spans)) return [];
  return [
    {
      space,
      kind: "",
      growth: "steady",
      countPerCall: perTest(counts, spans),
      bytesPerCall: each,
      retainedPerCall: each,
      group: null,
      store: null,
    },
  ];
}
