/** What keeps objects alive, by the heap's graph. Nothing without the addon. */

import { withAddonErrors } from "../capture/addon-errors.js";
import type { Handle, NativeBinding } from "../capture/binding.js";
import { loadAddon } from "../capture/load-addon.js";
import { pathInSource } from "../graph/source-places.js";
import type { RetainingPath } from "../graph/types.js";
import { sourcePlaceHere } from "./analyse-here.js";
import { memspecRoots } from "./memspec-roots.js";
import { RUNNERS } from "./runners.js";

/** A chain of references that keeps an instance of a class alive. */
export interface WayAlive {
  readonly type: string;
  readonly path: RetainingPath;
}

/**
 * The ways in which new instances are alive, alike ones once. Takes a heap snapshot.
 *
 * @param handle a measurement of the addon that `instances` was asked of
 */
export function waysAlive(handle: Handle, types: readonly string[]): readonly WayAlive[] {
  const { binding } = loadAddon();
  if (binding === null) return [];
  const ids = binding.instanceIds(handle, types);
  const ways = inGraph(binding, (graph) =>
    types.flatMap((type, index) =>
      binding
        .graphPaths(graph, ids[index] ?? [], avoided(binding, []))
        .flatMap((path) => (path === null ? [] : [{ type, path: pathInSource(path, sourcePlaceHere) }])),
    ),
  );
  return [...new Map(ways.map((way) => [shapeOf(way), way])).values()];
}

/** The shortest chain of references to an object that does not go away; `null`: unknown. Takes a heap snapshot. */
export function pathTo(ref: WeakRef<object>): RetainingPath | null {
  const { binding } = loadAddon();
  if (binding === null) return null;
  return inGraph(binding, (graph) => {
    // Its id is that of the snapshot until the next collection.
    const object = ref.deref();
    const id = object === undefined ? null : binding.objectId(object);
    const [path = null] = id === null ? [] : binding.graphPaths(graph, [id], avoided(binding, [ref]));
    return path && pathInSource(path, sourcePlaceHere);
  });
}

/** Elements differ by their index alone. */
function shapeOf({ type, path }: WayAlive): string {
  const steps = path.steps.map((step) => `${step.edge} ${step.edge === "element" ? "" : step.name} ${step.type}`);
  return [type, path.root, path.place?.url ?? "", ...steps].join("\n");
}

function avoided(binding: NativeBinding, held: readonly object[]) {
  return {
    avoid: [...RUNNERS, ...memspecRoots(new Error().stack ?? "")],
    avoidIds: held.map((object) => binding.objectId(object)).filter((id) => id !== null),
  };
}

function inGraph<T>(binding: NativeBinding, ask: (graph: number) => T): T {
  return withAddonErrors(() => {
    const graph = binding.takeGraph();
    try {
      return ask(graph);
    } finally {
      binding.closeGraph(graph);
    }
  });
}
