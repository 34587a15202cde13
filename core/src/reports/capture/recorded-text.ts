/** What is said after a program was recorded: where it is, what is in it, what to do next. */

import { alignColumns, type Cell } from "../../assertions/layout.js";
import { siteBytes } from "../../assertions/numbers.js";
import type { CaptureInfo, CaptureStatistics } from "../../capture-files/model/capture.js";
import { formatSize } from "../../sizes/format-size.js";
import { fitLines } from "../terminal/fit.js";
import { noteLines } from "../terminal/sections.js";
import { allocationsText, captureNotes, programText, SPACES, timeText } from "./heading.js";
import { asText, type CaptureTextOptions, type TextFrame, textFrame } from "./text-options.js";

export interface RecordedCapture {
  /** As it is to be typed. */
  readonly name: string;
  /** Of the file. */
  readonly bytes: number;
  readonly info: CaptureInfo;
  /** `null`: the file could not be read through; `problem` says why. */
  readonly statistics: CaptureStatistics | null;
  readonly problem: string;
}

/** @returns lines, each ended */
export function renderRecorded(captures: readonly RecordedCapture[], options: CaptureTextOptions = {}): string {
  const frame = textFrame(options);
  const [first, ...others] = captures;
  if (first === undefined)
    return asText(["memspec: nothing was recorded: the program started no Node process that can be."]);
  const files = others.length === 0 ? first.name : captures.map(({ name }) => name).join(" ");
  const notes = captures.flatMap((capture) => [
    ...(capture.problem === "" ? [] : [`${capture.name}: ${capture.problem}`]),
    ...captureNotes(capture.info).map((note) =>
      captures.every(({ info }) => captureNotes(info).includes(note)) ? note : `${capture.name}: ${note}`,
    ),
  ]);
  return asText([
    "",
    ...(others.length === 0 ? oneLines(first, frame) : severalLines(captures, frame)),
    ...fitLines(noteLines([...new Set(notes)]), frame.width),
    "",
    ...nextLines(others.length === 0 ? files : "", captures, frame),
  ]);
}

function oneLines(capture: RecordedCapture, { style, width }: TextFrame): readonly string[] {
  const { info, statistics } = capture;
  const head = `memspec: ${style.strong(capture.name)} ${style.faint(`(${formatSize(capture.bytes)})`)}`;
  if (statistics === null) return fitLines([head], width);
  const { peak } = statistics;
  const parts = `heap ${formatSize(peak.heapBytes)}, buffers ${formatSize(peak.buffersBytes)}, native ${formatSize(peak.nativeBytes)}`;
  const when = peak.timeUs === null ? "" : ` after ${timeText(peak.timeUs)} of ${timeText(statistics.durationUs)}`;
  return fitLines(
    [
      head,
      `  peak       ${style.strong(formatSize(peakOf(statistics)))}${when}: ${parts}`,
      `  allocated  ${allocatedText(statistics, info)}`,
    ],
    width,
  );
}

function peakOf({ peak }: CaptureStatistics): number {
  return peak.heapBytes + peak.buffersBytes + peak.nativeBytes;
}

/** "~120 MB in ~12,345 allocations"; what is not known is left out, and said. */
function allocatedText({ spaces }: CaptureStatistics, info: CaptureInfo): string {
  const known = SPACES.filter((space) => spaces[space].allocatedBytes !== null);
  const bytes = known.reduce((sum, space) => sum + (spaces[space].allocatedBytes ?? 0), 0);
  const counted = known.every((space) => spaces[space].allocationCount !== null);
  const count = known.reduce((sum, space) => sum + (spaces[space].allocationCount ?? 0), 0);
  const estimated = known.includes("heap") && !info.heapIsExact;
  const without = known.length === SPACES.length ? "" : " (buffers and native alone)";
  return `${siteBytes(bytes, estimated)}${counted ? ` in ${allocationsText(count, estimated)}` : ""}${without}`;
}

function severalLines(captures: readonly RecordedCapture[], { style, width }: TextFrame): readonly string[] {
  const title = (text: string): Cell => ({ text, align: "right", paint: style.faint });
  const rows = captures.map(({ name, bytes, info, statistics }): readonly Cell[] => [
    { text: name, paint: style.strong },
    { text: formatSize(bytes), align: "right" },
    { text: formatSize(statistics === null ? null : peakOf(statistics)), align: "right" },
    { text: programText(info), paint: style.place },
  ]);
  const heading: readonly Cell[] = [
    { text: "file", paint: style.faint },
    title("size"),
    title("peak"),
    { text: "program", paint: style.faint },
  ];
  const lines = alignColumns([heading, ...rows], 2);
  return [`memspec: ${captures.length} processes were recorded`, ...fitLines(lines, width)];
}

/** With many files, the pattern that names them all is shorter than their list. */
function nextLines(file: string, captures: readonly RecordedCapture[], { style }: TextFrame): readonly string[] {
  const names = captures.map(({ name }) => name);
  const all = file === "" ? commonPattern(names) : file;
  const one = file === "" ? (names[0] ?? "") : file;
  return [`  ${style.faint("memspec flamegraph")} ${one}`, `  ${style.faint("memspec summary")} ${all}`];
}

/** "memspec-app.*.memspec" */
function commonPattern(names: readonly string[]): string {
  const [first = ""] = names;
  const isShared = (part: (text: string, length: number) => string, length: number): boolean =>
    names.every((name) => part(name, length) === part(first, length));
  const start = (text: string, length: number): string => text.slice(0, length);
  const end = (text: string, length: number): string => (length === 0 ? "" : text.slice(-length));
  const most = Math.min(...names.map((name) => name.length));
  let before = 0;
  while (before < most && isShared(start, before + 1)) before += 1;
  let after = 0;
  while (after < most - before && isShared(end, after + 1)) after += 1;
  // Digits that ids have in common belong to the ids.
  const head = first.slice(0, before).replace(/\d+$/u, "");
  const tail = end(first, after).replace(/^\d+/u, "");
  return `${head}*${tail}`;
}
