/** The differential flamegraph: what grew is red and says so, what shrank is blue and says so. */

import { siteBytes } from "../../../../src/assertions/numbers.js";
import type { PageDifference } from "../../../../src/reports/capture/html/page-data.js";
import { check, choice, h } from "../../shared/dom.js";
import { buildTree, type FlameNode, type FlameSample } from "../../shared/flame/tree.js";
import { makeFlameView } from "../../shared/flame/view.js";
import { changeText } from "../amounts.js";
import type { Stacks } from "../stacks.js";
import type { ChangedRow } from "./rows.js";

type Width = "change" | "after" | "before";

const WEIGHTS: Readonly<Record<Width, (row: ChangedRow) => number>> = {
  change: ({ before, after }) => Math.abs(after - before),
  after: ({ after }) => after,
  before: ({ before }) => before,
};

export interface DifferenceFlame {
  show(rows: readonly ChangedRow[], folded: boolean): void;
}

export function makeDifferenceFlame(
  panel: HTMLElement,
  content: PageDifference,
  stacks: Stacks,
  first: { readonly rows: readonly ChangedRow[]; readonly folded: boolean },
): DifferenceFlame {
  let { rows, folded } = first;
  let width: Width = "change";
  let inverted = false;

  const view = makeFlameView(treeOf(), {
    label: "Differential flamegraph of allocations",
    empty: "Nothing differs here.",
    classOf: (node) => shadeOf(node),
    nameOf: ({ name }) => name,
    signOf: (node) => `${signOf(node)} ${changeOf(node)}`,
    textOf: (node) => [node.name, wordsOf(node), node.place].filter(Boolean).join(", "),
    tooltip: (node) => [node.name, ...(node.place === "" ? [] : [node.place]), wordsOf(node)],
    describe: (node) => [
      h("strong", {}, node.name),
      " ",
      h("code", {}, node.place),
      h("span", { class: "amount" }, wordsOf(node)),
    ],
    found: (root, matches) => {
      const change = matchedChange(root, matches);
      return change === null ? "no match" : `${changeText(change, root.estimated)} in what matches`;
    },
  });

  function treeOf(): FlameNode {
    const weight = WEIGHTS[width];
    const samples = rows.map(
      (row): FlameSample => ({
        stack: row.node === 0 ? [-10] : stacks.of(row.node),
        bytes: row.after,
        before: row.before,
        count: null,
        weight: weight(row),
        estimated: row.space === 0 && !content.heapIsExact,
      }),
    );
    return buildTree(
      samples.filter((sample) => sample.weight !== 0),
      stacks.frame,
      { inverted, folded },
    );
  }

  const widths = choice(
    "width",
    "Width",
    [
      ["change", "bytes that changed"],
      ["after", "bytes after"],
      ["before", "bytes before"],
    ],
    (value) => {
      width = value as Width;
      view.set(treeOf(), true);
    },
  );
  const invert = check("inverted", "Inverted", inverted, (value) => {
    inverted = value;
    view.set(treeOf(), false);
  });
  panel.append(
    h("div", { class: "bar" }, widths.field, invert, ...view.controls),
    h(
      "p",
      { class: "hint" },
      "A box that changed in both directions is as wide as all changes in it; its number is their sum. Press a box to widen it. With the keyboard: arrows move, Enter widens, Escape goes back.",
    ),
    h(
      "ul",
      { class: "legend" },
      h("li", {}, h("span", { class: "swatch grew-3" }), "▲ grew"),
      h("li", {}, h("span", { class: "swatch shrank-3" }), "▼ shrank"),
      h("li", {}, h("span", { class: "swatch same" }), "= the same; paler: a smaller part of what is there"),
    ),
    view.crumbs,
    view.details,
    view.graph,
  );

  return {
    show(nextRows, nextFolded) {
      rows = nextRows;
      folded = nextFolded;
      view.set(treeOf(), true);
    },
  };
}

function changeOf({ bytes, before, estimated }: FlameNode): string {
  return changeText(bytes - before, estimated);
}

function signOf({ bytes, before }: FlameNode): string {
  const change = Math.round(bytes - before);
  return change === 0 ? "=" : change > 0 ? "▲" : "▼";
}

function shadeOf({ bytes, before }: FlameNode): string {
  const change = Math.round(bytes - before);
  if (change === 0) return "same";
  const share = Math.abs(change) / Math.max(bytes, before, 1);
  const step = share > 0.5 ? 3 : share > 0.1 ? 2 : 1;
  return `${change > 0 ? "grew" : "shrank"}-${step}`;
}

/** "grew by 1.2 MB, from 3 MB to 4.2 MB" */
function wordsOf({ bytes, before, estimated }: FlameNode): string {
  const change = Math.round(bytes - before);
  const [was, is] = [siteBytes(before, estimated), siteBytes(bytes, estimated)];
  if (change === 0) return `the same: ${is}`;
  return `${change > 0 ? "grew" : "shrank"} by ${siteBytes(Math.abs(change), estimated)}, from ${was} to ${is}`;
}

/** `null`: nothing matches. */
function matchedChange(node: FlameNode, matches: (node: FlameNode) => boolean): number | null {
  if (matches(node)) return node.bytes - node.before;
  const found = node.children.flatMap((child) => matchedChange(child, matches) ?? []);
  return found.length === 0 ? null : found.reduce((sum, change) => sum + change, 0);
}
