/** The table of files: most peak first, as many columns as the terminal has room for. */

import { alignColumns, type Cell, shorten } from "../../assertions/layout.js";
import type { MessageStyle } from "../../assertions/style.js";
import { formatSize } from "../../sizes/format-size.js";
import { type FileRow, fileTitle, peakOf, type RunSummary } from "../run-summary.js";
import { leakedText, many } from "../sentences.js";

export interface TableOptions {
  /** Columns of the terminal. */
  readonly width: number;
  /** Rows; further files are counted. */
  readonly rows: number;
  /** What is to be done to see the others. */
  readonly howToSeeAll: string;
}

interface Column {
  readonly title: string;
  readonly text: (row: FileRow) => string;
  /** Left out where there is no room for it. */
  readonly optional: boolean;
}

const INDENT = 2;
const GAP = 2;
const SMALLEST_NAME = 18;
/** From here on the hottest site is a column; below, it has a line of its own. */
const SITE_COLUMN_FROM = 130;
/** Of the room that figures leave: what file names get beside a column of sites. */
const NAME_SHARE = 0.5;

const FIGURES: readonly Column[] = [
  { title: "peak", text: (row) => formatSize(peakOf(row)), optional: false },
  { title: "heap", text: ({ figures }) => formatSize(figures?.heap.peakBytes ?? null), optional: true },
  { title: "buffers", text: ({ figures }) => formatSize(figures?.buffers.peakBytes ?? null), optional: true },
  { title: "native", text: ({ figures }) => formatSize(figures?.native.peakBytes ?? null), optional: true },
  { title: "allocated", text: ({ figures }) => formatSize(figures?.total.allocatedBytes ?? null), optional: false },
];

const LEAKED: Column = { title: "leaked", text: ({ leaked }) => leakedText(leaked), optional: false };

export function tableLines(summary: RunSummary, options: TableOptions, style: MessageStyle): readonly string[] {
  const shown = summary.rows.slice(0, options.rows);
  if (shown.length === 0) return [];
  const all = [...FIGURES, ...(summary.looksForLeaks ? [LEAKED] : [])];
  const columns =
    roomBeside(all, shown, options.width) >= SMALLEST_NAME ? all : all.filter(({ optional }) => !optional);
  const texts = shown.map((row) => columns.map((column) => column.text(row)));
  const asColumn = options.width >= SITE_COLUMN_FROM;
  const room = roomBeside(columns, shown, options.width) - (asColumn ? GAP : 0);
  const nameWidth = Math.max(SMALLEST_NAME, asColumn ? Math.floor(room * NAME_SHARE) : room);

  const heading: readonly Cell[] = [
    { text: " " },
    { text: "file", paint: style.faint },
    ...columns.map(({ title }): Cell => ({ text: title, align: "right", paint: style.faint })),
    ...(asColumn ? [{ text: "hottest site", paint: style.faint }] : []),
  ];
  const rows = shown.map((row, index): readonly Cell[] => [
    markOf(row, style),
    { text: shorten(fileTitle(row.file), nameWidth) },
    ...columns.map((column, at): Cell => cellOf(column, row, texts[index]?.[at] ?? "", style)),
    ...(asColumn ? [{ text: shorten(row.hottest, room - nameWidth), paint: style.place }] : []),
  ]);
  const [head, ...lines] = alignColumns([heading, ...rows], 0);
  return [
    head ?? "",
    ...lines.flatMap((line, index) => [line, ...(asColumn ? [] : siteLine(shown[index]?.hottest ?? "", style))]),
    ...restLines(summary.rows.slice(shown.length), options, style),
  ];
}

/** Columns of the terminal that the mark and the figures leave. */
function roomBeside(columns: readonly Column[], rows: readonly FileRow[], width: number): number {
  const widths = columns.map((column) => Math.max(column.title.length, ...rows.map((row) => column.text(row).length)));
  return width - INDENT - 1 - widths.reduce((sum, each) => sum + each + GAP, 0);
}

function siteLine(hottest: string, style: MessageStyle): readonly string[] {
  return hottest === "" ? [] : [`${" ".repeat(INDENT + GAP + 1)}${style.faint("most in")} ${style.place(hottest)}`];
}

function markOf({ file }: FileRow, style: MessageStyle): Cell {
  const bad = file.state === "failed" || file.state === "died";
  return bad ? { text: "✗", paint: style.bad } : { text: " " };
}

function cellOf(column: Column, row: FileRow, text: string, style: MessageStyle): Cell {
  if (text === "n/a" || text === "–") return { text, align: "right", paint: style.faint };
  if (column === FIGURES[0]) return { text, align: "right", paint: style.strong };
  const leaks = column === LEAKED && row.leaked.verdict === "leak";
  return leaks ? { text, align: "right", paint: style.bad } : { text, align: "right" };
}

function restLines(rest: readonly FileRow[], options: TableOptions, style: MessageStyle): readonly string[] {
  const [highest] = rest;
  if (highest === undefined) return [];
  const peak = peakOf(highest);
  const below = peak === null ? "" : `, none above ${formatSize(peak)}`;
  return [
    `${" ".repeat(INDENT + 1)}${style.faint(`… ${many(rest.length, "more file")}${below}; ${options.howToSeeAll}`)}`,
  ];
}
