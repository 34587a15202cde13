/** The tree of calls as a screen to walk through. Pure: a key in, a new state out; a state in, lines out. */

import { shorten } from "../../assertions/layout.js";
import { visibleWidth } from "../terminal/fit.js";
import type { CallNode } from "./call-tree.js";
import { type CaptureTextOptions, type TextFrame, textFrame } from "./text-options.js";
import { figuresOf, fitted } from "./tree.js";

export interface TreeState {
  readonly root: CallNode;
  /** Keys of the nodes whose children are shown. */
  readonly open: ReadonlySet<string>;
  /** Key of the node that the cursor is on. */
  readonly cursor: string;
  /** Index of the first line that is shown. */
  readonly top: number;
}

/** What a key does, by the names that a terminal's keys have in Node. */
export type TreeKey = "up" | "down" | "left" | "right" | "toggle" | "pageup" | "pagedown" | "home" | "end" | "all";

export interface TreeScreenOptions extends CaptureTextOptions {
  readonly height: number;
  /** Above the tree: what is shown. */
  readonly heading: readonly string[];
  /** Text of the file that the cursor's node is in; `null`: not there. */
  readonly source: readonly string[] | null;
}

interface Line {
  readonly node: CallNode;
  readonly parent: CallNode | null;
  /** Lines of the tree before its name. */
  readonly prefix: string;
}

/** The root's children are there to be seen, and the way to what allocated most is open. */
export function openTree(root: CallNode): TreeState {
  const open = new Set<string>();
  let node: CallNode | undefined = root.children[0];
  const cursor = node?.key ?? "";
  // As far as one call has most of it.
  while (node !== undefined && node.children.length > 0 && (node.children[0]?.bytes ?? 0) * 2 >= node.bytes) {
    open.add(node.key);
    node = node.children[0];
  }
  return { root, open, cursor, top: 0 };
}

/** The node that the cursor is on; `undefined` in an empty tree. */
export function nodeAtCursor(state: TreeState): CallNode | undefined {
  return linesOf(state).find(({ node }) => node.key === state.cursor)?.node;
}

/** @param page lines that a page has */
export function pressKey(state: TreeState, key: TreeKey, page: number): TreeState {
  const lines = linesOf(state);
  const at = Math.max(
    0,
    lines.findIndex(({ node }) => node.key === state.cursor),
  );
  const line = lines[at];
  if (line === undefined) return state;
  const moveTo = (index: number): TreeState => {
    const target = lines[Math.min(lines.length - 1, Math.max(0, index))];
    return target === undefined ? state : { ...state, cursor: target.node.key };
  };
  const { node, parent } = line;
  const isOpen = state.open.has(node.key);
  switch (key) {
    case "up":
      return moveTo(at - 1);
    case "down":
      return moveTo(at + 1);
    case "pageup":
      return moveTo(at - page);
    case "pagedown":
      return moveTo(at + page);
    case "home":
      return moveTo(0);
    case "end":
      return moveTo(lines.length - 1);
    case "right":
      return isOpen ? moveTo(at + (node.children.length > 0 ? 1 : 0)) : opened(state, node);
    case "left":
      if (isOpen && node.children.length > 0) return closed(state, node);
      return parent === null || parent.frame === null ? state : { ...state, cursor: parent.key };
    case "toggle":
      return isOpen ? closed(state, node) : opened(state, node);
    case "all":
      return { ...state, open: new Set([...state.open, ...keysBelow(node)]) };
  }
}

/** Where there is but one way to go on, it is opened, too. */
function opened(state: TreeState, node: CallNode): TreeState {
  const open = new Set(state.open);
  let next: CallNode | undefined = node;
  while (next !== undefined && next.children.length > 0) {
    open.add(next.key);
    next = next.children.length === 1 ? next.children[0] : undefined;
  }
  return { ...state, open };
}

function closed(state: TreeState, node: CallNode): TreeState {
  const open = new Set(state.open);
  open.delete(node.key);
  return { ...state, open };
}

function keysBelow(node: CallNode): readonly string[] {
  return node.children.length === 0 ? [] : [node.key, ...node.children.flatMap(keysBelow)];
}

function linesOf({ root, open }: TreeState): readonly Line[] {
  const lines: Line[] = [];
  const walk = (parent: CallNode, prefix: string): void => {
    parent.children.forEach((node, index) => {
      const top = parent.frame === null;
      const last = index === parent.children.length - 1;
      lines.push({ node, parent: top ? null : parent, prefix: top ? "" : `${prefix}${last ? "└ " : "├ "}` });
      if (open.has(node.key)) walk(node, top ? "" : `${prefix}${last ? "  " : "│ "}`);
    });
  };
  walk(root, "");
  return lines;
}

const FOOTER = "↑↓ move  →← open, close  a all below  v view  s space  q quit";
/** From this width on, the source is beside the tree; below it, under it. */
const BESIDE_FROM = 110;
const TREE_SHARE = 0.58;
const SOURCE_BELOW = 7;
/** Rule, and the line of keys. */
const FRAME_LINES = 2;

/** Lines that the tree has on a screen of this size. */
export function treeHeight(
  options: Pick<TreeScreenOptions, "height" | "heading"> & { readonly width: number },
): number {
  const source = options.width >= BESIDE_FROM ? 0 : SOURCE_BELOW + 1;
  return Math.max(3, options.height - options.heading.length - FRAME_LINES - source);
}

/** The state with the cursor in sight, and its lines: exactly as many as the screen is high. */
export function treeScreen(
  state: TreeState,
  options: TreeScreenOptions,
): { readonly state: TreeState; readonly lines: readonly string[] } {
  const frame = textFrame(options);
  const { width, style } = frame;
  const rows = treeHeight({ ...options, width });
  const lines = linesOf(state);
  const at = Math.max(
    0,
    lines.findIndex(({ node }) => node.key === state.cursor),
  );
  const top = Math.max(0, Math.min(Math.max(state.top, at - rows + 1), at, Math.max(0, lines.length - rows)));
  const beside = width >= BESIDE_FROM;
  const treeWidth = beside ? Math.floor(width * TREE_SHARE) : width;
  const treeFrame = { width: treeWidth, style };
  const shown = Array.from({ length: rows }, (_, row) => {
    const line = lines[top + row];
    return line === undefined ? "" : lineText(line, state, treeFrame);
  });
  const source = sourceLines(
    lines[at]?.node,
    options.source,
    beside ? width - treeWidth - 3 : width,
    beside ? rows : SOURCE_BELOW,
    frame,
  );
  const rule = style.faint("─".repeat(width));
  const body = beside
    ? shown.map(
        (text, row) =>
          `${text}${" ".repeat(Math.max(0, treeWidth - visibleWidth(text)))} ${style.faint("│")} ${source[row] ?? ""}`,
      )
    : [...shown, rule, ...Array.from({ length: SOURCE_BELOW }, (_, row) => source[row] ?? "")];
  const heading = options.heading.map((line) => (visibleWidth(line) <= width ? line : shorten(line, width)));
  return {
    state: { ...state, top },
    lines: [
      ...heading,
      rule,
      ...(lines.length === 0 ? ["  nothing", ...body.slice(1)] : body),
      style.faint(shorten(FOOTER, width)),
    ],
  };
}

function lineText({ node, prefix }: Line, state: TreeState, frame: TextFrame): string {
  const sign = node.children.length === 0 ? "  " : state.open.has(node.key) ? "▾ " : "▸ ";
  const atCursor = node.key === state.cursor;
  const inner = { width: frame.width - 2, style: frame.style };
  const text =
    figuresOf(node.bytes, node.estimated, state.root.bytes, inner) +
    fitted(prefix + sign, node.name, node.where, inner);
  return `${atCursor ? frame.style.strong("❯") : " "} ${text}`;
}

/** What is known of a node, and its lines in the source with some around it. */
function sourceLines(
  node: CallNode | undefined,
  source: readonly string[] | null,
  width: number,
  height: number,
  { style }: TextFrame,
): readonly string[] {
  if (node === undefined) return [];
  const head = [shorten(node.name, width), ...(node.where === "" ? [] : [style.place(shorten(node.where, width))])];
  const line = node.frame?.line ?? null;
  const room = height - head.length;
  if (line === null || source === null) {
    const why = line === null ? "no line is known" : "the source is not there";
    return [...head, style.faint(shorten(why, width))];
  }
  const first = Math.max(1, Math.min(line - Math.floor((room - 1) / 2), source.length - room + 1));
  const digits = String(Math.min(source.length, first + room - 1)).length;
  const around = source.slice(first - 1, first - 1 + room).map((text, index) => {
    const number = first + index;
    const code = clipped(`${String(number).padStart(digits)} ${text.replaceAll("\t", "  ")}`, width - 2);
    return number === line ? `${style.strong("❯")} ${style.strong(code)}` : `  ${style.faint(code)}`;
  });
  return [...head, ...around];
}

/** A line of code keeps its beginning. */
function clipped(text: string, width: number): string {
  const points = [...text.trimEnd()];
  return points.length <= width ? points.join("") : `${points.slice(0, width - 1).join("")}…`;
}
