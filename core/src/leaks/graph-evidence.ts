import type { NativeBinding } from "../capture/binding.js";
import type { GraphHandle } from "../capture/graph-binding.js";
import { askOwnHeap, MOCKS, pathsAvoid, temporary } from "../graph/own-heap.js";
import type { BigBuffer, ObjectGroups } from "../graph/types.js";
import type { Batch } from "./births.js";

/** What the heap's graph is asked for. */
export interface GraphQuestions {
  /** Highest object ids at the boundaries of the intervals that are told apart; `null`: no groups. */
  readonly boundaries: readonly number[] | null;
  /** Highest object id at the beginning of an earlier run: all since then is asked for, too; `null`: it is not. */
  readonly since: number | null;
  /** The buffer with most memory. */
  readonly biggestBuffer: boolean;
}

export interface GraphAnswers {
  readonly groups: ObjectGroups | null;
  readonly sinceGroups: ObjectGroups | null;
  readonly biggestBuffer: BigBuffer | null;
}

/** Takes the heap apart, now; a last-resort collection comes with it. */
export interface HeapTaker {
  /** @returns `null` when the heap could not be taken apart: `problem()` says why */
  ask(questions: GraphQuestions): GraphAnswers | null;
  /** Why the heap could not be taken apart; `null`: nothing went wrong. */
  problem(): string | null;
}

const MOST_GROUPS = 200;
const MEMBERS = 1;
/** The highest id that there can be. */
const NOW = 2 ** 32 - 1;

/** Boundaries of the batches alone. */
export function upToLast(batches: readonly Batch[], objectIds: readonly number[]): readonly number[] {
  return objectIds.slice(batches[0]?.from ?? 0, (batches.at(-1)?.to ?? 0) + 1);
}

/** Boundaries from the first batch's on; the last interval is what came after the last of them. */
export function upToNow(batches: readonly Batch[], objectIds: readonly number[]): readonly number[] {
  return [...objectIds.slice(batches[0]?.from ?? 0), NOW];
}

/**
 * @param own parts of the names of memspec's own scripts
 * @param held what the check itself holds: nobody's way to a leak
 * @param holders what a runner keeps things by until a test is over: what they alone hold does not count
 */
export function heapTaker(
  binding: NativeBinding,
  own: readonly string[],
  held: readonly object[],
  holders: readonly object[],
): HeapTaker {
  const avoided = pathsAvoid(binding, own, held);
  let problem: string | null = null;
  const groupsOf = (graph: GraphHandle, boundaries: readonly number[]): ObjectGroups =>
    binding.graphGroups(graph, {
      ...avoided,
      // Asked for with the graph: before there is one, an object has no id.
      ...temporary(binding, MOCKS, holders),
      boundaries,
      limit: MOST_GROUPS,
      members: MEMBERS,
    });
  const answer = (graph: GraphHandle, { boundaries, since, biggestBuffer }: GraphQuestions): GraphAnswers => ({
    groups: boundaries === null ? null : groupsOf(graph, boundaries),
    sinceGroups: since === null ? null : groupsOf(graph, [since, NOW]),
    biggestBuffer: biggestBuffer ? binding.biggestBuffer(graph, avoided) : null,
  });
  return {
    problem: () => problem,
    ask(questions) {
      // The verdict does without: births are counted all the same.
      const heap = askOwnHeap(binding, (graph) => answer(graph, questions));
      problem = heap.problem ?? problem;
      return heap.answer;
    },
  };
}
