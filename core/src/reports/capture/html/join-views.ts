/** The same view of two captures, joined stack by stack: what was there before, what is there after. */

import { relativePath } from "../../../assertions/frames.js";
import type { CaptureFrame, CaptureRow, StackTree } from "../../../capture-files/model/capture.js";
import type { ComparedView } from "../compare-views.js";

/** Of one stack, space and allocator; all threads together, for threads of two runs have nothing in common. */
export interface JoinedRow extends Pick<CaptureRow, "node" | "space" | "allocator"> {
  readonly before: Amount;
  readonly after: Amount;
}

export interface Amount {
  readonly bytes: number;
  readonly count: number;
}

export interface JoinedViews {
  /** Files below the working directories are relative to them. */
  readonly tree: StackTree;
  readonly rows: readonly JoinedRow[];
}

/**
 * Frames are the same when both captures know function, file and position. Code moves between two versions of a program: all others are the
 * same when function and file are, and have a position where there is only one, in the second capture or else in the first.
 */
export function joinViews(before: ComparedView, after: ComparedView): JoinedViews {
  const given = [before, after].map(({ info, view, tree }) => ({
    rows: view.rows,
    tree: withRelativeFiles(tree, info.meta.process.cwd),
  }));
  const joined = startJoin(inBoth(given.map(({ tree }) => tree)));
  const sides = given.map(({ rows, tree }) => ({ rows, nodeOf: joined.adding(tree) }));
  const rows = new Map<string, { row: Pick<JoinedRow, "node" | "space" | "allocator">; amounts: [Amount, Amount] }>();
  sides.forEach(({ rows: given, nodeOf }, side) => {
    for (const { node, space, allocator, bytes, count } of given) {
      const row = { node: nodeOf(node), space, allocator };
      const key = `${row.node} ${space} ${allocator}`;
      const known = rows.get(key) ?? { row, amounts: [NOTHING, NOTHING] };
      rows.set(key, known);
      const amount = known.amounts[side as 0 | 1];
      known.amounts[side as 0 | 1] = { bytes: amount.bytes + bytes, count: amount.count + count };
    }
  });
  return {
    tree: joined.tree(),
    rows: [...rows.values()].map(({ row, amounts: [was, is] }) => ({ ...row, before: was, after: is })),
  };
}

const NOTHING: Amount = { bytes: 0, count: 0 };

function withRelativeFiles(tree: StackTree, root: string): StackTree {
  return { ...tree, frames: tree.frames.map((frame) => ({ ...frame, file: relativePath(frame.file, root) })) };
}

/** Positions that every tree knows. */
function inBoth(trees: readonly StackTree[]): ReadonlySet<string> {
  const [first, ...others] = trees.map(({ frames }) => new Set(frames.map(positionOf)));
  return new Set([...(first ?? [])].filter((key) => others.every((keys) => keys.has(key))));
}

function functionOf({ kind, owner, functionName, file }: CaptureFrame): string {
  return [kind, owner, functionName, file].join("\n");
}

function positionOf(frame: CaptureFrame): string {
  return `${functionOf(frame)}\n${frame.line}:${frame.column}`;
}

interface Join {
  /** @returns the joined node of a node of the tree; only nodes that are asked for are joined */
  adding(tree: StackTree): (node: number) => number;
  tree(): StackTree;
}

/** @param exact positions at which a frame is by itself */
function startJoin(exact: ReadonlySet<string>): Join {
  const frames: CaptureFrame[] = [];
  const frameByKey = new Map<string, number>();
  const lastSide = new Map<number, number>();
  const parents = [0];
  const frameOf = [-1];
  const children = new Map<string, number>();
  let side = 0;

  const frameIndex = (frame: CaptureFrame, of: number): number => {
    const position = positionOf(frame);
    const key = exact.has(position) ? position : functionOf(frame);
    const known = frameByKey.get(key);
    if (known === undefined) {
      frameByKey.set(key, frames.length);
      lastSide.set(frames.length, of);
      return frames.push(frame) - 1;
    }
    const had = frames[known] as CaptureFrame;
    if (lastSide.get(known) !== of) frames[known] = frame;
    else if (had.line !== frame.line) frames[known] = { ...had, line: null, column: null, lineIsFunction: false };
    else if (had.column !== frame.column) frames[known] = { ...had, column: null };
    lastSide.set(known, of);
    return known;
  };

  return {
    adding(tree) {
      const of = side;
      side += 1;
      const nodes = new Map<number, number>([[0, 0]]);
      const frameIds = new Map<number, number>();
      const nodeOf = (node: number): number => {
        const known = nodes.get(node);
        if (known !== undefined) return known;
        const parent = nodeOf(tree.parents[node] ?? 0);
        const id = tree.frameOf[node] ?? -1;
        const frame = frameIds.get(id) ?? frameIndex(tree.frames[id] as CaptureFrame, of);
        frameIds.set(id, frame);
        const key = `${parent} ${frame}`;
        const joined = children.get(key) ?? parents.push(parent) - 1;
        if (!children.has(key)) frameOf.push(frame);
        children.set(key, joined);
        nodes.set(node, joined);
        return joined;
      };
      return nodeOf;
    },
    tree: () => ({ frames, parents: Uint32Array.from(parents), frameOf: Int32Array.from(frameOf) }),
  };
}
