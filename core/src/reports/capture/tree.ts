/** The tree of calls as text: what is below a share of the whole is counted, not shown. */

import { shorten } from "../../assertions/layout.js";
import { percent, siteBytes } from "../../assertions/numbers.js";
import type { CaptureInfo, StackTree } from "../../capture-files/model/capture.js";
import { many } from "../sentences.js";
import { fitLines } from "../terminal/fit.js";
import { type CallNode, callTreeOf } from "./call-tree.js";
import { foldStacks } from "./fold-stacks.js";
import { captureNotes, headingLines, type ShownView, viewNotes } from "./heading.js";
import { noteLines } from "./notes.js";
import { asText, type CaptureTextOptions, type TextFrame, textFrame } from "./text-options.js";

export interface TreeOptions extends CaptureTextOptions {
  /** Least share of the whole, 0 to 1, that a call needs to be shown. Default 0.01. */
  readonly least?: number;
  /** Frames of Node, runners and memspec by themselves. */
  readonly allFrames?: boolean;
}

const DEFAULT_LEAST = 0.01;

/** @returns lines, each ended */
export function renderTree(shown: ShownView, tree: StackTree, info: CaptureInfo, options: TreeOptions = {}): string {
  const frame = textFrame(options);
  const root = viewTree(shown, tree, info, options.allFrames === true);
  const leastBytes = root.bytes * (options.least ?? DEFAULT_LEAST);
  const notes = noteLines([...captureNotes(info), ...viewNotes(shown.view)], frame.width);
  return asText([
    ...fitLines(headingLines(shown, info, frame.style), frame.width),
    "",
    ...(root.children.length === 0 ? ["  nothing"] : childLines(root, "", leastBytes, root.bytes, frame)),
    ...(notes.length === 0 ? [] : ["", ...notes]),
  ]);
}

/** The tree of calls of a view, folded or not. */
export function viewTree(shown: ShownView, tree: StackTree, info: CaptureInfo, allFrames: boolean): CallNode {
  const { heapIsExact } = info;
  return callTreeOf(shown.view, foldStacks(tree, allFrames), { root: info.meta.process.cwd, heapIsExact });
}

function childLines(
  parent: CallNode,
  prefix: string,
  leastBytes: number,
  wholeBytes: number,
  frame: TextFrame,
): readonly string[] {
  const shown = parent.children.filter(({ bytes }) => bytes >= leastBytes && bytes > 0);
  const rest = parent.children.length - shown.length;
  const lines: string[] = [];
  shown.forEach((node, index) => {
    const last = index === shown.length - 1 && rest === 0;
    const branch = parent.frame === null ? "" : last ? "└ " : "├ ";
    const below = parent.frame === null ? "" : last ? "  " : "│ ";
    lines.push(nodeLine(node, prefix + branch, wholeBytes, frame));
    lines.push(...childLines(node, prefix + below, leastBytes, wholeBytes, frame));
  });
  if (rest > 0) {
    const bytes = parent.children.filter((node) => !shown.includes(node)).reduce((sum, node) => sum + node.bytes, 0);
    const estimated = parent.children.some((node) => !shown.includes(node) && node.estimated);
    const branch = parent.frame === null ? "" : "└ ";
    const text = `… ${many(rest, shown.length === 0 ? "call" : "more call")}`;
    lines.push(figuresOf(bytes, estimated, wholeBytes, frame) + fitted(prefix + branch, text, "", frame));
  }
  return lines;
}

const SIZE_WIDTH = 9;
const SHARE_WIDTH = 5;
/** Of figures and the gaps about them. */
const FIGURES_WIDTH: number = SIZE_WIDTH + SHARE_WIDTH + 3;

export function figuresOf(bytes: number, estimated: boolean, wholeBytes: number, { style }: TextFrame): string {
  const size = siteBytes(bytes, estimated).padStart(SIZE_WIDTH);
  return `${style.strong(size)} ${percent(bytes, wholeBytes).padStart(SHARE_WIDTH)}  `;
}

function nodeLine(node: CallNode, prefix: string, wholeBytes: number, frame: TextFrame): string {
  return figuresOf(node.bytes, node.estimated, wholeBytes, frame) + fitted(prefix, node.name, node.where, frame);
}

/** Share of a line that the lines of the tree may take: deeper calls are told by their depth. */
const PREFIX_SHARE = 0.5;
const LEAST_NAME = 16;

/** Lines of the tree, name and place in the room beside the figures. A place keeps its end, the line. */
export function fitted(prefix: string, name: string, where: string, { width, style }: TextFrame): string {
  const room = width - FIGURES_WIDTH;
  const lead = shortPrefix(prefix, Math.floor(room * PREFIX_SHARE));
  const rest = room - [...lead].length;
  if ([...name].length + 2 + [...where].length <= rest || where === "") {
    return `${style.faint(lead)}${shorten(name, rest)}${where === "" ? "" : `  ${style.place(where)}`}`;
  }
  const nameWidth = Math.min([...name].length, Math.max(LEAST_NAME, Math.floor(rest * 0.45)));
  return `${style.faint(lead)}${shorten(name, nameWidth)}  ${style.place(shorten(where, rest - nameWidth - 2))}`;
}

function shortPrefix(prefix: string, most: number): string {
  const points = [...prefix];
  if (points.length <= most) return prefix;
  const depth = `${points.length / 2} `;
  return `${depth}${points.slice(-(most - depth.length)).join("")}`;
}
