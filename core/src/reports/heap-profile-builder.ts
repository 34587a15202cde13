/** V8's sampling heap profile, built stack by stack. */

export interface CallFrame {
  readonly functionName: string;
  readonly scriptId: string;
  readonly url: string;
  /** 0-based; -1: unknown. */
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** A node of V8's `HeapProfiler.SamplingHeapProfile`. */
export interface HeapProfileNode {
  readonly callFrame: CallFrame;
  selfSize: number;
  readonly id: number;
  readonly children: HeapProfileNode[];
}

export interface HeapProfile {
  readonly head: HeapProfileNode;
  readonly samples: readonly { readonly size: number; readonly nodeId: number; readonly ordinal: number }[];
}

/** What the format can say of a frame, whichever report it comes from. */
export interface ProfileFrame {
  /** "" when anonymous. */
  readonly functionName: string;
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
}

export interface HeapProfileBuilder {
  /**
   * @param space those of other spaces than the heap stand below a node that names the space
   * @param stack outermost first
   */
  add(space: string, stack: readonly ProfileFrame[], bytes: number): void;
  build(): HeapProfile;
}

/** Files that are `node:` names or URLs stay; paths become what DevTools shows as paths. */
function callFrame(frame: ProfileFrame): CallFrame {
  return {
    functionName: frame.functionName === "" ? "(anonymous)" : frame.functionName,
    scriptId: "0",
    url: frame.file,
    lineNumber: (frame.line ?? 0) - 1,
    columnNumber: (frame.column ?? 0) - 1,
  };
}

function nodeOf(id: number, frame: CallFrame): HeapProfileNode {
  return { callFrame: frame, selfSize: 0, id, children: [] };
}

export function createHeapProfileBuilder(): HeapProfileBuilder {
  let lastId = 1;
  const head = nodeOf(lastId, { functionName: "(root)", scriptId: "0", url: "", lineNumber: -1, columnNumber: -1 });
  const samples: { size: number; nodeId: number; ordinal: number }[] = [];
  const known = new Map<string, HeapProfileNode>();
  const childOf = (parent: HeapProfileNode, frame: CallFrame): HeapProfileNode => {
    const key = `${parent.id}\n${frame.functionName}\n${frame.url}\n${frame.lineNumber}\n${frame.columnNumber}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    lastId += 1;
    const child = nodeOf(lastId, frame);
    known.set(key, child);
    parent.children.push(child);
    return child;
  };
  return {
    add(space, stack, bytes) {
      let node = space === "heap" ? head : childOf(head, { ...head.callFrame, functionName: `(${space})` });
      for (const frame of stack) node = childOf(node, callFrame(frame));
      node.selfSize += bytes;
      samples.push({ size: bytes, nodeId: node.id, ordinal: samples.length + 1 });
    },
    build: () => ({ head, samples }),
  };
}
