/** The frames and stacks of a run, each once, with paths relative to its root. */

import path from "node:path";
import { createInterned, stackKey } from "../analysis/interned.js";
import { frameKey } from "../analysis/sites.js";
import type { SourceFrame } from "../capture/measurement.js";

export interface StackTables {
  readonly frames: readonly SourceFrame[];
  readonly stacks: readonly (readonly number[])[];
  /** Index of a stack in `stacks`. */
  add(stack: readonly SourceFrame[]): number;
}

/** @param root absolute */
export function createStackTables(root: string): StackTables {
  const frames = createInterned<SourceFrame>(
    (frame) => `${frameKey(frame)}|${frame.owner}`,
    (frame) => ({ ...frame, file: relativePath(root, frame.file) }),
  );
  const stacks = createInterned(stackKey);
  return {
    frames: frames.values,
    stacks: stacks.values,
    add: (stack) => stacks.add(stack.map((frame) => frames.add(frame))),
  };
}

/** Relative to `root` with "/" between its parts, where it lies below it; else as it is. */
export function relativePath(root: string, file: string): string {
  if (!path.isAbsolute(file)) return file;
  const relative = path.relative(root, file);
  if (relative === "" || relative === ".." || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative))
    return file;
  return relative.replaceAll("\\", "/");
}
