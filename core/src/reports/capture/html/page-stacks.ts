/** The part of a capture's tree of stacks that a page needs. */

import { relativePath } from "../../../assertions/frames.js";
import type { CaptureFrame, CaptureRow, StackTree } from "../../../capture-files/model/capture.js";
import type { PageFrame, PageRows, PageStacks } from "./page-data.js";
import { SPACES } from "./page-data.js";

/** More rows than this are not in a page: the smallest are one. */
const MOST_ROWS = 40_000;

type Key = Pick<CaptureRow, "node" | "thread" | "space" | "allocator">;
type KeyColumns = Omit<PageRows, "bytes" | "count">;

export interface StackCollector {
  readonly allocators: readonly string[];
  /** Columns for rows; what their stacks need is kept. */
  keys(rows: readonly Key[]): KeyColumns;
  rows(rows: readonly CaptureRow[]): PageRows;
  /** The number of a node of the capture, in the page. */
  nodeOf(node: number): number;
  /** All stacks that were asked for. */
  stacks(): PageStacks;
  /** Rows that were made one, and their bytes. */
  readonly small: { rows: number; bytes: number };
}

/** @param root paths below it are relative */
export function collectStacks(tree: StackTree, root: string, allocators: readonly string[] = []): StackCollector {
  const nodes = new Map<number, number>([[0, 0]]);
  const parents = [0];
  const frameOf = [-1];
  const frames = new Map<number, number>();
  const shownFrames: PageFrame[] = [];
  const files = new Map<string, number>();
  const names = new Map(allocators.map((name, index) => [name, index]));
  const small = { rows: 0, bytes: 0 };
  let smallNode: number | null = null;

  const fileOf = (frame: CaptureFrame): number => {
    const file = shownFile(frame, root);
    if (file === "") return -1;
    return indexIn(files, file);
  };
  const frameIndex = (id: number): number => {
    const known = frames.get(id);
    if (known !== undefined) return known;
    const frame = tree.frames[id] as CaptureFrame;
    frames.set(id, shownFrames.length);
    return shownFrames.push(pageFrame(frame, fileOf(frame))) - 1;
  };
  const nodeOf = (node: number): number => {
    const known = nodes.get(node);
    if (known !== undefined) return known;
    const parent = nodeOf(tree.parents[node] ?? 0);
    const made = parents.push(parent) - 1;
    frameOf.push(frameIndex(tree.frameOf[node] ?? -1));
    nodes.set(node, made);
    return made;
  };
  /** The one that stands for stacks that are too small. */
  const nodeOfSmall = (): number => {
    if (smallNode === null) {
      smallNode = parents.push(0) - 1;
      const frame = {
        name: "(small stacks)",
        file: -1,
        line: null,
        column: null,
        owner: "unknown",
        marks: [],
      } as const;
      frameOf.push(shownFrames.push(frame) - 1);
    }
    return smallNode;
  };
  const keys = (rows: readonly Key[]): KeyColumns => ({
    node: rows.map(({ node }) => (node === SMALL ? nodeOfSmall() : nodeOf(node))),
    thread: rows.map(({ thread }) => thread),
    space: rows.map(({ space }) => SPACES.indexOf(space)),
    allocator: rows.map(({ allocator }) => indexIn(names, allocator)),
  });
  return {
    small,
    keys,
    nodeOf,
    rows(rows) {
      const shown = withoutSmall(rows, small);
      return {
        ...keys(shown),
        bytes: shown.map(({ bytes }) => Math.round(bytes)),
        count: shown.map(({ count }) => Math.round(count * 100) / 100),
      };
    },
    stacks: () => ({ files: [...files.keys()], frames: shownFrames, parents, frameOf }),
    get allocators() {
      return [...names.keys()];
    },
  };
}

/** In place of a node. */
const SMALL = -1;

function withoutSmall(rows: readonly CaptureRow[], small: StackCollector["small"]): readonly CaptureRow[] {
  if (rows.length <= MOST_ROWS) return rows;
  const byBytes = [...rows].sort((a, b) => b.bytes - a.bytes);
  const joined = new Map<string, CaptureRow>();
  for (const row of byBytes.slice(MOST_ROWS)) {
    const key = `${row.thread} ${row.space} ${row.allocator}`;
    const known = joined.get(key);
    joined.set(key, {
      ...row,
      node: SMALL,
      bytes: row.bytes + (known?.bytes ?? 0),
      count: row.count + (known?.count ?? 0),
    });
    small.rows += 1;
    small.bytes += row.bytes;
  }
  return [...byBytes.slice(0, MOST_ROWS), ...joined.values()];
}

function indexIn(known: Map<string, number>, name: string): number {
  const index = known.get(name) ?? known.size;
  known.set(name, index);
  return index;
}

/** Of a native frame the name of its object. */
function shownFile(frame: CaptureFrame, root: string): string {
  if (frame.kind === "native") return frame.file.split("/").at(-1) ?? frame.file;
  return relativePath(frame.file, root);
}

function pageFrame(frame: CaptureFrame, file: number): PageFrame {
  return {
    name: frame.functionName === "" ? NAMELESS[frame.kind] : frame.functionName,
    file,
    line: frame.line,
    column: frame.column,
    owner: frame.owner,
    marks: [...(frame.lineIsFunction ? ["function"] : []), ...(frame.inlined ? ["inlined"] : [])],
  };
}

const NAMELESS: Readonly<Record<CaptureFrame["kind"], string>> = {
  javascript: "(anonymous)",
  native: "(no symbol)",
  builtin: "(builtin)",
  unknown: "(unknown)",
  unresolved: "(not resolved: cut off)",
  truncated: "(outer frames are missing)",
};
