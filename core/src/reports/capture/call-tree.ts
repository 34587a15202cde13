/** A view as a tree of calls: who called what, with the bytes of all that was called from there. */

import { placeOf } from "../../assertions/frames.js";
import type { CaptureFrame, CaptureSpace, CaptureView } from "../../capture-files/model/capture.js";
import type { FoldedStacks } from "./fold-stacks.js";
import { SPACES } from "./heading.js";

export interface CallNode {
  /** The same on every reading of the same view: names of the nodes from the root, of which this is the last. */
  readonly key: string;
  /** `null`: the root, or allocations without a stack. */
  readonly frame: CaptureFrame | null;
  readonly name: string;
  /** `file:line:column`, relative to the program's folder; "" when unknown. */
  readonly where: string;
  readonly bytes: number;
  readonly count: number;
  /** Allocated here, not by what was called. */
  readonly ownBytes: number;
  readonly estimated: boolean;
  /** Spaces of the bytes, most first. */
  readonly spaces: readonly CaptureSpace[];
  /** Most bytes first. */
  readonly children: readonly CallNode[];
}

interface Sums {
  bytes: number;
  count: number;
  ownBytes: number;
  estimated: boolean;
  readonly bySpace: number[];
}

const noSums = (): Sums => ({ bytes: 0, count: 0, ownBytes: 0, estimated: false, bySpace: [0, 0, 0] });

export function callTreeOf(
  view: CaptureView,
  { tree, nodeOf }: FoldedStacks,
  { root, heapIsExact }: { readonly root: string; readonly heapIsExact: boolean },
): CallNode {
  const sums = Array.from({ length: tree.parents.length }, noSums);
  const noStack = noSums();
  for (const row of view.rows) {
    const node = nodeOf[row.node] ?? 0;
    const own = node === 0 ? noStack : (sums[node] ?? noStack);
    const space = SPACES.indexOf(row.space);
    own.bytes += row.bytes;
    own.count += row.count;
    own.ownBytes += row.bytes;
    own.bySpace[space] = (own.bySpace[space] ?? 0) + row.bytes;
    own.estimated ||= row.space === "heap" && !heapIsExact;
  }
  const children = Array.from({ length: tree.parents.length }, (): number[] => []);
  // A parent has a lower number than its children: from the last to the first, each is complete when its turn comes.
  for (let node = tree.parents.length - 1; node > 0; node -= 1) {
    const own = sums[node];
    if (own === undefined || (own.count === 0 && own.bytes === 0)) continue;
    const parent = tree.parents[node] ?? 0;
    addTo(sums[parent] ?? noStack, own);
    children[parent]?.push(node);
  }
  const whole = sums[0] ?? noStack;
  if (noStack.count > 0) addTo(whole, noStack);
  const nodeAt = (node: number, prefix: string): CallNode => {
    const frame = tree.frames[tree.frameOf[node] ?? -1] ?? null;
    const place = frame === null ? { name: "", where: "" } : placeOf(frame, root);
    const key = `${prefix}\n${place.name} ${place.where}`;
    const below = (children[node] ?? []).map((child) => nodeAt(child, key));
    if (node === 0 && noStack.count > 0) below.push(withoutStack(noStack));
    return { key, frame, ...place, ...told(sums[node] ?? noStack), children: below.sort(byBytes) };
  };
  return { ...nodeAt(0, ""), name: "the program" };
}

function withoutStack(sums: Sums): CallNode {
  return { key: "\n(no stack)", frame: null, name: "(no stack)", where: "", ...told(sums), children: [] };
}

function told({ bytes, count, ownBytes, estimated, bySpace }: Sums) {
  const spaces = SPACES.filter((_, index) => (bySpace[index] ?? 0) > 0).sort(
    (a, b) => (bySpace[SPACES.indexOf(b)] ?? 0) - (bySpace[SPACES.indexOf(a)] ?? 0),
  );
  return { bytes, count, ownBytes, estimated, spaces };
}

function addTo(sums: Sums, more: Sums): void {
  sums.bytes += more.bytes;
  sums.count += more.count;
  sums.estimated ||= more.estimated;
  more.bySpace.forEach((bytes, space) => {
    sums.bySpace[space] = (sums.bySpace[space] ?? 0) + bytes;
  });
}

function byBytes(a: CallNode, b: CallNode): number {
  if (a.bytes !== b.bytes) return b.bytes - a.bytes;
  return a.key < b.key ? -1 : 1;
}
