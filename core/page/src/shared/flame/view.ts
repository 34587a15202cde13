/** The flamegraph: a tree for the keyboard and for screen readers, boxes for the eye. */

import { percent, siteBytes } from "../../../../src/assertions/numbers.js";
import { h } from "../dom.js";
import { startTooltip } from "../tooltip.js";
import { type Box, boxesOf, counterpart, type FlameNode, matchedBytes, pathTo } from "./tree.js";

const ROW = 22;
/** Narrower boxes can neither be read nor hit. */
const LEAST_PIXELS = 2;
/** Narrower boxes have no name in them. */
const NAMED_PIXELS = 20;
/** Crumbs that are shown at each end of a long way. */
const CRUMBS = 4;

export interface FlameViewOptions {
  /** Of the tree. */
  readonly label: string;
  /** Said where there is nothing. */
  readonly empty: string;
  readonly classOf: (node: FlameNode) => string;
  /** In the box. */
  readonly nameOf: (node: FlameNode) => string;
  /** Before the name, for the eye alone. */
  readonly signOf?: (node: FlameNode) => string;
  /** For those who do not see the box. */
  readonly textOf: (node: FlameNode, root: FlameNode) => string;
  /** Of the box that is pointed at or focused, above the graph. */
  readonly describe: (node: FlameNode, root: FlameNode) => readonly (Node | string)[];
  /** Lines beside the pointer. */
  readonly tooltip: (node: FlameNode, root: FlameNode) => readonly string[];
  /** Of the search's sum: what matches of all. Default: bytes. */
  readonly found?: (root: FlameNode, matches: (node: FlameNode) => boolean) => string;
  /** Called when a node was chosen: zoomed into, or focused by the keyboard. */
  readonly chosen?: (node: FlameNode) => void;
}

export interface FlameView {
  /** The search field, its result and the zoom's button: for a bar of controls. */
  readonly controls: readonly HTMLElement[];
  readonly details: HTMLElement;
  readonly crumbs: HTMLElement;
  readonly graph: HTMLElement;
  /** Shows another tree. `stay`: zoomed to the same calls, where they are in it. */
  set(root: FlameNode, stay: boolean): void;
  /** The root at the bottom. */
  setUpward(upward: boolean): void;
}

export function makeFlameView(root: FlameNode, options: FlameViewOptions): FlameView {
  let tree = root;
  let zoomed = root;
  let focused = root;
  let boxes: readonly Box[] = [];
  let wanted = "";
  let upward = false;

  const graph = h("div", { class: "flame", role: "tree", "aria-label": options.label });
  const details = h("p", { class: "flame-details" });
  const crumbs = h("nav", { class: "crumbs", "aria-label": "Way to the widened box" });
  const found = h("p", { class: "count", role: "status" });
  const reset = h("button", { class: "plain", on: { click: () => zoomTo(tree) } }, "Reset zoom");
  const tooltip = startTooltip();

  const matches = (node: FlameNode): boolean =>
    wanted !== "" && `${node.name} ${node.place}`.toLowerCase().includes(wanted);

  function zoomTo(node: FlameNode): void {
    zoomed = node;
    focused = node;
    draw();
    options.chosen?.(node);
  }

  function draw(): void {
    const hadFocus = graph.contains(document.activeElement);
    const width = graph.clientWidth || 900;
    boxes = tree.weight === 0 ? [] : boxesOf(zoomed, LEAST_PIXELS / width);
    reset.disabled = zoomed === tree;
    const rows = 1 + boxes.reduce((most, { node }) => Math.max(most, node.depth), 0);
    graph.style.height = `${rows * ROW}px`;
    tooltip.hide();
    graph.replaceChildren(...boxes.map((box, index) => boxElement(box, index, rows, width)));
    if (boxes.length === 0)
      graph.replaceChildren(h("p", { class: "hint", role: "treeitem", tabindex: 0 }, options.empty));
    found.textContent = wanted === "" ? "" : (options.found ?? foundBytes)(tree, matches);
    crumbs.replaceChildren(...crumbsOf());
    describe(focused);
    if (hadFocus) graph.querySelector<HTMLElement>('[tabindex="0"]')?.focus({ preventScroll: true });
  }

  function boxElement({ node, left, width }: Box, index: number, rows: number, pixels: number): HTMLElement {
    const classes = ["box", options.classOf(node)];
    if (node.depth < zoomed.depth) classes.push("above");
    if (wanted !== "") classes.push(matches(node) ? "match" : "no-match");
    const box = h(
      "div",
      {
        class: classes.join(" "),
        role: "treeitem",
        "aria-level": node.depth + 1,
        "aria-label": options.textOf(node, tree),
        "aria-expanded": node.children.length > 0 ? "true" : null,
        "aria-selected": node === zoomed ? "true" : "false",
        tabindex: node === focused ? 0 : -1,
        "data-index": index,
      },
      width * pixels < NAMED_PIXELS
        ? null
        : h("span", { "aria-hidden": "true", "data-before": options.signOf?.(node) ?? null }, options.nameOf(node)),
    );
    box.style.left = `${left * 100}%`;
    box.style.width = `${width * 100}%`;
    box.style.top = `${(upward ? rows - 1 - node.depth : node.depth) * ROW}px`;
    return box;
  }

  function crumbsOf(): readonly HTMLElement[] {
    const path = pathTo(zoomed);
    if (path.length === 1) return [];
    const long = path.length > 2 * CRUMBS + 1;
    return path.flatMap((node, index) => {
      if (long && index >= CRUMBS && index < path.length - CRUMBS) {
        return index === CRUMBS ? [h("span", {}, `… ${path.length - 2 * CRUMBS} more …`)] : [];
      }
      if (node === zoomed) return [h("b", { "aria-current": "true" }, options.nameOf(node))];
      return [h("button", { class: "crumb", on: { click: () => zoomTo(node) } }, options.nameOf(node))];
    });
  }

  function describe(node: FlameNode): void {
    details.replaceChildren(...options.describe(node, tree));
  }

  const nodeAt = (target: EventTarget | null): FlameNode | undefined => {
    const index = (target as Element | null)?.closest<HTMLElement>(".box")?.dataset["index"];
    return index === undefined ? undefined : boxes[Number(index)]?.node;
  };
  graph.addEventListener("click", ({ target }) => {
    const node = nodeAt(target);
    if (node !== undefined) zoomTo(node);
  });
  graph.addEventListener("mousemove", (event) => {
    const node = nodeAt(event.target);
    if (node === undefined) return;
    describe(node);
    tooltip.show(options.tooltip(node, tree), event.clientX, event.clientY);
  });
  graph.addEventListener("mouseleave", () => {
    tooltip.hide();
    describe(focused);
  });
  graph.addEventListener("focusin", ({ target }) => {
    const node = nodeAt(target);
    if (node === undefined) return;
    focused = node;
    describe(node);
    options.chosen?.(node);
  });

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
    const inward = (): void => focusOn(focused.children[0]);
    const outward = (): void => focusOn(focused.parent);
    const actions: Record<string, () => void> = {
      ArrowDown: upward ? outward : inward,
      ArrowUp: upward ? inward : outward,
      ArrowRight: () => focusOn(siblings[siblings.indexOf(focused) + 1]),
      ArrowLeft: () => focusOn(siblings[siblings.indexOf(focused) - 1]),
      Home: () => focusOn(tree),
      Enter: () => zoomTo(focused),
      " ": () => zoomTo(focused),
      Escape: () => zoomTo(tree),
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
  const find = h("span", { class: "field grow" }, h("label", { for: "flame-search" }, "Search"), search);
  let width = 0;
  new ResizeObserver(() => {
    if (graph.clientWidth === width) return;
    width = graph.clientWidth;
    draw();
  }).observe(graph);
  draw();

  return {
    controls: [find, found, reset],
    details,
    crumbs,
    graph,
    set(next, stay) {
      const [toZoom, toFocus] = stay ? [counterpart(zoomed, next), counterpart(focused, next)] : [next, next];
      tree = next;
      zoomed = toZoom;
      focused = toFocus;
      draw();
    },
    setUpward(value) {
      upward = value;
      draw();
    },
  };
}

function foundBytes(root: FlameNode, matches: (node: FlameNode) => boolean): string {
  const bytes = matchedBytes(root, matches);
  return bytes === 0 ? "no match" : `${siteBytes(bytes, root.estimated)} match (${percent(bytes, root.bytes)})`;
}
