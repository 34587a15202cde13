/** What is kept of tests whose memory assertions failed: the sites of what was measured, and at most a few heap snapshots. */

import path from "node:path";
import type { AllocationSite } from "../capture/measurement.js";

export interface FailedTest {
  /** Of all its failed assertions together. */
  readonly sites: readonly AllocationSite[];
  /** File of a heap snapshot, absolute; `null`: none was taken. */
  readonly snapshot: string | null;
}

export interface FailedTests {
  /** A memory assertion failed in it. */
  failed(test: string, sites: readonly AllocationSite[]): void;
  /** It is run again: what was so far does not count. */
  forget(test: string): void;
  readonly byTest: ReadonlyMap<string, FailedTest>;
}

/** How many are taken in one test file: each is as large as its heap. */
const SNAPSHOTS = 3;
/** Told of one test. */
const SITES = 100;

/**
 * @param takeSnapshot writes one into a file; `null`: none are wanted
 * @param folder where they go
 * @param tag tells them from those of other test files
 */
export function createFailedTests(
  takeSnapshot: ((file: string) => boolean) | null,
  folder: string,
  tag: string,
): FailedTests {
  const byTest = new Map<string, FailedTest>();
  let taken = 0;
  const snapshotOf = (): string | null => {
    if (takeSnapshot === null || taken >= SNAPSHOTS) return null;
    taken += 1;
    const file = path.join(folder, `${tag}-${taken}.heapsnapshot`);
    return takeSnapshot(file) ? file : null;
  };
  return {
    byTest,
    failed(test, sites) {
      const known = byTest.get(test);
      const all = [...(known?.sites ?? []), ...sites].sort((a, b) => b.bytes - a.bytes).slice(0, SITES);
      byTest.set(test, { sites: all, snapshot: known === undefined ? snapshotOf() : known.snapshot });
    },
    forget(test) {
      byTest.delete(test);
    },
  };
}
