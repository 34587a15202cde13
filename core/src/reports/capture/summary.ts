/** Functions that allocate, as a table for a terminal. */

import { alignColumns, type Cell, shorten } from "../../assertions/layout.js";
import { percent, siteBytes } from "../../assertions/numbers.js";
import type { CaptureInfo, StackTree } from "../../capture-files/model/capture.js";
import { many } from "../sentences.js";
import { fitLines } from "../terminal/fit.js";
import { type FunctionRow, functionsOf } from "./by-function.js";
import { foldStacks } from "./fold-stacks.js";
import { captureNotes, countText, headingLines, type ShownView, viewNotes } from "./heading.js";
import { noteLines } from "./notes.js";
import { asText, type CaptureTextOptions, type TextFrame, textFrame } from "./text-options.js";

export type SummarySort = "own" | "total" | "count" | "function" | "place";
export const SUMMARY_SORTS: readonly SummarySort[] = ["own", "total", "count", "function", "place"];

export interface SummaryOptions extends CaptureTextOptions {
  /** Default "own". Figures go from the most down, names from A on. */
  readonly sort?: SummarySort;
  /** Rows. Default 20. */
  readonly limit?: number;
  /** Frames of Node, runners and memspec by themselves. */
  readonly allFrames?: boolean;
}

const DEFAULT_LIMIT = 20;

/** @returns lines, each ended */
export function renderSummary(
  shown: ShownView,
  tree: StackTree,
  info: CaptureInfo,
  options: SummaryOptions = {},
): string {
  const frame = textFrame(options);
  const { heapIsExact } = info;
  const root = info.meta.process.cwd;
  const rows = functionsOf(shown.view, foldStacks(tree, options.allFrames === true), { root, heapIsExact });
  const sorted = rows.toSorted(ORDERS[options.sort ?? "own"]);
  const limit = options.limit ?? DEFAULT_LIMIT;
  return asText([
    ...fitLines(headingLines(shown, info, frame.style), frame.width),
    "",
    ...(rows.length === 0 ? ["  nothing"] : tableLines(sorted.slice(0, limit), shown.view.bytes, frame)),
    ...(sorted.length > limit
      ? [`  ${frame.style.faint(`… ${many(sorted.length - limit, "more function")}; --limit shows more`)}`]
      : []),
    ...spaced(noteLines([...captureNotes(info), ...viewNotes(shown.view)], frame.width)),
  ]);
}

function spaced(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["", ...lines];
}

type Order = (a: FunctionRow, b: FunctionRow) => number;
const byName: Order = (a, b) => compareText(a.name, b.name) || compareText(a.where, b.where);
const ORDERS: Readonly<Record<SummarySort, Order>> = {
  own: (a, b) => b.ownBytes - a.ownBytes || b.totalBytes - a.totalBytes || byName(a, b),
  total: (a, b) => b.totalBytes - a.totalBytes || b.ownBytes - a.ownBytes || byName(a, b),
  count: (a, b) => b.ownCount - a.ownCount || b.ownBytes - a.ownBytes || byName(a, b),
  function: byName,
  place: (a, b) => compareText(a.where, b.where) || compareText(a.name, b.name),
};

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

const INDENT = 2;
const GAP = 2;
const LEAST_NAME = 12;
/** Of the room that figures leave. */
const NAME_SHARE = 0.4;
/** Below this, the shares of totals are left out. */
const SHARES_FROM = 90;

function tableLines(rows: readonly FunctionRow[], wholeBytes: number, { width, style }: TextFrame): readonly string[] {
  const shares = width >= SHARES_FROM;
  const figures = rows.map((row) => [
    siteBytes(row.ownBytes, row.ownIsEstimated),
    percent(row.ownBytes, wholeBytes),
    siteBytes(row.totalBytes, row.totalIsEstimated),
    ...(shares ? [percent(row.totalBytes, wholeBytes)] : []),
    countText(row.ownCount, row.ownIsEstimated),
  ]);
  const titles = ["own", "", "total", ...(shares ? [""] : []), "count"];
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...figures.map((cells) => [...(cells[column] ?? "")].length)),
  );
  const room = width - INDENT - widths.reduce((sum, each) => sum + each + GAP, 0);
  const longest = Math.max("function".length, ...rows.map(({ name }) => [...name].length));
  const nameWidth = Math.min(longest, Math.max(LEAST_NAME, Math.floor((room - GAP) * NAME_SHARE)));
  const heading: readonly Cell[] = [
    ...titles.map((text): Cell => ({ text, align: "right", paint: style.faint })),
    { text: "function", paint: style.faint },
    { text: "place", paint: style.faint },
  ];
  const lines = rows.map((row, index): readonly Cell[] => [
    ...(figures[index] ?? []).map(
      (text, column): Cell => ({ text, align: "right", ...(column === 0 ? { paint: style.strong } : {}) }),
    ),
    { text: shorten(row.name, nameWidth) },
    { text: placeText(row, room - nameWidth - GAP), paint: style.place },
  ]);
  return alignColumns([heading, ...lines], INDENT);
}

/** "src/app.js:12 +3": bytes went through three more lines of the function. */
function placeText(row: FunctionRow, width: number): string {
  const more = row.furtherLines === 0 ? "" : ` +${row.furtherLines}`;
  return `${shorten(row.where, width - more.length)}${more}`;
}
