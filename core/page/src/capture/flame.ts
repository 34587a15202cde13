/** The flamegraph of what is selected. */

import { percent, siteBytes } from "../../../src/assertions/numbers.js";
import type { PageViews } from "../../../src/reports/capture/html/page-data.js";
import { check, choice, h } from "../shared/dom.js";
import { legendElement } from "../shared/flame/legend.js";
import { buildTree, type FlameNode, type FlameSample } from "../shared/flame/tree.js";
import { makeFlameView } from "../shared/flame/view.js";
import { countText } from "./amounts.js";
import type { Selection } from "./selection.js";
import { makeSource } from "./source.js";
import type { Stacks } from "./stacks.js";

export interface FlamePanel {
  show(selection: Selection): void;
}

export function makeFlame(panel: HTMLElement, content: PageViews, stacks: Stacks, first: Selection): FlamePanel {
  let { inverted } = content;
  let selection = first;
  const source = makeSource(content.sources, stacks);

  const view = makeFlameView(treeOf(), {
    label: "Flamegraph of allocations",
    empty: "Nothing was allocated here.",
    classOf: ({ owner }) => owner,
    nameOf: ({ name }) => name,
    textOf: (node, root) =>
      [node.name, bytesOf(node), percent(node.bytes, root.bytes), countOf(node), node.place].filter(Boolean).join(", "),
    tooltip: (node, root) => [
      node.name,
      ...(node.place === "" ? [] : [node.place]),
      `${bytesOf(node)} (${percent(node.bytes, root.bytes) || "0%"}), ${countOf(node)}`,
    ],
    describe: (node, root) => [
      h("strong", {}, node.name),
      " ",
      h("code", {}, node.place),
      h(
        "span",
        { class: "amount" },
        `${bytesOf(node)} (${percent(node.bytes, root.bytes) || "0%"}), ${countOf(node)}${ownText(node)}`,
      ),
    ],
    chosen: ({ id }) => source.show(id),
  });

  function ownText(node: FlameNode): string {
    if (inverted || node.parent === null) return "";
    return `; ${siteBytes(node.ownBytes, node.estimated)} of it allocated here`;
  }

  function treeOf(): FlameNode {
    const samples = selection.rows.map(
      (row): FlameSample => ({
        stack: row.node === 0 ? NO_STACK : stacks.of(row.node),
        bytes: row.bytes,
        count: row.count,
        estimated: row.space === 0 && !content.heapIsExact,
      }),
    );
    return buildTree(samples, stacks.frame, { inverted, folded: selection.folded });
  }

  const direction = choice(
    "direction",
    "Root",
    [
      ["icicle", "at the top"],
      ["flame", "at the bottom"],
    ],
    (value) => view.setUpward(value === "flame"),
  );
  direction.select.value = content.direction;
  if (content.direction === "flame") view.setUpward(true);
  const hint = h("p", { class: "hint" });
  const tellOrder = (): void => {
    hint.textContent = `${inverted ? "Inverted: where it was allocated comes first, its callers follow." : "Callers come first, what they call follows."} Press a box to widen it. With the keyboard: arrows move, Enter widens, Escape goes back.`;
  };
  const invert = check("inverted", "Inverted", inverted, (value) => {
    inverted = value;
    tellOrder();
    view.set(treeOf(), false);
  });
  tellOrder();
  panel.append(
    h("div", { class: "bar" }, direction.field, invert, ...source.controls, ...view.controls),
    hint,
    legendElement(),
    view.crumbs,
    view.details,
    view.graph,
    source.panel,
  );

  return {
    show(next) {
      selection = next;
      view.set(treeOf(), true);
    },
  };
}

/** Where a stack should be. */
const NO_STACK = [-10] as const;

function bytesOf(node: FlameNode): string {
  return siteBytes(node.bytes, node.estimated);
}

function countOf(node: FlameNode): string {
  return node.count === null ? "" : countText(node.count, node.estimated);
}
