/** What a capture is of, what a view of it shows, and what makes its figures weaker: the same words in every report. */

import { listOf } from "../../assertions/frames.js";
import { siteBytes } from "../../assertions/numbers.js";
import type { MessageStyle } from "../../assertions/style.js";
import type { CaptureEnd } from "../../capture-files/format/format.js";
import type {
  CaptureInfo,
  CaptureProcess,
  CaptureSpace,
  CaptureView,
  UnreadModule,
  ViewOptions,
} from "../../capture-files/model/capture.js";
import { formatSize, groupDigits } from "../../sizes/format-size.js";
import { many } from "../sentences.js";
import { fitLines } from "../terminal/fit.js";
import { type CaptureTextOptions, textFrame } from "./text-options.js";

/** What is shown of one or more captures, as reports need it. */
export interface ShownView {
  readonly view: CaptureView;
  /** As it was asked for. */
  readonly options: ViewOptions;
  /** Names of the threads that it was narrowed to; empty: all. */
  readonly threads: readonly string[];
}

/** "server.js --port 80", as it was started. */
export function programText({ meta }: CaptureInfo): string {
  const [, script, ...rest] = meta.process.argv;
  const name = script === undefined ? evaluated(meta.process.execArgv) : (script.split(/[\\/]/u).at(-1) ?? script);
  return [name, ...rest].join(" ");
}

function evaluated(execArgv: readonly string[]): string {
  return execArgv.some((word) => /^(?:-e|-p|-pe|--eval|--print)/u.test(word)) ? "node -e" : "node";
}

/** "Node 22.1.0, linux x64, process 4711"; "… 3 processes" */
export function processText({ meta, processes }: CaptureInfo): string {
  const { node, platform, architecture, pid } = meta.process;
  const which = processes.length > 1 ? `${processes.length} processes` : `process ${pid}`;
  return `Node ${node.replace(/^v/u, "")}, ${platform} ${architecture}, ${which}`;
}

export function timeText(us: number): string {
  if (us < 1000) return `${Math.round(us)} µs`;
  const ms = us / 1000;
  if (ms < 1000) return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(2)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

const ALL_SPACES = 3;

/** "Alive at the high-water mark, 1.20 s after the start" */
export function viewText({ view, options, threads }: ShownView): string {
  const narrowed = [
    ...(view.spaces.length < ALL_SPACES ? [`${view.spaces.join(" and ")} only`] : []),
    ...(threads.length > 0 ? [`${threads.length === 1 ? "thread" : "threads"} ${threads.join(", ")} only`] : []),
  ];
  return [whatText(view, options), ...narrowed].join(", ");
}

function whatText(view: CaptureView, options: ViewOptions): string {
  switch (view.kind) {
    case "peak":
      return `Alive at the high-water mark${view.time === null ? "" : `, ${timeText(view.time)} after the start`}`;
    case "leaked":
      return "Still alive at the end";
    case "allocated":
      return "Allocated, freed or not";
    case "temporary":
      return temporaryText(options.threshold ?? 1);
    case "window": {
      const end = options.toUs === undefined ? "the end" : timeText(options.toUs);
      return `Allocated from ${timeText(options.fromUs ?? 0)} on and alive at ${end}`;
    }
  }
}

function temporaryText(threshold: number): string {
  if (threshold === 0) return "Freed before the next allocation";
  return `Freed before ${threshold === 1 ? "a second" : `${groupDigits(threshold + 1)}`} further allocation${threshold === 1 ? "" : "s"} of its thread`;
}

/** Whether a figure of these spaces is an estimate. */
function isEstimated(view: CaptureView, info: CaptureInfo): boolean {
  return !info.heapIsExact && view.rows.some(({ space }) => space === "heap");
}

/** "~12,345": an estimate is marked. */
export function countText(count: number, estimated: boolean): string {
  return `${estimated ? "~" : ""}${groupDigits(Math.round(count))}`;
}

/** "~12,345 allocations" */
export function allocationsText(count: number, estimated: boolean): string {
  return `${countText(count, estimated)} allocation${Math.round(count) === 1 ? "" : "s"}`;
}

/** Two lines: the program, and what is shown of it with its sum. */
export function headingLines(shown: ShownView, info: CaptureInfo, style: MessageStyle): readonly string[] {
  const estimated = isEstimated(shown.view, info);
  const bytes = style.strong(siteBytes(shown.view.bytes, estimated));
  const allocations = allocationsText(shown.view.count, estimated);
  return [
    `${style.strong(programText(info))}  ${style.faint(`(${processText(info)})`)}`,
    `${viewText(shown)}: ${bytes} in ${allocations}`,
  ];
}

/** As `headingLines`, in lines that fit. */
export function headingOf(shown: ShownView, info: CaptureInfo, options: CaptureTextOptions): readonly string[] {
  const { width, style } = textFrame(options);
  return fitLines(headingLines(shown, info, style), width);
}

const ENDS: Readonly<Record<"full" | "slow", string>> = {
  full: "The recording ended before the program: the disk took no more",
  slow: "The recording ended before the program: the disk could not keep up",
};

/** What is true of a capture and makes its figures weaker, in sentences; empty for a whole one. */
export function captureNotes(info: CaptureInfo): readonly string[] {
  return notesOf(info, (process) => [...lossNotes(process), ...processNotes(process)]);
}

/** Of those, what says that the recording is not whole. */
export function captureLosses(info: CaptureInfo): readonly string[] {
  return notesOf(info, lossNotes);
}

function notesOf(info: CaptureInfo, notes: (process: CaptureProcess) => readonly string[]): readonly string[] {
  const several = info.processes.length > 1;
  const all = info.processes.map(notes);
  const told = info.processes.flatMap((process, index) =>
    (all[index] ?? []).map((note) =>
      several && !all.every((others) => others.includes(note)) ? `Process ${process.meta.process.pid}: ${note}` : note,
    ),
  );
  return [...new Set(told)];
}

/** Of a view beside those of its capture: spaces of which it cannot tell anything. */
export function viewNotes({ unknownSpaces, kind }: CaptureView): readonly string[] {
  if (unknownSpaces.length === 0) return [];
  const why = unknownSpaces.includes("heap") ? " (its objects were not sampled, or not followed to their end)" : "";
  return [`Not known of ${listOf(unknownSpaces)}${why}: what was ${KIND_WORDS[kind]}.`];
}

const KIND_WORDS: Readonly<Record<CaptureView["kind"], string>> = {
  peak: "alive at the high-water mark",
  leaked: "alive at the end",
  temporary: "temporary",
  allocated: "allocated",
  window: "allocated in the window and alive at its end",
};

/** What the recording lacks at its end. */
function lossNotes({ end, damage }: CaptureProcess): readonly string[] {
  const notes: string[] = [];
  if (damage !== null) {
    notes.push(
      `The file can be read up to byte ${groupDigits(damage.atByte)}: ${withoutStop(damage.reason)}. What is before counts.`,
    );
  }
  if (end === null) {
    notes.push(
      "The recording did not end in order (the program was killed, or still runs): what was written until then counts.",
    );
  } else if (end.reason === "full" || end.reason === "slow") {
    notes.push(`${ENDS[end.reason]}${end.detail === "" ? "" : ` (${withoutStop(end.detail)})`}.`);
  }
  return notes;
}

function processNotes({ end, meta, unreadModules }: CaptureProcess): readonly string[] {
  return [...(end === null ? [] : droppedNotes(end.dropped)), ...unreadModules.map(moduleNote), ...meta.notes];
}

function moduleNote({ path, reason }: UnreadModule): string {
  const why = reason === "missing" ? "the file is not there any more" : "the file is not the one that ran";
  return `Lines of ${path} are not known, and its functions only as far as it exported them: ${why}.`;
}

function droppedNotes(dropped: CaptureEnd["dropped"]): readonly string[] {
  const notes: string[] = [];
  if (dropped.bytes > 0) notes.push(`${formatSize(dropped.bytes)} of the recording could not be written.`);
  if (dropped.stacks > 0) notes.push(`There was no room for ${many(dropped.stacks, "stack")}.`);
  if (dropped.blocks > 0) notes.push(`${many(dropped.blocks, "block")} could not be followed.`);
  return notes;
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/u, "");
}

/** What stands for itself: the names of the spaces in the order in which they are always told. */
export const SPACES: readonly CaptureSpace[] = ["heap", "buffers", "native"];
