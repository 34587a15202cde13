/** Sites of a report with their stacks taken out of the report's tables. */

import { type AllocatingPlace, gatherPlaces } from "../assertions/places.js";
import type { AllocationSite, SourceFrame } from "../capture/measurement.js";
import type { LeakGroup } from "../leaks/types.js";
import type { RunLeakGroup, RunReport, RunSite } from "../runs/run-report.js";

/** The part of a report that stacks are looked up in. */
export type StackTables = Pick<RunReport, "frames" | "stacks">;

/** Paths of a report are relative already. */
export const REPORT_ROOT = "";

export function stackOf(index: number, tables: StackTables): readonly SourceFrame[] {
  return (tables.stacks[index] ?? []).flatMap((frame) => tables.frames[frame] ?? []);
}

function withStack(site: RunSite, tables: StackTables): AllocationSite {
  return { ...site, stack: stackOf(site.stack, tables), retainedBytes: null };
}

/** A group as the messages of matchers take it. */
export function withSite(group: RunLeakGroup, tables: StackTables): LeakGroup & { readonly signature: string } {
  return { ...group, site: group.site === null ? null : withStack(group.site, tables) };
}

/** Places that a reader can act on, most bytes allocated first. */
export function placesOf(sites: readonly RunSite[], tables: StackTables): readonly AllocatingPlace[] {
  return gatherPlaces(
    sites.map((site) => withStack(site, tables)),
    "bytes",
    REPORT_ROOT,
    false,
  );
}

const READERS: ReadonlySet<SourceFrame["owner"]> = new Set(["user", "dependency"]);

/**
 * Where the program, and not its runner, allocated most: `src/parse.ts:30`, without the column; the function's name where
 * there is no position; "" where no sample has a frame of the program's.
 */
export function hottestPlace(sites: readonly RunSite[], tables: StackTables): string {
  const own = sites.filter((site) => stackOf(site.stack, tables).some(({ owner }) => READERS.has(owner)));
  const [place] = placesOf(own, tables);
  const where = place?.stack.place?.where ?? "";
  return where === "" ? (place?.stack.place?.name ?? "") : where.replace(/(:\d+):\d+(?: \(function\))?$/u, "$1");
}
