/** Stacks of one process, put into a tree as they are asked for. */

import { type Definitions, isTruncated } from "./definitions.js";
import type { ToCaptureFrames } from "./frame-sources.js";
import type { TreeBuilder } from "./tree-builder.js";

export class StackNodes {
  readonly #definitions: Definitions;
  readonly #toFrames: ToCaptureFrames;
  readonly #tree: TreeBuilder;
  readonly #stacks = new Map<number, number>();
  /** Numbers of a defined frame's frames in the tree, outermost first. */
  readonly #frames = new Map<number, readonly number[]>();
  /** Node of the tree by defined node: of whole stacks, and of those whose outer frames are missing. */
  readonly #whole = new Map<number, number>();
  readonly #cut = new Map<number, number>();

  constructor(definitions: Definitions, toFrames: ToCaptureFrames, tree: TreeBuilder) {
    this.#definitions = definitions;
    this.#toFrames = toFrames;
    this.#tree = tree;
  }

  /** The tree's node of a stack's innermost frame; 0: no stack was taken, or it has no frame. */
  node(stack: number): number {
    if (stack === 0) return 0;
    const known = this.#stacks.get(stack);
    if (known !== undefined) return known;
    const node = this.#put(stack);
    this.#stacks.set(stack, node);
    return node;
  }

  #put(stack: number): number {
    const defined = this.#definitions.stack(stack);
    if (defined === undefined) return this.#tree.unresolved();
    if (defined.node === 0) return 0;
    const isCut = isTruncated(defined.flags);
    return this.#node(defined.node, isCut ? this.#cut : this.#whole, isCut ? this.#tree.truncated() : 0);
  }

  /** Goes up to a node that is in the tree already, then down again. */
  #node(innermost: number, known: Map<number, number>, root: number): number {
    const path: number[] = [];
    let node = root;
    for (let at = innermost; at !== 0; at = this.#definitions.nodeParent.at(at)) {
      const there = known.get(at);
      if (there !== undefined) {
        node = there;
        break;
      }
      path.push(at);
    }
    for (const at of path.reverse()) {
      for (const frame of this.#framesOf(this.#definitions.nodeFrame.at(at))) node = this.#tree.child(node, frame);
      known.set(at, node);
    }
    return node;
  }

  #framesOf(frame: number): readonly number[] {
    const known = this.#frames.get(frame);
    if (known !== undefined) return known;
    const frames = this.#toFrames(frame)
      .map((source) => this.#tree.frame(source))
      .reverse();
    this.#frames.set(frame, frames);
    return frames;
  }
}
