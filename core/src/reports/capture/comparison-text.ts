/** What grew and what shrank between two captures, as text for a terminal. */

import { alignColumns, type Cell, shorten } from "../../assertions/layout.js";
import { siteBytes } from "../../assertions/numbers.js";
import type { MessageStyle } from "../../assertions/style.js";
import { many } from "../sentences.js";
import { fitLines } from "../terminal/fit.js";
import type { ComparedView, FunctionChange, ViewComparison } from "./compare-views.js";
import { captureNotes, countText, processText, programText, type ShownView, viewText } from "./heading.js";
import { noteLines } from "./notes.js";
import { asText, type CaptureTextOptions, type TextFrame, textFrame } from "./text-options.js";

export interface ComparisonTextOptions extends CaptureTextOptions {
  /** Rows for what grew, and for what shrank. Default 10. */
  readonly limit?: number;
}

const DEFAULT_LIMIT = 10;

/** @returns lines, each ended */
export function renderComparedViews(
  comparison: ViewComparison,
  before: ComparedView & ShownView,
  after: ComparedView & ShownView,
  options: ComparisonTextOptions = {},
): string {
  const frame = textFrame(options);
  const { style, width } = frame;
  const limit = options.limit ?? DEFAULT_LIMIT;
  const grown = comparison.changes.filter(({ bytesBefore, bytesAfter }) => bytesAfter > bytesBefore);
  const shrunk = comparison.changes.filter(({ bytesBefore, bytesAfter }) => bytesAfter < bytesBefore);
  const notes = [
    ...captureNotes(before.info).map((note) => `Before: ${note}`),
    ...captureNotes(after.info).map((note) => `After: ${note}`),
  ];
  const sections: readonly (readonly string[])[] = [
    [
      `before  ${style.strong(programText(before.info))}  ${style.faint(`(${processText(before.info)})`)}`,
      `after   ${style.strong(programText(after.info))}  ${style.faint(`(${processText(after.info)})`)}`,
    ],
    [`${viewText(after)}: ${sumText(comparison, style)}`],
    changeLines("Grew", grown, limit, frame),
    changeLines("Shrank", shrunk, limit, frame),
    noteLines(notes, width),
  ];
  const shown = sections.filter((lines) => lines.length > 0);
  return asText(shown.flatMap((section, index) => [...(index === 0 ? [] : [""]), ...fitLines(section, width)]));
}

function sumText(comparison: ViewComparison, style: MessageStyle): string {
  const { bytesBefore, bytesAfter, countBefore, countAfter, estimated } = comparison;
  const size = (bytes: number): string => siteBytes(bytes, estimated);
  const change = signed(bytesAfter - bytesBefore, estimated);
  const share = bytesBefore === 0 ? "" : `, ${signedPercent(bytesAfter / bytesBefore - 1)}`;
  const paint =
    comparison.verdict === "grown" ? style.bad : comparison.verdict === "shrunk" ? style.good : style.strong;
  const allocations = `${countText(countBefore, estimated)}, now ${countText(countAfter, estimated)} allocations`;
  const what = bytesAfter === bytesBefore ? "no change" : `${change}${share}`;
  return `${size(bytesBefore)}, now ${size(bytesAfter)}: ${paint(what)} (${allocations})`;
}

/** "+1.2 MB", "~-3 kB" */
function signed(bytes: number, estimated: boolean): string {
  const rounded = Math.round(bytes);
  const text = siteBytes(Math.abs(rounded), estimated);
  return rounded === 0 ? text : `${rounded > 0 ? "+" : "−"}${text}`;
}

function signedPercent(share: number): string {
  const percent = Math.round(share * 1000) / 10;
  return `${percent > 0 ? "+" : percent < 0 ? "−" : ""}${Math.abs(percent)}%`;
}

function changeLines(
  title: string,
  changes: readonly FunctionChange[],
  limit: number,
  { width, style }: TextFrame,
): readonly string[] {
  if (changes.length === 0) return [];
  const shown = changes.slice(0, limit);
  const figures = shown.map((change) => [
    signed(change.bytesAfter - change.bytesBefore, change.estimated),
    siteBytes(change.bytesBefore, change.estimated && change.bytesBefore > 0),
    siteBytes(change.bytesAfter, change.estimated && change.bytesAfter > 0),
  ]);
  const titles = [title.toLowerCase(), "before", "after"];
  const used = titles.reduce(
    (sum, text, column) => sum + 2 + Math.max(text.length, ...figures.map((row) => [...(row[column] ?? "")].length)),
    2,
  );
  const nameWidth = Math.max(
    12,
    Math.min(Math.floor((width - used) * 0.4), Math.max(8, ...shown.map(({ name }) => [...name].length))),
  );
  const heading: readonly Cell[] = [
    ...titles.map((text): Cell => ({ text, align: "right", paint: style.faint })),
    { text: "function", paint: style.faint },
    { text: "place", paint: style.faint },
  ];
  const rows = shown.map(({ name, where }, index): readonly Cell[] => [
    ...(figures[index] ?? []).map(
      (text, column): Cell => ({ text, align: "right", ...(column === 0 ? { paint: style.strong } : {}) }),
    ),
    { text: shorten(name, nameWidth) },
    { text: shorten(where, width - used - nameWidth - 2), paint: style.place },
  ]);
  const rest = changes.length - shown.length;
  return [
    ...alignColumns([heading, ...rows], 2),
    ...(rest > 0 ? [`  ${style.faint(`… ${many(rest, "more function")}; --limit shows more`)}`] : []),
  ];
}
