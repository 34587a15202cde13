/** Stacks without what is not the program's: frames of Node, of runners and of memspec are given to those who called them. */

import type {
  CaptureFrame,
  CaptureRow,
  CaptureSpace,
  CaptureView,
  StackTree,
} from "../../capture-files/model/capture.js";

export interface FoldedStacks {
  readonly tree: StackTree;
  /** Of each node of the capture's tree, the node of `tree` that it is part of. */
  readonly nodeOf: Uint32Array;
}

/** What stands for a stack of which nothing is the program's own. */
const WORDS: Readonly<Record<CaptureFrame["owner"], string>> = {
  user: "(the program)",
  dependency: "(dependencies)",
  node: "(Node.js itself)",
  runner: "(the test runner)",
  memspec: "(memspec)",
  native: "(native code)",
  unknown: "(unknown code)",
};

/** V8's own functions and code that nothing is known of say nothing, whoever called them. */
function isFolded(frame: CaptureFrame): boolean {
  if (frame.kind === "unresolved" || frame.kind === "truncated") return false;
  if (frame.owner === "node" || frame.owner === "runner" || frame.owner === "memspec") return true;
  return frame.kind === "builtin" || (frame.functionName === "" && frame.file === "");
}

/**
 * A frame that is folded belongs to its caller. Where a whole stack is folded, one frame in brackets stands for it, named by the
 * owner of its innermost frame.
 *
 * @param allFrames fold nothing
 */
export function foldStacks(source: StackTree, allFrames: boolean): FoldedStacks {
  if (allFrames) return { tree: source, nodeOf: Uint32Array.from(source.parents.keys()) };
  const frames: CaptureFrame[] = [...source.frames];
  const stands = new Map<CaptureFrame["owner"], number>();
  const parents: number[] = [0];
  const frameOf: number[] = [-1];
  const known = new Map<string, number>();
  const child = (parent: number, frame: number): number => {
    const key = `${parent} ${frame}`;
    let node = known.get(key);
    if (node === undefined) {
      node = parents.length;
      parents.push(parent);
      frameOf.push(frame);
      known.set(key, node);
    }
    return node;
  };
  const standIn = (owner: CaptureFrame["owner"]): number => {
    let index = stands.get(owner);
    if (index === undefined) {
      index = frames.length;
      frames.push(standInFrame(owner));
      stands.set(owner, index);
    }
    return child(0, index);
  };
  // Where the children of a node belong, and where its own allocations do: they differ where nothing but folded frames came before.
  const visible = new Uint32Array(source.parents.length);
  const nodeOf = new Uint32Array(source.parents.length);
  for (let node = 1; node < source.parents.length; node += 1) {
    const index = source.frameOf[node] ?? -1;
    const frame = source.frames[index];
    const parent = visible[source.parents[node] ?? 0] ?? 0;
    if (frame === undefined) {
      visible[node] = parent;
      nodeOf[node] = parent;
    } else if (isFolded(frame)) {
      visible[node] = parent;
      nodeOf[node] = parent === 0 ? standIn(frame.owner) : parent;
    } else {
      const own = child(parent, index);
      visible[node] = own;
      nodeOf[node] = own;
    }
  }
  return { tree: { frames, parents: Uint32Array.from(parents), frameOf: Int32Array.from(frameOf) }, nodeOf };
}

function standInFrame(owner: CaptureFrame["owner"]): CaptureFrame {
  return {
    kind: "unknown",
    functionName: WORDS[owner],
    file: "",
    line: null,
    column: null,
    lineIsFunction: false,
    inlined: false,
    owner,
  };
}

/** Only the rows of these threads; `null`: all. */
export function onlyThreads(view: CaptureView, threads: ReadonlySet<number> | null): CaptureView {
  return threads === null ? view : withRows(view, (row) => threads.has(row.thread));
}

/** Only the rows of these spaces, at the moment that the view has already. */
export function onlySpaces(view: CaptureView, spaces: readonly CaptureSpace[]): CaptureView {
  const unknownSpaces = view.unknownSpaces.filter((space) => spaces.includes(space));
  return { ...withRows(view, (row) => spaces.includes(row.space)), spaces, unknownSpaces };
}

function withRows(view: CaptureView, keep: (row: CaptureRow) => boolean): CaptureView {
  const rows = view.rows.filter(keep);
  let bytes = 0;
  let count = 0;
  for (const row of rows) {
    bytes += row.bytes;
    count += row.count;
  }
  return { ...view, rows, bytes, count };
}
