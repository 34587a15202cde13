import type { AllocationSite, AssertableSpace, Measurement } from "../capture/measurement.js";
import { isNameable } from "./sites.js";

/**
 * Share of bytes whose stack a user can find, per space and in all, 0 to 1: site bytes are estimates and may add up to
 * more than the figure. `null`: no stacks were taken, nothing was allocated, or the figure is unknown.
 *
 * @param allocated exact allocated bytes per space and of the counted spaces' sum
 */
export function coverageOf(
  sites: readonly AllocationSite[],
  allocated: Readonly<Record<AssertableSpace | "total", number | null>>,
  counted: readonly AssertableSpace[],
  stacksTaken: boolean,
): Measurement["coverage"] {
  const share = (spaces: readonly AssertableSpace[], figure: number | null): number | null => {
    if (!stacksTaken || figure === null || figure <= 0) return null;
    let named = 0;
    for (const site of sites) if (spaces.includes(site.space) && isNameable(site)) named += site.bytes;
    return Math.min(1, named / figure);
  };
  return {
    total: share(counted, allocated.total),
    heap: share(["heap"], allocated.heap),
    buffers: share(["buffers"], allocated.buffers),
    native: share(["native"], allocated.native),
  };
}
