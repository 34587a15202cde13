import type { NativeBinding } from "../capture/binding.js";
import { askOwnHeap, pathsAvoid } from "../graph/own-heap.js";
import type { ObjectGroups } from "../graph/types.js";
import type { Batch } from "./births.js";

/** Takes the heap apart, now; a last-resort collection comes with it. */
export interface HeapTaker {
  /**
   * @param objectIds highest ids at the boundaries that were read
   * @returns `null` when the heap could not be taken apart: `problem()` says why
   */
  groups(batches: readonly Batch[], objectIds: readonly number[]): ObjectGroups | null;
  /** Why the heap could not be taken apart; `null`: nothing went wrong. */
  problem(): string | null;
}

const MOST_GROUPS = 200;
const MEMBERS = 1;

/**
 * @param own parts of the names of memspec's own scripts
 * @param held what the check itself holds: nobody's way to a leak
 */
export function heapTaker(binding: NativeBinding, own: readonly string[], held: readonly object[]): HeapTaker {
  const avoided = pathsAvoid(binding, own, held);
  let problem: string | null = null;
  return {
    problem: () => problem,
    groups(batches, objectIds) {
      const boundaries = objectIds.slice(batches[0]?.from ?? 0, (batches.at(-1)?.to ?? 0) + 1);
      const query = { ...avoided, boundaries, limit: MOST_GROUPS, members: MEMBERS };
      // The verdict does without: births are counted all the same.
      const heap = askOwnHeap(binding, (graph) => binding.graphGroups(graph, query));
      problem = heap.problem ?? problem;
      return heap.answer;
    },
  };
}
