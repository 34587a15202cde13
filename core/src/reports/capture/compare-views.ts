/** Two captures of one program: what allocates more and less than before, by function. */

import type { CaptureInfo, CaptureView, StackTree } from "../../capture-files/model/capture.js";
import { type FunctionRow, functionsOf } from "./by-function.js";
import { foldStacks } from "./fold-stacks.js";

export interface ComparedView {
  readonly view: CaptureView;
  readonly tree: StackTree;
  readonly info: CaptureInfo;
}

export interface FunctionChange {
  readonly name: string;
  readonly where: string;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  readonly countBefore: number;
  readonly countAfter: number;
  readonly estimated: boolean;
}

/** Beyond both, a figure has changed. */
export interface ViewTolerance {
  readonly relative: number;
  readonly absoluteBytes: number;
}

export interface ViewComparison {
  /** Of the sums, beyond the tolerance. */
  readonly verdict: "same" | "grown" | "shrunk";
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  readonly countBefore: number;
  readonly countAfter: number;
  readonly estimated: boolean;
  /** Functions whose own bytes changed at all, the greatest change first. */
  readonly changes: readonly FunctionChange[];
}

export function compareViews(
  before: ComparedView,
  after: ComparedView,
  tolerance: ViewTolerance,
  allFrames = false,
): ViewComparison {
  const rowsBefore = ownRows(before, allFrames);
  const rowsAfter = ownRows(after, allFrames);
  const changes: FunctionChange[] = [];
  for (const key of new Set([...rowsBefore.keys(), ...rowsAfter.keys()])) {
    const change = changeOf(rowsBefore.get(key), rowsAfter.get(key));
    if (change !== null) changes.push(change);
  }
  const difference = after.view.bytes - before.view.bytes;
  const notable =
    Math.abs(difference) > tolerance.absoluteBytes && Math.abs(difference) > tolerance.relative * before.view.bytes;
  return {
    verdict: notable ? (difference > 0 ? "grown" : "shrunk") : "same",
    bytesBefore: before.view.bytes,
    bytesAfter: after.view.bytes,
    countBefore: before.view.count,
    countAfter: after.view.count,
    estimated: [...rowsBefore.values(), ...rowsAfter.values()].some(({ ownIsEstimated }) => ownIsEstimated),
    changes: changes.sort(
      (a, b) =>
        Math.abs(b.bytesAfter - b.bytesBefore) - Math.abs(a.bytesAfter - a.bytesBefore) || (a.name < b.name ? -1 : 1),
    ),
  };
}

function ownRows({ view, tree, info }: ComparedView, allFrames: boolean): ReadonlyMap<string, FunctionRow> {
  const where = { root: info.meta.process.cwd, heapIsExact: info.heapIsExact };
  return new Map(functionsOf(view, foldStacks(tree, allFrames), where).map((row) => [row.key, row]));
}

function changeOf(before: FunctionRow | undefined, after: FunctionRow | undefined): FunctionChange | null {
  const known = after ?? before;
  if (known === undefined) return null;
  const bytesBefore = before?.ownBytes ?? 0;
  const bytesAfter = after?.ownBytes ?? 0;
  if (bytesBefore === bytesAfter) return null;
  return {
    name: known.name,
    where: known.where,
    bytesBefore,
    bytesAfter,
    countBefore: before?.ownCount ?? 0,
    countAfter: after?.ownCount ?? 0,
    estimated: before?.ownIsEstimated === true || after?.ownIsEstimated === true,
  };
}
