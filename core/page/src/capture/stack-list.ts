/** Stacks of a site as lists, the heaviest first. */

import { many } from "../../../src/reports/sentences.js";
import { h } from "../shared/dom.js";
import type { Row } from "./rows.js";
import type { Stacks } from "./stacks.js";

/** Stacks that are shown. */
const MOST_STACKS = 8;
const LINE_HEIGHT = 22;
const PADDING = 28;
const MOST_HEIGHT = 320;

const FOLDED: Readonly<Record<string, string>> = { node: "Node", runner: "the runner", memspec: "memspec" };

export interface StackListOptions {
  /** Frames of Node, runners and memspec are counted. */
  readonly folded: boolean;
  /** Above a stack. */
  readonly headOf: (row: Row) => readonly (HTMLElement | string)[];
  readonly weightOf: (row: Row) => number;
}

/** @returns the list, and how high it wants to be, in pixels */
export function stackLists(
  rows: readonly Row[],
  stacks: Stacks,
  { folded, headOf, weightOf }: StackListOptions,
): { readonly element: HTMLElement; readonly height: number } {
  const heaviest = [...rows].sort((a, b) => weightOf(b) - weightOf(a));
  let lines = 0;
  const lists = heaviest.slice(0, MOST_STACKS).map((row) => {
    const items = itemsOf(stacks.of(row.node), stacks, folded);
    lines += items.length + 1.5;
    return h("div", { class: "one-stack" }, h("p", {}, ...headOf(row)), h("ol", { class: "stack" }, ...items));
  });
  const rest = heaviest.length - lists.length;
  if (rest > 0) lines += 1.5;
  const element = h(
    "div",
    { class: "stacks", tabindex: 0, role: "region", "aria-label": "Stacks of the site" },
    ...lists,
    rest > 0 ? h("p", { class: "hint" }, `… and ${many(rest, "more stack")}`) : null,
  );
  return { element, height: Math.min(MOST_HEIGHT, Math.round(lines * LINE_HEIGHT) + PADDING) };
}

/** Innermost first. Neighbouring frames that are not the program's are one line. */
function itemsOf(stack: readonly number[], stacks: Stacks, folded: boolean): readonly HTMLElement[] {
  if (stack.length === 0) return [h("li", { class: "folded" }, "No stack is known.")];
  const items: HTMLElement[] = [];
  let run = 0;
  let owner = "";
  const flush = (): void => {
    if (run > 0) items.push(h("li", { class: "folded" }, `${many(run, "frame")} of ${FOLDED[owner]}`));
    run = 0;
  };
  for (const id of stack) {
    const frame = stacks.frame(id);
    if (folded && frame.owner in FOLDED) {
      if (frame.owner !== owner) flush();
      owner = frame.owner;
      run += 1;
      continue;
    }
    flush();
    items.push(
      h(
        "li",
        { class: frame.owner === "user" ? "own" : null },
        h("b", {}, frame.name),
        " ",
        h("code", {}, frame.place),
      ),
    );
  }
  flush();
  return items;
}
