/** The tree of stacks, as the views of a capture ask for it. */

import type { PageFrame, PageStacks } from "../../../src/reports/capture/html/page-data.js";
import type { FlameFrame } from "../shared/flame/tree.js";

export interface Stacks {
  /** Ids of the frames of a node's stack, innermost first. */
  of(node: number): readonly number[];
  frame(id: number): FlameFrame;
  /** What the page knows of a frame; `undefined` for none. */
  facts(id: number): PageFrame | undefined;
  readonly files: readonly string[];
}

export function makeStacks({ files, frames, parents, frameOf }: PageStacks): Stacks {
  const shown = frames.map(
    (frame): FlameFrame => ({ name: frame.name, place: placeOf(frame, files), owner: frame.owner }),
  );
  const known = new Map<number, readonly number[]>();
  return {
    files,
    of(node) {
      const had = known.get(node);
      if (had !== undefined) return had;
      const stack: number[] = [];
      for (let at = node; at > 0; at = parents[at] ?? 0) stack.push(frameOf[at] ?? -1);
      known.set(node, stack);
      return stack;
    },
    frame: (id) => shown[id] ?? NOBODY,
    facts: (id) => frames[id],
  };
}

const NOBODY: FlameFrame = { name: "(no stack)", place: "", owner: "native" };

function placeOf({ file, line, column, marks }: PageFrame, files: readonly string[]): string {
  const name = files[file] ?? "";
  const position = line === null ? "" : column === null ? `:${line}` : `:${line}:${column}`;
  const marked = marks.length === 0 ? "" : ` (${marks.join(", ")})`;
  return `${name}${name === "" ? "" : position}${marked}`.trim();
}
