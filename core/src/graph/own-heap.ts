/** This isolate's heap as a graph: taken, asked, and given back. */

import { withAddonErrors } from "../capture/addon-errors.js";
import type { NativeBinding } from "../capture/binding.js";
import type { GraphHandle, RawGroupQuery } from "../capture/graph-binding.js";
import { isMemspecError } from "../errors/memspec-error.js";
import { RUNNERS } from "./past-runner.js";

/**
 * Mocks record what they are called with, and are registered, until they are reset: `vi.fn()` and `jest.fn()`, and spies. Vitest 5 has
 * its package for them within its own.
 */
export const MOCKS: readonly string[] = ["/@vitest/spy/", "/vitest/dist/chunks/spy.", "/jest-mock/"];

/** What the heap answered, or why it could not be asked. */
export type HeapAnswer<T> =
  | { readonly answer: T; readonly problem: null }
  | { readonly answer: null; readonly problem: string };

/** Takes a heap snapshot and asks it. A heap that cannot be taken apart is no error: what was found out without it stands. */
export function askOwnHeap<T>(binding: NativeBinding, ask: (graph: GraphHandle) => T): HeapAnswer<T> {
  try {
    return { answer: withAddonErrors(() => askGraph(binding, ask)), problem: null };
  } catch (error) {
    if (!isMemspecError(error)) throw error;
    return { answer: null, problem: (error.message.split("\n")[0] ?? "").replace(/\.$/u, "") };
  }
}

function askGraph<T>(binding: NativeBinding, ask: (graph: GraphHandle) => T): T {
  const graph = binding.takeGraph();
  try {
    return ask(graph);
  } finally {
    binding.closeGraph(graph);
  }
}

/**
 * What no path is to lead through where there is another one.
 *
 * @param own parts of the names of memspec's own scripts
 * @param held what the asker itself holds
 */
export function pathsAvoid(
  binding: NativeBinding,
  own: readonly string[],
  held: readonly object[],
): Pick<RawGroupQuery, "avoid" | "avoidIds"> {
  return { avoid: [...RUNNERS, ...own], avoidIds: idsOf(binding, held) };
}

/**
 * By what no path is to lead at all, so that what it alone keeps is no survivor.
 *
 * @param scripts parts of the names of scripts
 * @param holders objects
 */
export function temporary(
  binding: NativeBinding,
  scripts: readonly string[],
  holders: readonly object[],
): Pick<RawGroupQuery, "temporary" | "temporaryIds"> {
  return { temporary: scripts, temporaryIds: idsOf(binding, holders) };
}

/** Of those that V8 has seen in a graph. */
function idsOf(binding: NativeBinding, objects: readonly object[]): readonly number[] {
  return objects.map((object) => binding.objectId(object)).filter((id) => id !== null);
}
