/** The report of a run as text for a terminal. Pure. */

import { messageStyle } from "../../assertions/colours.js";
import { alignColumns, MESSAGE_WIDTH, shorten } from "../../assertions/layout.js";
import { percent, siteBytes } from "../../assertions/numbers.js";
import type { MessageStyle } from "../../assertions/style.js";
import type { RunReport } from "../../runs/run-report.js";
import { formatSize } from "../../sizes/format-size.js";
import { baselineNotes, improvementLines, recordedText } from "../baseline-lines.js";
import { type RunSummary, summariseRun, testName } from "../run-summary.js";
import { durationText, machineText, many, notesOf } from "../sentences.js";
import { placesOf } from "../stacks.js";
import { fitLines } from "./fit.js";
import {
  artifactLines,
  breachLines,
  deathLines,
  ignoredLines,
  inconclusiveLines,
  leakLines,
  noteLines,
  type SectionOptions,
} from "./sections.js";
import { tableLines } from "./table.js";

export interface TerminalOptions {
  /** "short": the files with the highest peaks; "verbose": all of them, the hottest sites and tests. Default "short". */
  readonly detail?: "short" | "verbose";
  /** Whether to colour; `undefined`: what the process's output can show. */
  readonly colour?: boolean | undefined;
  /** Columns; default 100, at least 60, never more than 160. */
  readonly width?: number | undefined;
}

const LEAST_WIDTH = 60;
const MOST_WIDTH = 160;
const SHORT_FILES = 10;
const SHORT_ENTRIES = 5;
const HOTTEST_TESTS = 20;
const HOTTEST_SITES = 10;

/** @returns lines, each ended; nothing breaks what a terminal of the width shows */
export function renderTerminal(report: RunReport, options: TerminalOptions = {}): string {
  const style = messageStyle(options.colour);
  const width = Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, Math.floor(options.width ?? MESSAGE_WIDTH)));
  const verbose = options.detail === "verbose";
  const entries: SectionOptions = { verbose, most: verbose ? Number.POSITIVE_INFINITY : SHORT_ENTRIES };
  const summary = summariseRun(report);
  const recorded = recordedText(report);
  const table = tableLines(
    summary,
    {
      width,
      rows: verbose ? Number.POSITIVE_INFINITY : SHORT_FILES,
      howToSeeAll: 'report.terminal: "verbose" shows all',
    },
    style,
  );
  const sections: readonly (readonly string[])[] = [
    headLines(report, summary, style),
    deathLines(summary.deaths, report, style),
    table,
    ...(verbose ? [testLines(report, width, style), siteLines(report, width, style)] : []),
    breachLines(summary.breaches, report, entries, style),
    improvementLines(report, entries.most, style),
    leakLines(summary.leaks, report, entries, style),
    ignoredLines(summary.ignored, entries, style),
    inconclusiveLines(summary.inconclusive, entries, style),
    recorded === "" ? [] : [recorded],
    artifactLines(report, entries, style),
    noteLines([...notesOf(report), ...baselineNotes(report), ...(verbose ? fileNotes(report) : [])]),
  ];
  const shown = sections.filter((lines) => lines.length > 0);
  const lines = shown.flatMap((section, index) => (index === 0 ? section : ["", ...section]));
  return fitLines(lines, width)
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

function headLines(report: RunReport, summary: RunSummary, style: MessageStyle): readonly string[] {
  const counts = [
    many(report.files.length, "file"),
    many(summary.testCount, "test"),
    ...(report.durationMs === null ? [] : [durationText(report.durationMs)]),
    ...(report.shards.length === 0 ? [] : [many(report.shards.length, "shard")]),
  ];
  return [`${style.strong("Memory")}  ${counts.join(", ")}  ${style.faint(`(${machineText(report)})`)}`];
}

/** Tests with the highest peaks. */
function testLines(report: RunReport, width: number, style: MessageStyle): readonly string[] {
  const tests = report.files
    .flatMap((file) => file.tests.map((test) => ({ file, test, peak: test.figures?.total.peakBytes ?? null })))
    .filter(({ peak }) => peak !== null)
    .sort((a, b) => (b.peak ?? 0) - (a.peak ?? 0))
    .slice(0, HOTTEST_TESTS);
  if (tests.length === 0) return [];
  const room = width - 30;
  return [
    style.strong("Tests with the highest peaks"),
    ...alignColumns(
      tests.map(({ file, test, peak }) => [
        { text: formatSize(peak), align: "right", paint: style.strong },
        { text: shorten(testName(test.name), Math.floor(room * 0.6)) },
        {
          text: shorten(test.line === null ? file.path : `${file.path}:${test.line}`, Math.floor(room * 0.4) + 16),
          paint: style.place,
        },
      ]),
      2,
    ),
  ];
}

/** Places that allocated most, in all files together. */
function siteLines(report: RunReport, width: number, style: MessageStyle): readonly string[] {
  const places = placesOf(
    report.files.flatMap(({ sites }) => sites),
    report,
  );
  if (places.length === 0) return [];
  const whole = places.reduce((sum, { bytes }) => sum + bytes, 0);
  return [
    style.strong("Where most was allocated"),
    ...alignColumns(
      places.slice(0, HOTTEST_SITES).map((place) => [
        { text: siteBytes(place.bytes, place.estimated), align: "right" },
        { text: percent(place.bytes, whole), align: "right" },
        { text: place.space, paint: style.faint },
        { text: shorten(place.stack.place?.name ?? "(no stack)", 28), paint: style.strong },
        { text: shorten(place.stack.place?.where ?? "", width - 60), paint: style.place },
      ]),
      2,
    ),
  ];
}

function fileNotes(report: RunReport): readonly string[] {
  return report.files.flatMap((file) => file.notes.map((note) => `${file.path}: ${note}`));
}
