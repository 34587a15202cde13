/** Heap snapshots as text for a terminal: what is alive, what keeps it alive, and what is new between two of them. */

import { alignColumns, type Cell, shorten } from "../../assertions/layout.js";
import { percent } from "../../assertions/numbers.js";
import { pathLinks, placeText } from "../../assertions/retaining-path.js";
import type { MessageStyle } from "../../assertions/style.js";
import type {
  GraphSummary,
  HeldType,
  ObjectGroup,
  RetainingPath,
  SnapshotAnalysis,
  SnapshotDiff,
  TypeGrowth,
} from "../../graph/types.js";
import { formatSize, groupDigits } from "../../sizes/format-size.js";
import { many } from "../sentences.js";
import { fitLines } from "../terminal/fit.js";
import { asText, type CaptureTextOptions, type TextFrame, textFrame } from "./text-options.js";

export interface SnapshotTextOptions extends CaptureTextOptions {
  /** Name of the file, or of both. */
  readonly title: string;
  /** Places below this folder are told relative to it. */
  readonly root: string;
  /** Entries of each list. Default 10. */
  readonly limit?: number;
}

const DEFAULT_LIMIT = 10;

/** @returns lines, each ended */
export function renderSnapshot(analysis: SnapshotAnalysis, options: SnapshotTextOptions): string {
  const frame = textFrame(options);
  const limit = options.limit ?? DEFAULT_LIMIT;
  const { summary, types, biggest, duplicateStrings } = analysis;
  return joined(
    [
      [frame.style.strong(options.title), summaryText(summary)],
      biggestLines(biggest.slice(0, limit), summary, options.root, frame),
      typeLines(types.slice(0, limit), summary, frame),
      stringLines(duplicateStrings.slice(0, limit), frame),
    ],
    frame,
  );
}

/** @returns lines, each ended */
export function renderSnapshotDiff(diff: SnapshotDiff, options: SnapshotTextOptions): string {
  const frame = textFrame(options);
  const limit = options.limit ?? DEFAULT_LIMIT;
  const change = diff.after.reachableBytes - diff.before.reachableBytes;
  const sign = change > 0 ? "+" : change < 0 ? "−" : "";
  const growth = `${formatSize(diff.before.reachableBytes)}, now ${formatSize(diff.after.reachableBytes)}: ${frame.style.strong(`${sign}${formatSize(Math.abs(change))}`)}`;
  return joined(
    [
      [frame.style.strong(options.title), `reachable ${growth}`],
      diff.sameProcess
        ? groupLines(diff.groups, limit, options.root, frame)
        : ["The snapshots are of two processes: objects cannot be told apart, types are compared."],
      grownLines(diff.grown, limit, options.root, !diff.sameProcess, frame),
    ],
    frame,
  );
}

/** Bytes of the new objects, and of all that lives only through them. `null`: not known, for two processes. */
export function newBytes(diff: SnapshotDiff): number | null {
  return diff.sameProcess ? diff.groups.reduce((sum, { retainedBytes }) => sum + retainedBytes, 0) : null;
}

function joined(sections: readonly (readonly string[])[], { width }: TextFrame): string {
  const shown = sections.filter((lines) => lines.length > 0);
  return asText(shown.flatMap((section, index) => [...(index === 0 ? [] : [""]), ...fitLines(section, width)]));
}

function summaryText(summary: GraphSummary): string {
  return `${formatSize(summary.bytes)} in ${many(summary.nodes, "object")}, ${formatSize(summary.reachableBytes)} of it reachable`;
}

function biggestLines(
  biggest: SnapshotAnalysis["biggest"],
  summary: GraphSummary,
  root: string,
  { style, width }: TextFrame,
): readonly string[] {
  if (biggest.length === 0) return [];
  return [
    style.strong("Objects that retain most"),
    ...biggest.flatMap((object) => [
      objectLine(object, summary, root, width, style),
      ...keptLines(object.path, root, width, style.faint),
    ]),
  ];
}

function objectLine(
  object: SnapshotAnalysis["biggest"][number],
  summary: GraphSummary,
  root: string,
  width: number,
  style: MessageStyle,
): string {
  const share = percent(object.retainedBytes, summary.reachableBytes).padStart(5);
  const itself = `itself ${formatSize(object.shallowBytes)}`;
  const what = shorten(typeText(object, root), width - PATH_INDENT - itself.length - 2);
  return `  ${style.strong(formatSize(object.retainedBytes).padStart(8))} ${share}  ${what}  ${style.faint(itself)}`;
}

const PATH_INDENT = 18;

/** The path below its object: one line where it fits, else one link a line. */
function keptLines(
  path: RetainingPath | null,
  root: string,
  width: number,
  paint: (text: string) => string,
): readonly string[] {
  const blanks = " ".repeat(PATH_INDENT);
  if (path === null) return [`${blanks}${paint("what keeps it alive is not known")}`];
  const links = pathLinks(path, root);
  const line = links.join(" → ");
  if (PATH_INDENT + [...line].length <= width) return [`${blanks}${paint(line)}`];
  return links.map(
    (link, index) => `${blanks}${paint(shorten(index === 0 ? link : `→ ${link}`, width - PATH_INDENT))}`,
  );
}

function typeLines(
  types: SnapshotAnalysis["types"],
  summary: GraphSummary,
  { style, width }: TextFrame,
): readonly string[] {
  if (types.length === 0) return [];
  return [
    style.strong("Types"),
    ...alignColumns(
      [
        titles(["retained", "", "own", "count"], "type", style.faint),
        ...types.map((type): readonly Cell[] => [
          { text: formatSize(type.retainedBytes), align: "right" },
          { text: percent(type.retainedBytes, summary.reachableBytes), align: "right" },
          { text: formatSize(type.shallowBytes), align: "right" },
          { text: groupDigits(type.count), align: "right" },
          { text: shorten(nameOfType(type, ""), width - 45) },
        ]),
      ],
      2,
    ),
  ];
}

function stringLines(strings: SnapshotAnalysis["duplicateStrings"], { style, width }: TextFrame): readonly string[] {
  if (strings.length === 0) return [];
  return [
    style.strong("Texts that are in memory more than once"),
    ...alignColumns(
      [
        titles(["bytes", "times"], "text", style.faint),
        ...strings.map(({ value, count, bytes }): readonly Cell[] => [
          { text: formatSize(bytes), align: "right" },
          { text: groupDigits(count), align: "right" },
          { text: shorten(JSON.stringify(value), width - 24) },
        ]),
      ],
      2,
    ),
  ];
}

function groupLines(
  groups: readonly ObjectGroup[],
  limit: number,
  root: string,
  { style, width }: TextFrame,
): readonly string[] {
  if (groups.length === 0) return ["No object is new."];
  const shown = groups.slice(0, limit);
  return [
    style.strong("New objects, and what keeps them alive"),
    ...shown.flatMap((group) => [
      `  ${style.strong(formatSize(group.retainedBytes).padStart(8))}  ${`${groupDigits(group.count)} ×`.padStart(8)} ${typeText(group, root)}${heldText(group.holds, style.faint)}`,
      ...keptLines(group.path, root, width, style.faint),
    ]),
    ...restLines(groups.length - shown.length, "more group", style.faint),
  ];
}

const HELD = 3;

/** "  with Buffer ×3 (4 kB), string ×12" */
function heldText(holds: readonly HeldType[], paint: (text: string) => string): string {
  if (holds.length === 0) return "";
  const words = holds
    .slice(0, HELD)
    .map(({ type, count, bytes }) => `${groupDigits(count)} ${type} (${formatSize(bytes)})`);
  return `  ${paint(`with ${words.join(", ")}${holds.length > HELD ? " …" : ""}`)}`;
}

function grownLines(
  grown: readonly TypeGrowth[],
  limit: number,
  root: string,
  withPaths: boolean,
  { style, width }: TextFrame,
): readonly string[] {
  if (grown.length === 0) return ["No type has grown."];
  const shown = grown.slice(0, limit);
  const lines = alignColumns(
    [
      titles(["bytes", "objects", "retained"], "type", style.faint),
      ...shown.map((type): readonly Cell[] => [
        { text: signedSize(type.bytesAfter - type.bytesBefore), align: "right", paint: style.strong },
        { text: signedCount(type.countAfter - type.countBefore), align: "right" },
        { text: formatSize(type.retainedBytesAfter), align: "right" },
        { text: shorten(nameOfType(type, root), width - 36) },
      ]),
    ],
    2,
  );
  const [heading = "", ...rows] = lines;
  return [
    style.strong("Types that grew"),
    heading,
    ...rows.flatMap((row, index) => [
      row,
      ...(withPaths ? keptLines(shown[index]?.path ?? null, root, width, style.faint) : []),
    ]),
    ...restLines(grown.length - shown.length, "more type", style.faint),
  ];
}

function restLines(rest: number, word: string, paint: (text: string) => string): readonly string[] {
  return rest > 0 ? [`  ${paint(`… ${many(rest, word)}; --limit shows more`)}`] : [];
}

function titles(figures: readonly string[], last: string, paint: (text: string) => string): readonly Cell[] {
  return [...figures.map((text): Cell => ({ text, align: "right", paint })), { text: last, paint }];
}

/** Of a type as a whole: one of its texts would say nothing of the others. */
function nameOfType(of: Parameters<typeof typeText>[0], root: string): string {
  return of.kind === "string" ? of.type : typeText(of, root);
}

function typeText(
  of: { readonly type: string; readonly detail: string; readonly kind: string; readonly place: ObjectGroup["place"] },
  root: string,
): string {
  const detail =
    of.detail === "" ? "" : ` ${shorten(of.kind === "string" ? JSON.stringify(of.detail) : of.detail, 40)}`;
  const where = of.kind === "closure" ? placeText(of.place, root) : "";
  return `${of.type}${detail}${where === "" ? "" : `  ${where}`}`;
}

function signedSize(bytes: number): string {
  return `${bytes > 0 ? "+" : ""}${formatSize(bytes)}`;
}

function signedCount(count: number): string {
  return `${count > 0 ? "+" : ""}${groupDigits(count)}`;
}
