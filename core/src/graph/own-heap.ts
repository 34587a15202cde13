/** This isolate's heap as a graph: taken, asked, and given back. */

import { withAddonErrors } from "../capture/addon-errors.js";
import type { NativeBinding } from "../capture/binding.js";
import type { GraphHandle, RawGroupQuery } from "../capture/graph-binding.js";

/** What surrounds a test holds no leak of its own; a path leads through it only where there is no other. */
const RUNNERS: readonly string[] = [
  "/node_modules/vitest/",
  "/node_modules/@vitest/",
  "/node_modules/vite/",
  "/node_modules/tinypool/",
  "/node_modules/@jest/",
  "/node_modules/jest-",
  "/node_modules/jest/",
  "/node_modules/@memspec/",
];

/**
 * Takes a heap snapshot and asks it.
 *
 * @throws MemspecError what the addon raises when the heap cannot be taken apart
 */
export function askOwnHeap<T>(binding: NativeBinding, ask: (graph: GraphHandle) => T): T {
  return withAddonErrors(() => {
    const graph = binding.takeGraph();
    try {
      return ask(graph);
    } finally {
      binding.closeGraph(graph);
    }
  });
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
  return {
    avoid: [...RUNNERS, ...own],
    avoidIds: held.map((object) => binding.objectId(object)).filter((id) => id !== null),
  };
}
