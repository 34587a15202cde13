/** What keeps objects alive, by the heap's graph. Nothing without the addon. */

import { memspecScripts } from "../analysis/memspec-roots.js";
import type { Handle } from "../capture/binding.js";
import { loadAddon } from "../capture/load-addon.js";
import { askOwnHeap, pathsAvoid } from "../graph/own-heap.js";
import { pathInSource } from "../graph/source-places.js";
import type { RetainingPath } from "../graph/types.js";
import { sourcePlaceHere } from "./analyse-here.js";

/** A chain of references that keeps an instance of a class alive. */
export interface WayAlive {
  readonly type: string;
  readonly path: RetainingPath;
}

/** What keeps instances alive, as far as it is known. */
export interface WaysAlive {
  readonly ways: readonly WayAlive[];
  /** Why it is not known; `null`: nothing went wrong. */
  readonly problem: string | null;
}

export const NO_WAYS: WaysAlive = { ways: [], problem: null };

/**
 * The ways in which new instances are alive, alike ones once, the shortest first. Takes a heap snapshot.
 *
 * @param handle a measurement of the addon that `instances` was asked of
 */
export function waysAlive(handle: Handle, types: readonly string[]): WaysAlive {
  const { binding } = loadAddon();
  if (binding === null) return NO_WAYS;
  const ids = binding.instanceIds(handle, types);
  const typed = types.flatMap((type, index) => (ids[index] ?? []).map((id) => ({ type, id })));
  const objectIds = typed.map(({ id }) => id);
  const avoid = pathsAvoid(binding, memspecScripts(), []);
  const { answer: paths, problem } = askOwnHeap(binding, (graph) => binding.graphPaths(graph, objectIds, avoid));
  const ways = typed.flatMap(({ type }, index) => {
    const path = paths?.[index] ?? null;
    return path === null ? [] : [{ type, path: pathInSource(path, sourcePlaceHere) }];
  });
  return { ways: alikeOnce(ways), problem };
}

/** The shortest chain of references to an object, as far as it is known. */
export interface PathTo {
  /** `null`: unknown. */
  readonly path: RetainingPath | null;
  /** Why it is not known; `null`: nothing went wrong. */
  readonly problem: string | null;
}

export const NO_PATH: PathTo = { path: null, problem: null };

/** What keeps an object that does not go away. Takes a heap snapshot. */
export function pathTo(ref: WeakRef<object>): PathTo {
  const { binding } = loadAddon();
  if (binding === null) return NO_PATH;
  const { answer: path, problem } = askOwnHeap(binding, (graph) => {
    // Its id is that of the snapshot until the next collection.
    const object = ref.deref();
    const id = object === undefined ? null : binding.objectId(object);
    if (id === null) return null;
    const [shortest = null] = binding.graphPaths(graph, [id], pathsAvoid(binding, memspecScripts(), [ref]));
    return shortest && pathInSource(shortest, sourcePlaceHere);
  });
  return { path, problem };
}

/**
 * Alike ways differ by the indices of elements alone, and become one that leaves out the indices in which they differ: the order
 * of V8's objects, and of their ids, is another in each run. Of a chain that folds, the shortest is told.
 */
function alikeOnce(ways: readonly WayAlive[]): readonly WayAlive[] {
  const found = new Map<string, WayAlive>();
  for (const way of ways) {
    const shape = shapeOf(way);
    const other = found.get(shape);
    found.set(shape, other === undefined ? way : { ...way, path: commonPath(other.path, way.path) });
  }
  return [...found.entries()]
    .sort(([a, one], [b, other]) => one.path.steps.length - other.path.steps.length || (a < b ? -1 : 1))
    .map(([, way]) => way);
}

function commonPath(one: RetainingPath, other: RetainingPath): RetainingPath {
  const steps = one.steps.map((step, index) => {
    const { name, times } = other.steps[index] ?? step;
    return { ...step, name: step.name === name ? name : "", times: Math.min(step.times, times) };
  });
  return { ...one, steps };
}

function shapeOf({ type, path }: WayAlive): string {
  const steps = path.steps.map((step) => `${step.edge} ${step.edge === "element" ? "" : step.name} ${step.type}`);
  return [type, path.root, path.place?.url ?? "", ...steps].join("\n");
}
