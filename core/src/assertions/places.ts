/** Sites of a measurement joined by the place that a reader can act on. */

import type { AllocationSite, AssertableSpace } from "../capture/measurement.js";
import { type ReadableStack, readStack } from "./frames.js";

/** Which bytes of a site count. */
export type SiteFigure = "bytes" | "peakBytes" | "retainedBytes";

export interface AllocatingPlace {
  readonly space: AssertableSpace;
  readonly bytes: number;
  readonly estimated: boolean;
  /** The stack of the site with the most bytes. */
  readonly stack: ReadableStack;
  /** Further call paths that lead to the same place. */
  readonly otherPaths: number;
}

interface Gathered extends Omit<AllocatingPlace, "otherPaths"> {
  /** Bytes of the site that `stack` is of. */
  readonly largest: number;
  readonly paths: number;
}

/**
 * @param figure sites where it is unknown or 0 are left out
 * @returns by bytes, largest first
 */
export function gatherPlaces(
  sites: readonly AllocationSite[],
  figure: SiteFigure,
  root: string,
  unfolded: boolean,
): readonly AllocatingPlace[] {
  const gathered = new Map<string, Gathered>();
  for (const site of sites) {
    const bytes = site[figure];
    if (bytes === null || bytes <= 0) continue;
    const stack = readStack(site.stack, root, unfolded);
    const key = `${site.space}\n${stack.place?.name ?? ""}\n${stack.place?.where ?? ""}`;
    const known = gathered.get(key);
    if (known === undefined) {
      gathered.set(key, { space: site.space, bytes, estimated: site.estimated, stack, largest: bytes, paths: 1 });
      continue;
    }
    const largest = bytes > known.largest;
    gathered.set(key, {
      space: known.space,
      bytes: known.bytes + bytes,
      estimated: known.estimated || site.estimated,
      stack: largest ? stack : known.stack,
      largest: largest ? bytes : known.largest,
      paths: known.paths + 1,
    });
  }
  return [...gathered.values()]
    .sort((a, b) => b.bytes - a.bytes)
    .map(({ space, bytes, estimated, stack, paths }) => ({ space, bytes, estimated, stack, otherPaths: paths - 1 }));
}
