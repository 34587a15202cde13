import type { RetainingPath, SourcePlace } from "./types.js";

/** A place in generated code, in the source that it was made of. */
export type ToSource = (place: SourcePlace) => SourcePlace;

/** The path with all its places in the source. */
export function pathInSource(path: RetainingPath, toSource: ToSource): RetainingPath {
  return {
    ...path,
    place: path.place && toSource(path.place),
    steps: path.steps.map((step) => ({ ...step, place: step.place && toSource(step.place) })),
  };
}
