/** Figures of a whole capture as text for a terminal. */

import { alignColumns, type Cell, shorten } from "../../assertions/layout.js";
import { percent, siteBytes } from "../../assertions/numbers.js";
import type { CaptureInfo, CaptureStatistics } from "../../capture-files/model/capture.js";
import { formatBytesExact, formatSize, groupDigits } from "../../sizes/format-size.js";
import { many } from "../sentences.js";
import { fitLines } from "../terminal/fit.js";
import { noteLines } from "../terminal/sections.js";
import { allocationsText, countText, processText, programText, SPACES, timeText } from "./heading.js";
import type { StatisticsReport } from "./statistics.js";
import { asText, type CaptureTextOptions, type TextFrame, textFrame } from "./text-options.js";

/** @returns lines, each ended */
export function renderStatistics(
  report: StatisticsReport,
  info: CaptureInfo,
  options: CaptureTextOptions = {},
): string {
  const frame = textFrame(options);
  const sections: readonly (readonly string[])[] = [
    headLines(report, info, frame),
    spaceLines(report, frame),
    peakLines(report, frame),
    furtherLines(report),
    allocatorLines(report.statistics, frame),
    sizeLines(report.statistics, frame),
    functionLines("Functions that allocated most", report.functionsByBytes, "bytes", report, frame),
    functionLines("Functions with the most allocations", report.functionsByCount, "count", report, frame),
    packageLines("Packages that allocated most", report.packagesByBytes, "bytes", report, frame),
    packageLines("Packages with the most allocations", report.packagesByCount, "count", report, frame),
    noteLines(report.notes),
  ];
  const shown = sections.filter((lines) => lines.length > 0);
  return asText(shown.flatMap((section, index) => [...(index === 0 ? [] : [""]), ...fitLines(section, frame.width)]));
}

function headLines(report: StatisticsReport, info: CaptureInfo, { style }: TextFrame): readonly string[] {
  const { file, statistics, contents, startedAt } = report;
  const kind = contents === "all" ? "every allocation" : "sums of each stack";
  return [
    `${style.strong(programText(info))}  ${style.faint(`(${processText(info)})`)}`,
    `${timeText(statistics.durationUs)} from ${startedAt}, ${many(report.threads.length, "thread")}; ${formatSize(file.bytes)} file, ${kind}`,
  ];
}

function spaceLines({ statistics, heapIsExact }: StatisticsReport, { style }: TextFrame): readonly string[] {
  const title = (text: string): Cell => ({ text, align: "right", paint: style.faint });
  const figure = (text: string): Cell =>
    text === "n/a" ? { text, align: "right", paint: style.faint } : { text, align: "right" };
  const rows = SPACES.map((space): readonly Cell[] => {
    const of = statistics.spaces[space];
    const estimated = space === "heap" && !heapIsExact;
    const count = (value: number | null): Cell => figure(value === null ? "n/a" : countText(value, estimated));
    return [
      { text: space },
      figure(sizeText(of.allocatedBytes, estimated)),
      count(of.allocationCount),
      figure(formatSize(of.peakBytes === null ? null : Math.round(of.peakBytes))),
      figure(sizeText(of.leakedBytes, estimated)),
      count(of.leakedCount),
    ];
  });
  const heading: readonly Cell[] = [
    { text: "" },
    title("allocated"),
    title("count"),
    title("peak"),
    title("alive at the end"),
    title("count"),
  ];
  return alignColumns([heading, ...rows], 2);
}

function peakLines({ statistics }: StatisticsReport, { style }: TextFrame): readonly string[] {
  const { peak, offHeapPeak } = statistics;
  const total = (of: typeof peak): number => of.heapBytes + of.buffersBytes + of.nativeBytes;
  const parts = (of: typeof peak): string =>
    `heap ${formatSize(of.heapBytes)}, buffers ${formatSize(of.buffersBytes)}, native ${formatSize(of.nativeBytes)}`;
  const when = (of: typeof peak): string =>
    of.timeUs === null ? "the sum of each process's own" : `${timeText(of.timeUs)} after the start`;
  const offHeap = formatBytesExact(offHeapPeak.buffersBytes + offHeapPeak.nativeBytes);
  return [
    `${style.strong("Peak")} ${formatBytesExact(total(peak))}, ${when(peak)}: ${parts(peak)}`,
    `Peak of buffers and native alone: ${offHeap}, ${when(offHeapPeak)}`,
  ];
}

function furtherLines(report: StatisticsReport): readonly string[] {
  const { statistics, collections } = report;
  const { temporary, heapFragmentationBytes, withoutStack, withoutNativeFrames, missedCount } = statistics;
  const whole = allocatedOf(statistics);
  const estimated = !report.heapIsExact;
  const all = collections.young + collections.full + collections.other;
  const share = percent(temporary.bytes, whole);
  return [
    `Temporary (freed before its thread made a second further allocation): ${siteBytes(temporary.bytes, estimated)}${share === "" ? "" : `, ${share} of what was allocated`}, in ${allocationsText(temporary.count, estimated)}`,
    `Held by V8's heaps and not in use at the end: ${formatSize(heapFragmentationBytes)}`,
    `Collections: ${groupDigits(all)} in ${timeText(collections.durationUs)} (${groupDigits(collections.young)} young, ${groupDigits(collections.full)} full${collections.other === 0 ? "" : `, ${groupDigits(collections.other)} other`})`,
    ...(withoutStack.count === 0
      ? []
      : [
          `Without a stack: ${siteBytes(withoutStack.bytes, estimated)} in ${allocationsText(withoutStack.count, estimated)}`,
        ]),
    ...(withoutNativeFrames.count === 0
      ? []
      : [
          `Without their native frames: ${siteBytes(withoutNativeFrames.bytes, estimated)} in ${allocationsText(withoutNativeFrames.count, estimated)}`,
        ]),
    ...(missedCount === 0
      ? []
      : [
          `${many(missedCount, "allocation")} could not be written down and ${missedCount === 1 ? "is" : "are"} in no figure.`,
        ]),
  ];
}

/** `0` where a part of it is not known: then there are no shares. */
function allocatedOf({ spaces }: CaptureStatistics): number {
  let sum = 0;
  for (const space of SPACES) {
    const bytes = spaces[space].allocatedBytes;
    if (bytes === null) return 0;
    sum += bytes;
  }
  return sum;
}

/** "~61.3 MB", "n/a" */
function sizeText(bytes: number | null, estimated: boolean): string {
  return bytes === null ? "n/a" : siteBytes(bytes, estimated);
}

function allocatorLines({ byAllocator }: CaptureStatistics, { style }: TextFrame): readonly string[] {
  const rows = byName(byAllocator).toSorted((a, b) => b.bytes - a.bytes);
  if (rows.length === 0) return [];
  return [
    style.strong("By allocator"),
    ...alignColumns(
      rows.map(({ allocator, space, bytes, count }) => [
        { text: formatSize(bytes), align: "right" },
        { text: groupDigits(count), align: "right" },
        { text: space, paint: style.faint },
        { text: allocator },
      ]),
      2,
    ),
  ];
}

/** The forms of one operator (throwing or not, aligned or not) are one allocator. */
function byName(rows: CaptureStatistics["byAllocator"]): CaptureStatistics["byAllocator"] {
  const found = new Map<string, CaptureStatistics["byAllocator"][number]>();
  for (const row of rows) {
    if (row.count === 0) continue;
    const allocator = allocatorName(row.allocator);
    const key = `${row.space} ${allocator}`;
    const { bytes = 0, count = 0 } = found.get(key) ?? {};
    found.set(key, { allocator, space: row.space, bytes: bytes + row.bytes, count: count + row.count });
  }
  return [...found.values()];
}

function allocatorName(name: string): string {
  if (name === "") return "V8";
  if (name.startsWith("_Znw")) return "operator new";
  return name.startsWith("_Zna") ? "operator new[]" : name;
}

const BAR = 30;

/** Bars by count, one line for each power of two from the first to the last that occurs. */
function sizeLines({ sizes }: CaptureStatistics, { style }: TextFrame): readonly string[] {
  const countOf = (bin: (typeof sizes)[number]): number => bin.nativeCount + bin.buffersCount;
  const used = sizes.map(countOf);
  const first = used.findIndex((count) => count > 0);
  if (first === -1) return [];
  const last = used.findLastIndex((count) => count > 0);
  const most = Math.max(...used);
  const rows = sizes.slice(first, last + 1).map((bin): readonly Cell[] => {
    const count = countOf(bin);
    return [
      { text: `${binText(bin.from)} to`, align: "right" },
      { text: `< ${binText(bin.to)}`, align: "right" },
      { text: groupDigits(count), align: "right" },
      { text: barOf(count, most), paint: style.place },
    ];
  });
  return [style.strong("Sizes of native allocations and buffers"), ...alignColumns(rows, 2)];
}

/** Powers of two are told in the units that they are whole in. */
function binText(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${units[unit]}`;
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar to an eighth of a column; what is there never has none. */
function barOf(count: number, most: number): string {
  if (count === 0) return "";
  const eighths = Math.max(1, Math.round((count / most) * BAR * 8));
  return "█".repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? "");
}

/** Shares are of the figure that the list is by. */
function functionLines(
  title: string,
  rows: StatisticsReport["functionsByBytes"],
  by: "bytes" | "count",
  report: StatisticsReport,
  { width, style }: TextFrame,
): readonly string[] {
  if (rows.length === 0) return [];
  const whole = wholeOf(report, by);
  const room = width - 42;
  return [
    style.strong(title),
    ...alignColumns(
      rows.map((row) => [
        ...figureCells(row.ownBytes, row.ownCount, row.ownIsEstimated, by, whole),
        { text: shorten(row.name, Math.floor(room * 0.45)) },
        { text: shorten(row.where, Math.ceil(room * 0.55)), paint: style.place },
      ]),
      2,
    ),
  ];
}

function packageLines(
  title: string,
  rows: StatisticsReport["packagesByBytes"],
  by: "bytes" | "count",
  report: StatisticsReport,
  { width, style }: TextFrame,
): readonly string[] {
  // One alone says nothing that the sums did not.
  if (rows.length < 2) return [];
  const whole = wholeOf(report, by);
  return [
    style.strong(title),
    ...alignColumns(
      rows.map((row) => [
        ...figureCells(row.bytes, row.count, row.estimated, by, whole),
        { text: shorten(row.name, width - 40) },
      ]),
      2,
    ),
  ];
}

function figureCells(
  bytes: number,
  count: number,
  estimated: boolean,
  by: "bytes" | "count",
  whole: number,
): readonly Cell[] {
  return [
    { text: siteBytes(bytes, estimated), align: "right" },
    { text: countText(count, estimated), align: "right" },
    { text: percent(by === "bytes" ? bytes : count, whole), align: "right" },
  ];
}

/** As `allocatedOf`. */
function wholeOf({ statistics }: StatisticsReport, by: "bytes" | "count"): number {
  if (by === "bytes") return allocatedOf(statistics);
  let sum = 0;
  for (const space of SPACES) {
    const count = statistics.spaces[space].allocationCount;
    if (count === null) return 0;
    sum += count;
  }
  return sum;
}
