/** A capture's levels over time as a chart of characters: the spaces on top of each other; the process's resident memory below, by a scale of its own. */

import { alignColumns } from "../../assertions/layout.js";
import type { MessageStyle } from "../../assertions/style.js";
import type { CaptureInfo, CaptureTimeline } from "../../capture-files/model/capture.js";
import { formatSize } from "../../sizes/format-size.js";
import { many } from "../sentences.js";
import { fitLines } from "../terminal/fit.js";
import { noteLines } from "../terminal/sections.js";
import { captureNotes, processText, programText, timeText } from "./heading.js";
import { asText, type CaptureTextOptions, textFrame } from "./text-options.js";

export interface ChartOptions extends CaptureTextOptions {
  /** Lines of the chart itself, rounded up to a multiple of four. Default 16. */
  readonly height?: number;
}

const DEFAULT_HEIGHT = 16;

/** From the bottom up. */
const SERIES = [
  { name: "native", sign: "█", paint: (style: MessageStyle) => style.strong },
  { name: "buffers", sign: "▓", paint: (style: MessageStyle) => style.good },
  { name: "heapUsed", sign: "░", paint: (style: MessageStyle) => style.place },
] as const;
const TITLES: Readonly<Record<(typeof SERIES)[number]["name"], string>> = {
  native: "native",
  buffers: "buffers",
  heapUsed: "heap",
};
/** Resident memory holds Node itself, too: on one scale it would leave the spaces no room. */
const EIGHTHS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

interface Slot {
  /** In the order of the series, at the moment of the slot at which their sum is highest. */
  readonly levels: readonly number[];
  readonly rss: number;
  readonly full: boolean;
  readonly young: boolean;
}

/** @returns lines, each ended */
export function renderTimeline(read: CaptureTimeline, info: CaptureInfo, options: ChartOptions = {}): string {
  const { width, style } = textFrame(options);
  const timeline = withCollections(read);
  const height = MARKS * Math.max(1, Math.ceil((options.height ?? DEFAULT_HEIGHT) / MARKS));
  const head = `${style.strong(programText(info))}  ${style.faint(`(${processText(info)})`)}`;
  const notes = fitLines(noteLines(captureNotes(info)), width);
  const tail = notes.length === 0 ? [] : ["", ...notes];
  const points = timeline.timeUs.length;
  if (points === 0) return asText([head, "", "  No levels were read.", ...tail]);
  const endUs = timeline.timeUs[points - 1] ?? 0;
  const ceiling = niceCeiling(highest(timeline));
  const axisWidth = Math.max(...ticks(ceiling, height).map((text) => text.length));
  const columns = width - axisWidth - 2;
  const slots = slotsOf(timeline, columns, endUs);
  const labels = ticks(ceiling, height);
  const chart = labels.map((label, row) => {
    const line = rowLine(slots, height - 1 - row, height, ceiling, style);
    return `${style.faint(label.padStart(axisWidth))} ${style.faint("│")}${line}`;
  });
  const blanks = " ".repeat(axisWidth + 1);
  return asText([
    ...fitLines([head], width),
    "",
    ...chart,
    `${blanks}${style.faint(`└${"─".repeat(columns)}`)}`,
    ...(timeline.collections.length === 0 ? [] : [`${blanks} ${collectionLine(slots, style)}`]),
    `${style.faint("rss".padStart(axisWidth))}  ${rssLine(slots)}`,
    `${blanks} ${timeAxis(endUs, columns, style)}`,
    "",
    ...fitLines(legendLines(timeline, style), width),
    ...tail,
  ]);
}

/** Collections are readings of a heap, too: it is highest when one begins. */
function withCollections(timeline: CaptureTimeline): CaptureTimeline {
  const heaps = new Set(timeline.collections.map(({ process, isolate }) => `${process} ${isolate}`));
  // Of several heaps, what the others hold at that moment is not known.
  if (heaps.size !== 1 || timeline.timeUs.length === 0) return timeline;
  const readings = timeline.collections.flatMap(({ beginUs, endUs, usedBefore, usedAfter }) => [
    { timeUs: beginUs, used: usedBefore },
    { timeUs: endUs, used: usedAfter },
  ]);
  const points = [
    ...Array.from(timeline.timeUs, (timeUs, at) => ({ timeUs, at, used: timeline.heapUsed[at] ?? 0 })),
    ...readings.map(({ timeUs, used }) => ({ timeUs, at: -1, used })),
  ].sort((a, b) => a.timeUs - b.timeUs);
  let last = 0;
  const places = points.map(({ at }) => {
    if (at !== -1) last = at;
    return last;
  });
  const column = (from: Float64Array): Float64Array => Float64Array.from(places, (at) => from[at] ?? Number.NaN);
  return {
    timeUs: Float64Array.from(points, ({ timeUs }) => timeUs),
    heapUsed: Float64Array.from(points, ({ used }) => used),
    heapCommitted: column(timeline.heapCommitted),
    buffers: column(timeline.buffers),
    native: column(timeline.native),
    engine: column(timeline.engine),
    rss: column(timeline.rss),
    collections: timeline.collections,
  };
}

function highest(timeline: CaptureTimeline): number {
  let most = 1;
  for (let index = 0; index < timeline.timeUs.length; index += 1) {
    most = Math.max(most, sumAt(timeline, index));
  }
  return most;
}

function sumAt(timeline: CaptureTimeline, index: number): number {
  return SERIES.reduce((sum, { name }) => sum + finite(timeline[name][index]), 0);
}

function finite(value: number | undefined): number {
  return value === undefined || !Number.isFinite(value) ? 0 : value;
}

const MARKS = 4;

/** So that each of the scale's marks is a round number. */
function niceCeiling(bytes: number): number {
  const step = bytes / MARKS;
  const power = 10 ** Math.floor(Math.log10(step));
  const factor = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8].find((each) => each * power >= step) ?? 10;
  return factor * power * MARKS;
}

/** A label for each line, from the top; "" where there is none. The label stands at the upper edge of its line. */
function ticks(ceiling: number, height: number): readonly string[] {
  return Array.from({ length: height }, (_, row) =>
    row % (height / MARKS) === 0 ? formatSize(Math.round((ceiling * (height - row)) / height)) : "",
  );
}

function slotsOf(timeline: CaptureTimeline, columns: number, endUs: number): readonly Slot[] {
  const slotOf = (us: number): number => Math.min(columns - 1, Math.floor((us / Math.max(1, endUs)) * columns));
  const best = new Int32Array(columns).fill(-1);
  const rss = new Float64Array(columns);
  for (let index = 0; index < timeline.timeUs.length; index += 1) {
    const slot = slotOf(timeline.timeUs[index] ?? 0);
    const known = best[slot] ?? -1;
    if (known === -1 || sumAt(timeline, index) > sumAt(timeline, known)) best[slot] = index;
    rss[slot] = Math.max(rss[slot] ?? 0, finite(timeline.rss[index]));
  }
  const full = new Set<number>();
  const young = new Set<number>();
  for (const { kind, beginUs } of timeline.collections) (kind === "full" ? full : young).add(slotOf(beginUs));
  let at = best.find((index) => index !== -1) ?? 0;
  let lastRss = finite(timeline.rss[0]);
  return Array.from(best, (index, slot): Slot => {
    // Nothing was read in this slot: the level is that of the last reading.
    if (index !== -1) at = index;
    lastRss = rss[slot] || lastRss;
    const levels = SERIES.map(({ name }) => finite(timeline[name][at]));
    return { levels, rss: lastRss, full: full.has(slot), young: young.has(slot) };
  });
}

/** One line of the chart: of each column, what is at the middle of the line's height. */
function rowLine(slots: readonly Slot[], row: number, height: number, ceiling: number, style: MessageStyle): string {
  const middle = ((row + 0.5) / height) * ceiling;
  let line = "";
  let run = "";
  let runKind = -2;
  const flush = (): void => {
    if (run !== "") line += paintedRun(run, runKind, style);
    run = "";
  };
  for (const { levels } of slots) {
    let sum = 0;
    const kind = levels.findIndex((level) => {
      sum += level;
      return sum >= middle;
    });
    if (kind !== runKind) flush();
    runKind = kind;
    run += kind === -1 ? " " : (SERIES[kind]?.sign ?? " ");
  }
  flush();
  return line.trimEnd();
}

function paintedRun(run: string, kind: number, style: MessageStyle): string {
  return SERIES[kind]?.paint(style)(run) ?? run;
}

function collectionLine(slots: readonly Slot[], style: MessageStyle): string {
  const line = slots.map(({ full, young }) => (full ? "▲" : young ? "·" : " ")).join("");
  return style.faint(line.trimEnd());
}

/** From nothing to the highest. */
function rssLine(slots: readonly Slot[]): string {
  const most = Math.max(...slots.map(({ rss }) => rss));
  return slots
    .map(({ rss }) => (most === 0 ? " " : (EIGHTHS[Math.max(0, Math.ceil((rss / most) * EIGHTHS.length) - 1)] ?? " ")))
    .join("");
}

function timeAxis(endUs: number, columns: number, style: MessageStyle): string {
  const end = timeText(endUs);
  const middle = timeText(endUs / 2);
  const left = "0".padEnd(Math.max(1, Math.floor(columns / 2) - Math.floor(middle.length / 2)));
  const line = `${left}${middle}`;
  return style.faint(`${line}${end.padStart(columns - line.length)}`);
}

function legendLines(timeline: CaptureTimeline, style: MessageStyle): readonly string[] {
  const last = timeline.timeUs.length - 1;
  const most = (column: Float64Array): number =>
    column.reduce((highestYet, value) => Math.max(highestYet, finite(value)), 0);
  const row = (sign: string, title: string, column: Float64Array, what: string) => [
    { text: sign },
    { text: title },
    { text: formatSize(most(column)), align: "right" as const },
    { text: formatSize(finite(column[last])), align: "right" as const },
    { text: what, paint: style.faint },
  ];
  const full = timeline.collections.filter(({ kind }) => kind === "full").length;
  const others = timeline.collections.length - full;
  const rows = [
    [
      { text: "" },
      { text: "" },
      { text: "highest", align: "right" as const, paint: style.faint },
      { text: "at the end", align: "right" as const, paint: style.faint },
      { text: "" },
    ],
    ...SERIES.toReversed().map(({ name, sign }) => row(sign, TITLES[name], timeline[name], REMARKS[name])),
    row("", "rss", timeline.rss, "all that the process holds in memory"),
  ];
  return [
    ...alignColumns(rows, 2),
    ...(timeline.collections.length === 0
      ? []
      : [`  ${style.faint(`▲ ${many(full, "full collection")}, · ${many(others, "other")}`)}`]),
  ];
}

const REMARKS: Readonly<Record<(typeof SERIES)[number]["name"], string>> = {
  heapUsed: "used, all JavaScript heaps together",
  buffers: "ArrayBuffers and WebAssembly memory",
  native: "malloc and mmap of addons, libraries, Node",
};
