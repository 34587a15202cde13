/** Samples as one tree of calls: outermost first, or, inverted, innermost first. */

export type FlameOwner = "user" | "dependency" | "node" | "runner" | "memspec" | "native" | "unknown";

export interface FlameFrame {
  readonly name: string;
  /** `src/a.ts:12:3`; "" when unknown. */
  readonly place: string;
  readonly owner: FlameOwner;
}

export interface FlameSample {
  /** Ids of frames, innermost first. */
  readonly stack: readonly number[];
  readonly bytes: number;
  /** `null`: not known. */
  readonly count: number | null;
  readonly estimated: boolean;
  /** Width in the graph, where it is not the bytes. */
  readonly weight?: number;
  /** Of a difference: bytes that there were before. */
  readonly before?: number;
}

export interface FlameNode {
  readonly name: string;
  readonly place: string;
  readonly owner: FlameOwner | "root";
  /** Of the frame; negative for frames that are folded into one; `null` for the root. */
  readonly id: number | null;
  readonly parent: FlameNode | null;
  readonly depth: number;
  readonly children: FlameNode[];
  bytes: number;
  /** Of the stacks that end here: allocated here and in nothing that this calls. */
  ownBytes: number;
  count: number | null;
  estimated: boolean;
  weight: number;
  before: number;
}

export interface TreeOptions {
  /** The innermost frame first: who calls is below. */
  readonly inverted: boolean;
  /** Frames of Node, of the runner and of memspec that follow each other are one. */
  readonly folded: boolean;
}

const FOLDED: Readonly<Record<string, readonly [id: number, name: string]>> = {
  node: [-1, "Node"],
  runner: [-2, "runner"],
  memspec: [-3, "memspec"],
};

export function buildTree(
  samples: readonly FlameSample[],
  frameOf: (id: number) => FlameFrame,
  { inverted, folded }: TreeOptions,
): FlameNode {
  const root = nodeOf("all", "", "root", null, null);
  const children = new Map<FlameNode, Map<number, FlameNode>>();
  for (const sample of samples) {
    let node = root;
    count(node, sample);
    const { stack } = sample;
    for (let at = 0; at < stack.length; at += 1) {
      const id = stack[inverted ? at : stack.length - 1 - at] as number;
      const frame = frameOf(id);
      const fold = folded ? FOLDED[frame.owner] : undefined;
      const key = fold?.[0] ?? id;
      if (fold !== undefined && node.id === key) continue;
      let known = children.get(node);
      if (known === undefined) {
        known = new Map();
        children.set(node, known);
      }
      let child = known.get(key);
      if (child === undefined) {
        child =
          fold === undefined
            ? nodeOf(frame.name, frame.place, frame.owner, id, node)
            : nodeOf(`(${fold[1]})`, "", frame.owner, key, node);
        node.children.push(child);
        known.set(key, child);
      }
      count(child, sample);
      node = child;
    }
    node.ownBytes += sample.bytes;
  }
  sortChildren(root);
  return root;
}

function count(node: FlameNode, sample: FlameSample): void {
  node.bytes += sample.bytes;
  node.weight += sample.weight ?? sample.bytes;
  node.before += sample.before ?? 0;
  node.count = node.count === null || sample.count === null ? null : node.count + sample.count;
  node.estimated ||= sample.estimated;
}

function nodeOf(
  name: string,
  place: string,
  owner: FlameNode["owner"],
  id: number | null,
  parent: FlameNode | null,
): FlameNode {
  const depth = parent === null ? 0 : parent.depth + 1;
  return {
    name,
    place,
    owner,
    id,
    parent,
    depth,
    children: [],
    bytes: 0,
    ownBytes: 0,
    count: 0,
    estimated: false,
    weight: 0,
    before: 0,
  };
}

function sortChildren(node: FlameNode): void {
  node.children.sort((a, b) => b.weight - a.weight || (a.name < b.name ? -1 : 1));
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
  const boxes: Box[] = pathTo(zoomed)
    .slice(0, -1)
    .map((node) => ({ node, left: 0, width: 1 }));
  const visit = (node: FlameNode, left: number, width: number): void => {
    if (width < least) return;
    boxes.push({ node, left, width });
    let at = left;
    for (const child of node.children) {
      const share = node.weight === 0 ? 0 : (child.weight / node.weight) * width;
      visit(child, at, share);
      at += share;
    }
  };
  visit(zoomed, 0, 1);
  return boxes;
}

/** From the root to the node, both included. */
export function pathTo(node: FlameNode): readonly FlameNode[] {
  const path: FlameNode[] = [];
  for (let each: FlameNode | null = node; each !== null; each = each.parent) path.unshift(each);
  return path;
}

/** The node of another tree that the same calls lead to; its root where they lead nowhere. */
export function counterpart(node: FlameNode, root: FlameNode): FlameNode {
  let found = root;
  for (const { id } of pathTo(node).slice(1)) {
    const child = found.children.find((each) => each.id === id);
    if (child === undefined) return root;
    found = child;
  }
  return found;
}

/** Bytes below the outermost frames that match: a match within a match counts once. */
export function matchedBytes(node: FlameNode, matches: (node: FlameNode) => boolean): number {
  if (matches(node)) return node.bytes;
  return node.children.reduce((sum, child) => sum + matchedBytes(child, matches), 0);
}
