/** One stack as people read it: the user's place, what it called, who called it, the rest folded and counted. */

import type { SourceFrame } from "../capture/measurement.js";

export interface Place {
  readonly name: string;
  /** `file:line:column`, relative to the root where it lies below it; "" when unknown. */
  readonly where: string;
}

export interface FoldedFrames {
  readonly count: number;
  /** Owners of the folded frames as words, in order of appearance: "the runner", "Node". */
  readonly owners: readonly string[];
}

export type Caller = { readonly kind: "frame"; readonly place: Place } | ({ readonly kind: "folded" } & FoldedFrames);

export interface ReadableStack {
  /** `null`: the allocation has no stack. */
  readonly place: Place | null;
  /** What the place called on the way to the allocation, outermost first. */
  readonly through: readonly Place[];
  /** Innermost first. Neighbouring frames that are not the user's are one folded entry. */
  readonly callers: readonly Caller[];
}

const OWNER_WORDS: Readonly<Record<SourceFrame["owner"], string>> = {
  user: "your code",
  dependency: "dependencies",
  node: "Node",
  runner: "the runner",
  memspec: "memspec",
  native: "native code",
};

const FOLDED: ReadonlySet<SourceFrame["owner"]> = new Set(["node", "runner", "memspec", "native"]);

/** V8's own functions, and code that nothing is known of: no place to look at, whoever called it. */
function isNobodys(frame: SourceFrame): boolean {
  return frame.kind === "builtin" || (frame.functionName === "" && frame.file === "");
}

/** `file` as messages show it: relative to the root where it lies below it, with `/`. */
export function relativePath(file: string, root: string): string {
  const path = file.replaceAll("\\", "/");
  const base = root.replaceAll("\\", "/").replace(/\/+$/u, "");
  return base !== "" && path.startsWith(`${base}/`) ? path.slice(base.length + 1) : path;
}

/** What of a frame is shown as its place. */
export type PlacedFrame = Pick<SourceFrame, "functionName" | "file" | "line" | "column" | "lineIsFunction"> & {
  readonly kind: string;
};

/** One frame as a name and a position. A position that is only the function's beginning says so. */
export function placeOf(frame: PlacedFrame, root: string): Place {
  const name = frame.functionName === "" ? "(anonymous)" : frame.functionName;
  if (frame.file === "") return { name, where: "" };
  const file = frame.kind === "native" ? (frame.file.split("/").at(-1) ?? frame.file) : relativePath(frame.file, root);
  if (frame.line === null) return { name, where: file };
  const position = frame.column === null ? `${file}:${frame.line}` : `${file}:${frame.line}:${frame.column}`;
  return { name, where: frame.lineIsFunction ? `${position} (function)` : position };
}

/** A line of Node's own source says nothing to most, and changes with each version. */
function withoutPosition(frame: SourceFrame, root: string): Place {
  return placeOf({ ...frame, line: null, column: null }, root);
}

/** Index of the frame that a reader can act on: the innermost one of their own, else of a dependency, else any. */
function indexOfPlace(stack: readonly SourceFrame[]): number {
  const user = stack.findIndex((frame) => frame.owner === "user" && !isNobodys(frame));
  if (user >= 0) return user;
  const dependency = stack.findIndex((frame) => frame.owner === "dependency");
  return dependency >= 0 ? dependency : 0;
}

/**
 * @param stack innermost frame first
 * @param unfolded show every frame by itself
 */
export function readStack(stack: readonly SourceFrame[], root: string, unfolded: boolean): ReadableStack {
  const index = indexOfPlace(stack);
  const frame = stack[index];
  if (frame === undefined) return { place: null, through: [], callers: [] };
  return {
    place: placeOf(frame, root),
    through: stack
      .slice(0, index)
      .reverse()
      .map((inner) => (inner.owner === "node" && !unfolded ? withoutPosition(inner, root) : placeOf(inner, root))),
    callers: callersOf(stack.slice(index + 1), root, unfolded),
  };
}

function callersOf(frames: readonly SourceFrame[], root: string, unfolded: boolean): readonly Caller[] {
  const callers: Caller[] = [];
  let run: SourceFrame[] = [];
  const endRun = (): void => {
    if (run.length === 0) return;
    callers.push({ kind: "folded", count: run.length, owners: ownersOf(run) });
    run = [];
  };
  for (const frame of frames) {
    if (!unfolded && (FOLDED.has(frame.owner) || isNobodys(frame))) {
      run.push(frame);
      continue;
    }
    endRun();
    callers.push({ kind: "frame", place: placeOf(frame, root) });
  }
  endRun();
  return callers;
}

function ownersOf(frames: readonly SourceFrame[]): readonly string[] {
  return [...new Set(frames.map((frame) => (isNobodys(frame) ? "V8" : OWNER_WORDS[frame.owner])))];
}

/** "6 frames of the runner and Node". */
export function foldedText(folded: FoldedFrames): string {
  const frames = folded.count === 1 ? "1 frame" : `${folded.count} frames`;
  return `${frames} of ${listOf(folded.owners)}`;
}

/** "a", "a and b", "a, b and c". */
export function listOf(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
