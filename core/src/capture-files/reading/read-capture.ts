/** One reading: all that was asked, of all processes. */

import type { CaptureDamage, CaptureReading, CaptureSpace, CaptureView, ReadOptions } from "../model/capture.js";
import { withCaptureFile } from "./chunks.js";
import type { Amount, AmountOf, ProcessFigures } from "./figures.js";
import { createFrameSources } from "./frame-sources.js";
import { joinTimelines, type ProcessTimeline } from "./join-timelines.js";
import { threadNumber } from "./process-numbers.js";
import { createProgress } from "./progress.js";
import type { Question } from "./questions.js";
import { readEvents } from "./read-events.js";
import { checkSumsCan, readSums } from "./read-sums.js";
import type { RecordedProcess } from "./recorded-process.js";
import { RowTable } from "./row-table.js";
import { HEAP_BIT } from "./spaces.js";
import { StackNodes } from "./stack-nodes.js";
import { StatisticsBuilder } from "./statistics.js";
import type { OpenSymbols } from "./symbols.js";
import { TreeBuilder } from "./tree-builder.js";

const HEAP = 0;

/** What one process had to say to a question. */
interface Answer {
  readonly timeUs: number | null;
  readonly unknown: readonly CaptureSpace[];
}

/** @throws MemspecError `MEMSPEC_CAPTURE_SUMS`, and those of opening a file, which may be gone */
export async function readCapture(
  processes: readonly RecordedProcess[],
  offsets: readonly number[],
  questions: readonly Question[],
  openSymbols: OpenSymbols,
  onProgress: ReadOptions["onProgress"],
): Promise<CaptureReading> {
  for (const { meta, path } of processes) {
    if (meta.contents === "sums") for (const question of questions) checkSumsCan(question, path);
  }
  const progress = createProgress(processes, onProgress);
  const tree = new TreeBuilder();
  const rows = new RowTable(questions.length);
  const statistics = new StatisticsBuilder();
  const timelines: ProcessTimeline[] = [];
  const answers: Answer[][] = questions.map(() => []);
  let damage: CaptureDamage | null = null;

  for (const [index, process] of processes.entries()) {
    const offsetUs = offsets[index] ?? 0;
    const own = questions.map((question) => onClockOf(question, offsetUs));
    const read = await withCaptureFile(process.path, (file) => {
      const onRead = progress(index);
      return process.meta.contents === "sums"
        ? readSums(file, process, onRead)
        : readEvents(file, process, own, onRead);
    });
    damage ??= read.damage;
    statistics.add(process, read.figures);
    const durationUs = process.end?.time ?? read.figures.timeUs;
    timelines.push({ timeline: read.figures.timeline, offsetUs, durationUs });
    const symbols = await openSymbols(process.definitions.modules.slice(1));
    const stacks = new StackNodes(process.definitions, createFrameSources(process.definitions, symbols), tree);
    const asked = amountsOf(own, index, process, read.figures);
    addRows(rows, asked, index, process, read.figures, stacks);
    for (const [view, { unknown }] of asked.entries()) {
      const question = own[view];
      if (question === undefined || !isOf(question, index)) continue;
      answers[view]?.push({ timeUs: timeOf(question, read.figures, durationUs, offsetUs), unknown });
    }
  }
  return {
    views: questions.map((question, view) => viewOf(question, view, rows, answers[view] ?? [])),
    tree: tree.tree(),
    timeline: joinTimelines(timelines),
    statistics: statistics.build(Math.max(0, ...timelines.map(({ offsetUs, durationUs }) => offsetUs + durationUs))),
    damage,
  };
}

/** Windows are on the common clock. */
function onClockOf(question: Question, offsetUs: number): Question {
  return { ...question, fromUs: question.fromUs - offsetUs, toUs: question.toUs - offsetUs };
}

function isOf({ process }: Question, index: number): boolean {
  return process === null || process === index;
}

interface Asked {
  readonly amount: AmountOf;
  readonly unknown: readonly CaptureSpace[];
}

const NOTHING: Amount = { bytes: 0, count: 0 };

/** What each question wants of a group: nothing where it is about other spaces, threads or processes. */
function amountsOf(
  questions: readonly Question[],
  index: number,
  process: RecordedProcess,
  figures: ProcessFigures,
): readonly Asked[] {
  let windows = 0;
  return questions.map((question) => {
    const figure = figureOf(question, figures, question.kind === "window" ? windows++ : 0);
    const heapIsKnown =
      process.meta.heapInterval !== 0 && (question.kind === "allocated" || !figures.heapLifetimesUnknown);
    const bits = heapIsKnown ? question.spaceBits : question.spaceBits & ~HEAP_BIT;
    const { groups } = figures;
    return {
      unknown: heapIsKnown || !question.spaces.includes("heap") ? [] : ["heap"],
      amount: (group) => {
        if ((bits & (1 << groups.space(group))) === 0 || !isOf(question, index)) return NOTHING;
        if (question.thread !== null && question.thread !== threadNumber(index, groups.thread(group))) return NOTHING;
        return figure(group);
      },
    };
  });
}

function figureOf(question: Question, figures: ProcessFigures, window: number): AmountOf {
  switch (question.kind) {
    case "peak":
      return figures.atPeak(question.spaceBits);
    case "leaked":
      return figures.live;
    case "temporary":
      return figures.temporary(question.threshold);
    case "allocated":
      return figures.all;
    case "window":
      return figures.window(window);
  }
}

function addRows(
  rows: RowTable,
  asked: readonly Asked[],
  index: number,
  process: RecordedProcess,
  { groups }: ProcessFigures,
  stacks: StackNodes,
): void {
  for (let group = 0; group < groups.count; group += 1) {
    let row = -1;
    for (const [view, { amount }] of asked.entries()) {
      const { bytes, count } = amount(group);
      if (bytes === 0 && count === 0) continue;
      if (row === -1) {
        const space = groups.space(group);
        const allocator = space === HEAP ? "" : (process.meta.allocators[groups.allocator(group)] ?? "");
        const key = rows.key({ thread: threadNumber(index, groups.thread(group)), space, allocator });
        row = rows.row(stacks.node(groups.stack(group)), key);
      }
      rows.add(row, view, bytes, count);
    }
  }
}

/** Of the view's moment on the common clock. */
function timeOf(question: Question, figures: ProcessFigures, durationUs: number, offsetUs: number): number | null {
  switch (question.kind) {
    case "peak": {
      const { timeUs } = figures.peak(question.spaceBits);
      return timeUs === null ? null : timeUs + offsetUs;
    }
    case "leaked":
      return durationUs + offsetUs;
    case "window":
      return Math.min(question.toUs, durationUs) + offsetUs;
    default:
      return null;
  }
}

function viewOf(question: Question, view: number, table: RowTable, answers: readonly Answer[]): CaptureView {
  const rows = table.rows(view);
  const unknown = new Set(answers.flatMap((answer) => answer.unknown));
  return {
    kind: question.kind,
    spaces: question.spaces,
    time: answers.length === 1 ? (answers[0]?.timeUs ?? null) : null,
    unknownSpaces: question.spaces.filter((space) => unknown.has(space)),
    rows,
    bytes: rows.reduce((total, row) => total + row.bytes, 0),
    count: rows.reduce((total, row) => total + row.count, 0),
  };
}
