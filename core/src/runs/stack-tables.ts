/** The frames and stacks of a run, each once, with paths relative to its root. */

import path from "node:path";
import type { SourceFrame } from "../capture/measurement.js";
import { frameKey } from "../observe/sites.js";

export interface StackTables {
  readonly frames: readonly SourceFrame[];
  readonly stacks: readonly (readonly number[])[];
  /** Index of a stack in `stacks`. */
  add(stack: readonly SourceFrame[]): number;
}

/** @param root absolute */
export function createStackTables(root: string): StackTables {
  const frames: SourceFrame[] = [];
  const stacks: (readonly number[])[] = [];
  const frameIndex = new Map<string, number>();
  const stackIndex = new Map<string, number>();
  const indexOf = (frame: SourceFrame): number => {
    const key = `${frameKey(frame)}|${frame.owner}`;
    const found = frameIndex.get(key) ?? frames.push({ ...frame, file: relativePath(root, frame.file) }) - 1;
    frameIndex.set(key, found);
    return found;
  };
  return {
    frames,
    stacks,
    add(stack) {
      const indices = stack.map(indexOf);
      const key = indices.join(",");
      const found = stackIndex.get(key) ?? stacks.push(indices) - 1;
      stackIndex.set(key, found);
      return found;
    },
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
