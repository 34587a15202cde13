/** A leak check's record as the report tells it: places relative to the root, stacks in the report's tables. Pure. */

import { pathOfUrl } from "../analysis/source-path.js";
import { pathInSource } from "../graph/source-places.js";
import type { SourcePlace } from "../graph/types.js";
import type { LeaksRecord, SignedGroup } from "../observe/payload.js";
import type { RunLeakGroup, RunLeaks } from "./run-report.js";
import { relativePath, type StackTables } from "./stack-tables.js";

/** @param root absolute */
export function runLeaks(record: LeaksRecord | undefined, root: string, tables: StackTables): RunLeaks | null {
  if (record === undefined) return null;
  const { verdict, reason, groups, ignored } = record;
  const shown = (group: SignedGroup): RunLeakGroup => runGroup(group, root, tables);
  return {
    verdict,
    reason,
    groups: groups.map(shown),
    ignored: ignored.map(({ group, reason: why }) => ({ group: shown(group), reason: why })),
  };
}

function runGroup(group: SignedGroup, root: string, tables: StackTables): RunLeakGroup {
  const toRelative = (place: SourcePlace): SourcePlace => ({
    ...place,
    url: relativePath(root, pathOfUrl(place.url)).replaceAll("\\", "/"),
  });
  const { site } = group;
  return {
    space: group.space,
    type: group.type,
    countPerCall: group.countPerCall,
    bytesPerCall: group.bytesPerCall,
    retainedBytes: group.retainedBytes,
    site:
      site === null
        ? null
        : {
            space: site.space,
            stack: tables.add(site.stack),
            bytes: Math.round(site.bytes),
            count: site.count,
            estimated: site.estimated,
            peakBytes: site.peakBytes,
          },
    ...(group.siteInferred === undefined ? {} : { siteInferred: group.siteInferred }),
    place: group.place && toRelative(group.place),
    path: group.path && pathInSource(group.path, toRelative),
    holds: group.holds.map((held) => ({ ...held, place: held.place && toRelative(held.place) })),
    hint: group.hint,
    knownOfNode: group.knownOfNode,
    signature: group.signature,
  };
}
