/** The tree of stacks that views share: nodes whose frames are one in the source are one. Takes stacks of several processes. */

import { createInterned, type Interned } from "../../analysis/interned.js";
import type { CaptureFrame, StackTree } from "../model/capture.js";

const BARE = {
  functionName: "",
  file: "",
  line: null,
  column: null,
  lineIsFunction: false,
  inlined: false,
  owner: "unknown",
} as const;
const UNRESOLVED: CaptureFrame = { kind: "unresolved", ...BARE };
const TRUNCATED: CaptureFrame = { kind: "truncated", ...BARE };

export class TreeBuilder {
  readonly #frames: Interned<CaptureFrame> = createInterned(frameKey);
  readonly #parents: number[] = [0];
  readonly #frameOf: number[] = [-1];
  /** By parent, then by frame. */
  readonly #children = new Map<number, number>();

  frame(frame: CaptureFrame): number {
    return this.#frames.add(frame);
  }

  /** The node of a frame (by its number) below a node. */
  child(parent: number, frame: number): number {
    const key = parent * 2 ** 26 + frame;
    const known = this.#children.get(key);
    if (known !== undefined) return known;
    const node = this.#parents.push(parent) - 1;
    this.#frameOf.push(frame);
    this.#children.set(key, node);
    return node;
  }

  unresolved(): number {
    return this.child(0, this.frame(UNRESOLVED));
  }

  truncated(): number {
    return this.child(0, this.frame(TRUNCATED));
  }

  tree(): StackTree {
    return {
      frames: this.#frames.values,
      parents: Uint32Array.from(this.#parents),
      frameOf: Int32Array.from(this.#frameOf),
    };
  }
}

function frameKey(frame: CaptureFrame): string {
  const { kind, line, column, lineIsFunction, inlined, owner, functionName, file } = frame;
  return [kind, line, column, lineIsFunction, inlined, owner, functionName, file].join("|");
}
