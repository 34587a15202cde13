/** A view of a capture as all export formats take it: in the order of the tree, with the stack of each row at hand. Pure. */

import path from "node:path";
import type {
  CaptureFrame,
  CaptureInfo,
  CaptureRow,
  CaptureThread,
  CaptureView,
  StackTree,
  ViewKind,
} from "../../../capture-files/model/capture.js";

export interface ExportSource {
  readonly info: CaptureInfo;
  readonly tree: StackTree;
  readonly view: CaptureView;
}

export interface ExportModel {
  readonly info: CaptureInfo;
  readonly view: CaptureView;
  /** "app.memspec, alive at the peak". */
  readonly title: string;
  /** Sentences on what the figures are, and what is missing from them. */
  readonly notes: readonly string[];
  /** Depth first through the tree. */
  readonly rows: readonly CaptureRow[];
}

const VIEW_NAMES: Readonly<Record<ViewKind, string>> = {
  peak: "alive at the peak",
  leaked: "alive at the end",
  temporary: "temporary allocations",
  allocated: "all allocations",
  window: "allocated in the window and alive at its end",
};

export function exportModel({ info, tree, view }: ExportSource): ExportModel {
  const order = depthFirst(tree);
  return {
    info,
    view,
    title: `${path.basename(info.path)}, ${VIEW_NAMES[view.kind]}`,
    notes: notesOn(info, view),
    rows: [...view.rows].sort((a, b) => (order[a.node] ?? 0) - (order[b.node] ?? 0)),
  };
}

/** For each node, its place in a walk through the tree: stacks with the same callers stand side by side. */
function depthFirst({ parents }: StackTree): Uint32Array {
  const firstChild = new Uint32Array(parents.length);
  const nextSibling = new Uint32Array(parents.length);
  for (let node = parents.length - 1; node > 0; node--) {
    const parent = parents[node] ?? 0;
    nextSibling[node] = firstChild[parent] ?? 0;
    firstChild[parent] = node;
  }
  const order = new Uint32Array(parents.length);
  let place = 0;
  let node = firstChild[0] ?? 0;
  while (node !== 0) {
    place += 1;
    order[node] = place;
    let next = firstChild[node] ?? 0;
    for (let up = node; next === 0 && up !== 0; up = parents[up] ?? 0) next = nextSibling[up] ?? 0;
    node = next;
  }
  return order;
}

function notesOn(info: CaptureInfo, { spaces, unknownSpaces }: CaptureView): readonly string[] {
  const notes: string[] = [];
  if (spaces.includes("heap") && !info.heapIsExact && !unknownSpaces.includes("heap")) {
    notes.push("Bytes and counts of the heap are estimates by samples; those of buffers and native memory are exact.");
  }
  if (unknownSpaces.length > 0) notes.push(`Not known, and left out: ${unknownSpaces.join(", ")}.`);
  for (const { path: file, meta, end, damage } of info.processes) {
    const name = path.basename(file);
    if (end === null)
      notes.push(`${name}: the recording did not end in order; what came after its last flush is not in it.`);
    if (damage !== null) notes.push(`${name}: read up to byte ${damage.atByte}: ${damage.reason}`);
    notes.push(...meta.notes);
  }
  return [...new Set(notes)];
}

export interface ExportThread {
  /** Its name, or its number where it has none. */
  readonly name: string;
  /** Of its process; `null`: the thread is not in the file's list. */
  readonly pid: number | null;
}

/** Threads by their numbers in rows. */
export function threadsOf({ threads, processes }: CaptureInfo): (id: number) => ExportThread {
  const known = new Map<number, CaptureThread>(threads.map((thread) => [thread.id, thread]));
  return (id) => {
    const thread = known.get(id);
    const name = thread?.name ?? "";
    const pid = thread === undefined ? null : (processes[thread.process]?.meta.process.pid ?? null);
    return { name: name === "" ? String(id) : name, pid };
  };
}

/** Stands where no stack was taken. */
const NO_STACK: CaptureFrame = {
  kind: "unknown",
  functionName: "(no stack)",
  file: "",
  line: null,
  column: null,
  lineIsFunction: false,
  inlined: false,
  owner: "memspec",
};

/** The frames of a node, innermost first; never empty. Equal frames are one object. */
export function stackOf(tree: StackTree, node: number): readonly CaptureFrame[] {
  const stack: CaptureFrame[] = [];
  for (let at = node; at !== 0; at = tree.parents[at] ?? 0) {
    const frame = tree.frames[tree.frameOf[at] ?? -1];
    if (frame !== undefined) stack.push(frame);
  }
  return stack.length === 0 ? [NO_STACK] : stack;
}

/** What a frame is called where its file and line stand beside it; never empty. */
export function frameName({ functionName, kind, file }: CaptureFrame): string {
  if (functionName !== "") return functionName;
  if (kind === "javascript") return "(anonymous)";
  if (kind === "native" && file !== "") return `(in ${path.basename(file)})`;
  return `(${kind})`;
}

/** What a frame is called where functions of one name are taken for one: those without a name are told apart by their place. */
export function distinctName(frame: CaptureFrame): string {
  const name = frameName(frame);
  if (frame.functionName !== "" || frame.kind !== "javascript" || frame.file === "") return name;
  return `${name} ${path.basename(frame.file)}${frame.line === null ? "" : `:${frame.line}`}`;
}

/** Rows of threads and allocators put together: one for each stack. */
export function sumsByStack(rows: readonly CaptureRow[]): readonly Pick<CaptureRow, "node" | "bytes" | "count">[] {
  const sums = new Map<number, { node: number; bytes: number; count: number }>();
  for (const { node, bytes, count } of rows) {
    const sum = sums.get(node);
    if (sum === undefined) sums.set(node, { node, bytes, count });
    else {
      sum.bytes += bytes;
      sum.count += count;
    }
  }
  return [...sums.values()];
}
