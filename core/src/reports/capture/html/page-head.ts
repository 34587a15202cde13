/** What a capture's page says above everything else. */

import type {
  CaptureInfo,
  CaptureProcess,
  CaptureReading,
  CaptureStatistics,
  ViewKind,
} from "../../../capture-files/model/capture.js";
import { formatSize, groupDigits } from "../../../sizes/format-size.js";
import type { PageHead } from "./page-data.js";

export function headOf(info: CaptureInfo, reading: Pick<CaptureReading, "statistics" | "damage">): PageHead {
  const { statistics } = reading;
  const { processes } = info;
  const { process, startedAt } = info.meta;
  const several = processes.length > 1;
  // What was found while reading is of the file that was read: known as one where there is one.
  const found = several ? processes : processes.map((each) => ({ ...each, damage: reading.damage }));
  return {
    program: programOf(info),
    file: info.path.split(/[/\\]/u).at(-1) ?? info.path,
    started: startedAt.replace("T", " ").replace(/(?:\.\d+)?Z$/u, " UTC"),
    machine: `Node ${process.node.replace(/^v/u, "")}, ${process.platform} ${process.architecture}, ${several ? `${processes.length} processes` : `process ${process.pid}`}`,
    durationUs: statistics.durationUs,
    ended: endedText(found[0] ?? info),
    peak: statistics.peak,
    spaces: statistics.spaces,
    alerts: found.flatMap((each) =>
      alertsOf(each).map((alert) => (several ? `Process ${each.meta.process.pid}: ${alert}` : alert)),
    ),
    notes: [
      ...heapNotes(info),
      ...lostNotes(info, statistics),
      ...new Set(processes.flatMap(({ meta }) => meta.notes)),
    ],
    heapIsExact: info.heapIsExact,
  };
}

/** "app.js --port 80": without the path of Node and, where it lies in the working directory, of the program. */
function programOf({ meta: { process } }: CaptureInfo): string {
  const [, ...given] = process.argv;
  const shown = given.map((each) => (each.startsWith(`${process.cwd}/`) ? each.slice(process.cwd.length + 1) : each));
  return shown.join(" ") || "node";
}

type Ended = Pick<CaptureProcess, "end" | "damage">;

function endedText({ end, damage }: Ended): string {
  if (end === null) return damage === null ? "killed, or still running" : "cut off";
  switch (end.reason) {
    case "exit":
      return end.exitCode === null ? "ended" : `exit code ${end.exitCode}`;
    case "stop":
      return "recording stopped";
    case "full":
      return "disk full";
    case "slow":
      return "disk too slow";
  }
}

const EARLY = {
  full: "The disk took no more: the recording stopped before the program did.",
  slow: "The disk could not keep up: the recording stopped before the program did.",
} as const;

function alertsOf({ end, damage }: Ended): readonly string[] {
  const alerts: string[] = [];
  if (damage !== null) {
    alerts.push(
      `Read up to byte ${groupDigits(damage.atByte)}: ${damage.reason.replace(/\.$/u, "")}. What is before it counts.`,
    );
  }
  if (end === null)
    alerts.push("The recording has no end: the process was killed, or it still ran when this was read.");
  else if (end.reason === "full" || end.reason === "slow")
    alerts.push([EARLY[end.reason], end.detail].filter(Boolean).join(" "));
  if (end !== null && end.dropped.bytes > 0)
    alerts.push(`${formatSize(end.dropped.bytes)} of the recording could not be written.`);
  return alerts;
}

function heapNotes({ meta, heapIsExact }: CaptureInfo): readonly string[] {
  if (meta.heapInterval === 0) return ["The heap was not sampled: only its level is known."];
  if (heapIsExact) return [];
  return [
    `Figures of the heap (~) are estimates: one sample for every ${formatSize(meta.heapInterval)} on average. Those of buffers and native memory are exact.`,
  ];
}

function lostNotes({ processes }: CaptureInfo, statistics: CaptureStatistics): readonly string[] {
  const dropped = (key: "stacks" | "blocks"): number =>
    processes.reduce((sum, { end }) => sum + (end?.dropped[key] ?? 0), 0);
  const [stacks, blocks] = [dropped("stacks"), dropped("blocks")];
  const { missedCount, withoutNativeFrames } = statistics;
  return [
    ...(missedCount === 0
      ? []
      : [`${groupDigits(missedCount)} allocations could not be written down: they are in no figure.`]),
    ...(stacks === 0 ? [] : [`${groupDigits(stacks)} stacks found no room: their allocations have none.`]),
    ...(blocks === 0 ? [] : [`${groupDigits(blocks)} blocks could not be followed.`]),
    ...(withoutNativeFrames.count === 0
      ? []
      : [`Of ${groupDigits(Math.round(withoutNativeFrames.count))} allocations the native frames are missing.`]),
  ];
}

/** In a list of views, and as a title. */
export function viewTexts(kind: ViewKind, threshold: number): readonly [name: string, title: string] {
  switch (kind) {
    case "peak":
      return ["peak", "Alive at the high-water mark"];
    case "leaked":
      return ["leaked", "Alive when the recording ended"];
    case "allocated":
      return ["allocated", "Everything allocated, freed or not"];
    case "window":
      return ["window", "Allocated in a window of time, alive at its end"];
    case "temporary":
      return [
        "temporary",
        `Temporary: freed before its thread made more than ${groupDigits(threshold)} further allocation${threshold === 1 ? "" : "s"}`,
      ];
  }
}
