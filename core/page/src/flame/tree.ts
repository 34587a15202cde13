/** Sites as one tree of calls, outermost first. */

import type { AssertableSpace, SourceFrame } from "../../../src/capture/measurement.js";
import type { RunReport, RunSite } from "../../../src/runs/run-report.js";

export interface FlameNode {
  readonly name: string;
  /** `src/a.ts:12:3`; "" for the root. */
  readonly place: string;
  readonly owner: SourceFrame["owner"] | "root";
  readonly parent: FlameNode | null;
  readonly depth: number;
  readonly children: FlameNode[];
  bytes: number;
  /** Allocated here and in nothing that this calls. */
  ownBytes: number;
}

export interface FlameOptions {
  readonly spaces: readonly AssertableSpace[];
  /** "bytes": all that was allocated; "peakBytes": alive at the peak. */
  readonly figure: "bytes" | "peakBytes";
}

export interface FlameTree {
  readonly root: FlameNode;
  /** Bytes of sites that have no such figure: the heap's at the peak. */
  readonly unknownBytes: number;
}

export function buildTree(sites: readonly RunSite[], report: RunReport, options: FlameOptions): FlameTree {
  const root = nodeOf("all", "", "root", null);
  const children = new Map<FlameNode, Map<number, FlameNode>>();
  let unknownBytes = 0;
  for (const site of sites) {
    if (!options.spaces.includes(site.space)) continue;
    const bytes = site[options.figure];
    if (bytes === null) {
      unknownBytes += site.bytes;
      continue;
    }
    let node = root;
    node.bytes += bytes;
    const stack = report.stacks[site.stack] ?? [];
    for (let level = stack.length - 1; level >= 0; level -= 1) {
      const id = stack[level] as number;
      const known = children.get(node) ?? new Map<number, FlameNode>();
      children.set(node, known);
      const child = known.get(id) ?? childOf(node, report.frames[id]);
      known.set(id, child);
      child.bytes += bytes;
      node = child;
    }
    node.ownBytes += bytes;
  }
  sortChildren(root);
  return { root, unknownBytes };
}

function childOf(parent: FlameNode, frame: SourceFrame | undefined): FlameNode {
  const name = frame === undefined || frame.functionName === "" ? "(anonymous)" : frame.functionName;
  const child = nodeOf(name, frame === undefined ? "" : placeOf(frame), frame?.owner ?? "native", parent);
  parent.children.push(child);
  return child;
}

function nodeOf(name: string, place: string, owner: FlameNode["owner"], parent: FlameNode | null): FlameNode {
  const depth = parent === null ? 0 : parent.depth + 1;
  return { name, place, owner, parent, depth, children: [], bytes: 0, ownBytes: 0 };
}

function placeOf({ file, line, column }: SourceFrame): string {
  if (file === "" || line === null) return file;
  return column === null ? `${file}:${line}` : `${file}:${line}:${column}`;
}

function sortChildren(node: FlameNode): void {
  node.children.sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
  for (const child of node.children) sortChildren(child);
}

export interface Box {
  readonly node: FlameNode;
  /** From 0 to 1. */
  readonly left: number;
  readonly width: number;
}

/**
 * Boxes of what is seen with `zoomed` as wide as the graph: its ancestors whole, its descendants in proportion.
 *
 * @param least boxes that are narrower are left out, and so is what is below them
 */
export function boxesOf(zoomed: FlameNode, least: number): readonly Box[] {
  const boxes: Box[] = [];
  for (let node = zoomed.parent; node !== null; node = node.parent) boxes.unshift({ node, left: 0, width: 1 });
  const visit = (node: FlameNode, left: number, width: number): void => {
    if (width < least) return;
    boxes.push({ node, left, width });
    let at = left;
    for (const child of node.children) {
      const share = node.bytes === 0 ? 0 : (child.bytes / node.bytes) * width;
      visit(child, at, share);
      at += share;
    }
  };
  visit(zoomed, 0, 1);
  return boxes;
}

/** Bytes below the outermost frames that match: a match within a match counts once. */
export function matchedBytes(node: FlameNode, matches: (node: FlameNode) => boolean): number {
  if (matches(node)) return node.bytes;
  return node.children.reduce((sum, child) => sum + matchedBytes(child, matches), 0);
}
