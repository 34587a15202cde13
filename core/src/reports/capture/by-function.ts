/** Who allocated, by function: what it allocated itself, and what with all that it called. */

import { placeOf, relativePath } from "../../assertions/frames.js";
import type { CaptureFrame, CaptureView } from "../../capture-files/model/capture.js";
import type { FoldedStacks } from "./fold-stacks.js";

export interface FunctionRow {
  /** The same for the same function in another capture of the program; without its line, which moves. */
  readonly key: string;
  /** "(no stack)" for what has none. */
  readonly name: string;
  /** File and line, the one that the most bytes went through; without the column, as functions are told apart by no more. */
  readonly where: string;
  /** Lines that bytes went through beside that one. */
  readonly furtherLines: number;
  /** Allocated by the function itself, or by what was folded into it. */
  readonly ownBytes: number;
  readonly ownCount: number;
  /** And by all that it called. A function that calls itself counts once for each allocation. */
  readonly totalBytes: number;
  readonly totalCount: number;
  /** Part of the bytes is an estimate. */
  readonly ownIsEstimated: boolean;
  readonly totalIsEstimated: boolean;
}

interface Gathered {
  readonly key: string;
  readonly frame: CaptureFrame | null;
  ownBytes: number;
  ownCount: number;
  totalBytes: number;
  totalCount: number;
  ownIsEstimated: boolean;
  totalIsEstimated: boolean;
  readonly lines: Map<number | null, number>;
}

/** One function is one name in one file; without a name, one place. */
function functionKey(frame: CaptureFrame, root: string): string {
  const file = relativePath(frame.file, root);
  return frame.functionName === "" ? `${file}:${frame.line}:${frame.column}` : `${file} ${frame.functionName}`;
}

/** Rows in no order. */
export function functionsOf(
  view: CaptureView,
  { tree, nodeOf }: FoldedStacks,
  { root, heapIsExact }: { readonly root: string; readonly heapIsExact: boolean },
): readonly FunctionRow[] {
  const found = new Map<string, Gathered>();
  const gather = (frame: CaptureFrame | null): Gathered => {
    const key = frame === null ? "" : functionKey(frame, root);
    let one = found.get(key);
    if (one === undefined) {
      one = {
        key,
        frame,
        ownBytes: 0,
        ownCount: 0,
        totalBytes: 0,
        totalCount: 0,
        ownIsEstimated: false,
        totalIsEstimated: false,
        lines: new Map(),
      };
      found.set(key, one);
    }
    return one;
  };
  const byNode = tree.frames.map((frame) => gather(frame));
  const of = (node: number): Gathered | undefined => byNode[tree.frameOf[node] ?? -1];
  for (const row of view.rows) {
    const estimated = row.space === "heap" && !heapIsExact;
    const innermost = nodeOf[row.node] ?? 0;
    const own = innermost === 0 ? gather(null) : (of(innermost) ?? gather(null));
    own.ownBytes += row.bytes;
    own.ownCount += row.count;
    own.ownIsEstimated ||= estimated;
    const seen = new Set<Gathered>();
    for (let node = innermost; node !== 0; node = tree.parents[node] ?? 0) {
      const one = of(node);
      if (one === undefined) continue;
      const frame = tree.frames[tree.frameOf[node] ?? -1];
      if (frame !== undefined) one.lines.set(frame.line, (one.lines.get(frame.line) ?? 0) + row.bytes);
      if (seen.has(one)) continue;
      seen.add(one);
      add(one, row, estimated);
    }
    if (innermost === 0) add(own, row, estimated);
  }
  return [...found.values()]
    .filter(({ totalCount, totalBytes }) => totalCount > 0 || totalBytes > 0)
    .map((one) => rowOf(one, root));
}

function add(one: Gathered, row: { readonly bytes: number; readonly count: number }, estimated: boolean): void {
  one.totalBytes += row.bytes;
  one.totalCount += row.count;
  one.totalIsEstimated ||= estimated;
}

function rowOf(one: Gathered, root: string): FunctionRow {
  const { frame, lines, ...figures } = one;
  if (frame === null) return { name: "(no stack)", where: "", furtherLines: 0, ...figures };
  const [heaviest] = [...lines].sort(([, a], [, b]) => b - a);
  // Functions without a name are told apart by the column, too.
  const column = frame.functionName === "" ? frame.column : null;
  const place = placeOf({ ...frame, line: heaviest?.[0] ?? null, column }, root);
  return { name: place.name, where: place.where, furtherLines: Math.max(0, lines.size - 1), ...figures };
}
