/** What surrounds a test, and what of a way through it is the program's. */

import type { RetainingPath, RetainingStep } from "./types.js";

/** What surrounds a test holds no leak of its own; a path leads through it only where there is no other. */
export const RUNNERS: readonly string[] = [
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
 * The part of a path that is the program's, where nothing but a runner, or memspec, has a way to it: from the first function of the program on.
 * What these have on the way is their affair, and another one in each version. `null`: the path does not lead through them, or to no such function.
 */
export function pastRunner({ avoided, steps }: RetainingPath): readonly RetainingStep[] | null {
  if (!avoided) return null;
  const others = [...RUNNERS, "node:"];
  const first = steps.findIndex(
    ({ kind, place }) =>
      kind === "closure" &&
      place !== null &&
      place.url !== "" &&
      !others.some((part) => `/${place.url}`.includes(part)),
  );
  return first === -1 ? null : steps.slice(first);
}
