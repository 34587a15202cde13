/** The flamegraph: a tree for the keyboard and for screen readers, boxes for the eye. The root is at the top. */

import { percent } from "../../../src/assertions/numbers.js";
import type { AssertableSpace } from "../../../src/capture/measurement.js";
import type { RunReport, RunSite } from "../../../src/runs/run-report.js";
import { formatSize } from "../../../src/sizes/format-size.js";
import { choice, h } from "../dom.js";
import { type Box, boxesOf, buildTree, type FlameNode, type FlameTree, matchedBytes } from "./tree.js";

const ROW = 22;
/** Narrower boxes can neither be read nor hit. */
const LEAST_PIXELS = 2;

/** What the graph is of. */
export interface FlameScope {
  readonly title: string;
  readonly sites: readonly RunSite[];
}

export interface FlameView {
  show(scope: FlameScope): void;
}

const SPACES: readonly AssertableSpace[] = ["heap", "buffers", "native"];

export function makeFlame(panel: HTMLElement, report: RunReport): FlameView {
  const whole: FlameScope = { title: "the whole run", sites: report.files.flatMap(({ sites }) => sites) };
  let scope = whole;
  let space = "all";
  let figure: "bytes" | "peakBytes" = "bytes";
  let tree: FlameTree = buildTree([], report, { spaces: SPACES, figure });
  let zoomed = tree.root;
  let focused = tree.root;
  let boxes: readonly Box[] = [];
  let wanted = "";

  const graph = h("div", { class: "flame", role: "tree", "aria-label": "Flamegraph of allocation sites" });
  const details = h("p", { class: "flame-details" });
  const found = h("p", { class: "count", role: "status" });
  const note = h("p", { class: "hint" });
  const title = h("h2", {});
  const reset = h("button", { class: "plain", on: { click: () => zoomTo(tree.root) } }, "Reset zoom");

  const matches = (node: FlameNode): boolean =>
    wanted !== "" && `${node.name} ${node.place}`.toLowerCase().includes(wanted);

  function rebuild(): void {
    tree = buildTree(scope.sites, report, { spaces: space === "all" ? SPACES : [space as AssertableSpace], figure });
    title.textContent = `Allocation sites of ${scope.title}`;
    back.hidden = scope === whole;
    note.textContent =
      tree.unknownBytes === 0
        ? ""
        : `How much of the heap was alive at the peak is not known: ${formatSize(tree.unknownBytes)} that were allocated there are left out.`;
    zoomTo(tree.root);
  }

  function zoomTo(node: FlameNode): void {
    zoomed = node;
    focused = node;
    draw();
  }

  function draw(): void {
    const hadFocus = graph.contains(document.activeElement);
    const width = graph.clientWidth || 900;
    boxes = tree.root.bytes === 0 ? [] : boxesOf(zoomed, LEAST_PIXELS / width);
    reset.disabled = zoomed === tree.root;
    graph.style.height = `${(1 + Math.max(0, ...boxes.map(({ node }) => node.depth))) * ROW}px`;
    graph.replaceChildren(...boxes.map(boxElement));
    if (boxes.length === 0)
      graph.replaceChildren(h("p", { class: "hint", role: "treeitem", tabindex: 0 }, "No site was sampled here."));
    const bytes = wanted === "" ? 0 : matchedBytes(tree.root, matches);
    found.textContent =
      wanted === ""
        ? ""
        : bytes === 0
          ? "no match"
          : `${formatSize(Math.round(bytes))} match (${percent(bytes, tree.root.bytes)})`;
    describe(focused);
    if (hadFocus) graph.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  }

  function boxElement({ node, left, width }: Box): HTMLElement {
    const classes = ["box", node.owner];
    if (node.depth < zoomed.depth) classes.push("above");
    if (wanted !== "") classes.push(matches(node) ? "match" : "no-match");
    const box = h(
      "div",
      {
        class: classes.join(" "),
        role: "treeitem",
        "aria-level": node.depth + 1,
        "aria-label": textOf(node),
        "aria-expanded": node.children.length > 0 ? "true" : null,
        "aria-selected": node === zoomed ? "true" : "false",
        tabindex: node === focused ? 0 : -1,
        on: {
          click: () => zoomTo(node),
          mouseenter: () => describe(node),
          mouseleave: () => describe(focused),
          focus: () => {
            focused = node;
            describe(node);
          },
        },
      },
      h("span", { "aria-hidden": "true" }, node.name),
    );
    box.style.left = `${left * 100}%`;
    box.style.width = `${width * 100}%`;
    box.style.top = `${node.depth * ROW}px`;
    return box;
  }

  const textOf = (node: FlameNode): string =>
    `${node.name}, ${formatSize(Math.round(node.bytes))}, ${percent(node.bytes, tree.root.bytes)}${node.place === "" ? "" : `, ${node.place}`}`;

  function describe(node: FlameNode): void {
    details.replaceChildren(
      h("strong", {}, node.name),
      ` ${node.place} `,
      h(
        "span",
        { class: "amount" },
        `${formatSize(Math.round(node.bytes))} (${percent(node.bytes, tree.root.bytes) || "0%"}), ${formatSize(Math.round(node.ownBytes))} of it allocated here`,
      ),
    );
  }

  function focusOn(node: FlameNode | undefined | null): void {
    if (!node) return;
    const index = boxes.findIndex((box) => box.node === node);
    const element = graph.children[index] as HTMLElement | undefined;
    if (index < 0 || element === undefined) return;
    graph.querySelector('[tabindex="0"]')?.setAttribute("tabindex", "-1");
    element.tabIndex = 0;
    element.focus();
  }

  graph.addEventListener("keydown", (event) => {
    const siblings = focused.parent?.children ?? [];
    const actions: Record<string, () => void> = {
      ArrowDown: () => focusOn(focused.children[0]),
      ArrowUp: () => focusOn(focused.parent),
      ArrowRight: () => focusOn(siblings[siblings.indexOf(focused) + 1]),
      ArrowLeft: () => focusOn(siblings[siblings.indexOf(focused) - 1]),
      Home: () => focusOn(tree.root),
      Enter: () => zoomTo(focused),
      " ": () => zoomTo(focused),
      Escape: () => zoomTo(tree.root),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });

  const search = h("input", {
    id: "flame-search",
    type: "search",
    placeholder: "function or file",
    on: {
      input: () => {
        wanted = search.value.trim().toLowerCase();
        draw();
      },
    },
  });
  const spaces = choice(
    "flame-space",
    "Space",
    [["all", "all"], ...SPACES.map((name) => [name, name] as const)],
    (value) => {
      space = value;
      rebuild();
    },
  );
  const figures = choice(
    "flame-figure",
    "Bytes",
    [
      ["bytes", "all allocated"],
      ["peakBytes", "alive at the peak"],
    ],
    (value) => {
      figure = value as typeof figure;
      rebuild();
    },
  );
  const back = h("button", { class: "plain", on: { click: () => show(whole) } }, "Whole run");
  const find = h("span", { class: "field grow" }, h("label", { for: "flame-search" }, "Search"), search);
  panel.append(
    title,
    h("div", { class: "bar" }, spaces.field, figures.field, find, found, back, reset),
    h(
      "p",
      { class: "hint" },
      "Press a box to widen it. With the keyboard: arrows move, Enter widens, Escape goes back. Sizes are estimates by samples.",
    ),
    h(
      "ul",
      { class: "legend" },
      ...LEGEND.map(([owner, text]) => h("li", {}, h("span", { class: `swatch ${owner}` }), text)),
    ),
    details,
    graph,
    note,
  );
  let width = 0;
  new ResizeObserver(() => {
    if (graph.clientWidth === width) return;
    width = graph.clientWidth;
    draw();
  }).observe(graph);

  function show(next: FlameScope): void {
    scope = next;
    rebuild();
  }
  rebuild();
  return { show };
}

const LEGEND: readonly (readonly [owner: string, text: string])[] = [
  ["user", "your code"],
  ["dependency", "dependencies"],
  ["node", "Node"],
  ["runner", "the runner, memspec"],
  ["native", "native code"],
];
