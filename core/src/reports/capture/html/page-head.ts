/** What a capture's page says above everything else. */

import type { CaptureInfo, CaptureProcess, CaptureReading } from "../../../capture-files/model/capture.js";
import { formatSize, groupDigits } from "../../../sizes/format-size.js";
import { captureLosses, captureNotes, processText, programText } from "../heading.js";
import type { PageHead } from "./page-data.js";

/** @param info with what was found only when the events were read */
export function headOf(info: CaptureInfo, { statistics }: Pick<CaptureReading, "statistics">): PageHead {
  const alerts = captureLosses(info);
  return {
    program: programText(info),
    file: info.path.split(/[/\\]/u).at(-1) ?? info.path,
    started: info.meta.startedAt.replace("T", " ").replace(/(?:\.\d+)?Z$/u, " UTC"),
    machine: processText(info),
    durationUs: statistics.durationUs,
    ended: endedText(info.processes[0]),
    peak: statistics.peak,
    spaces: statistics.spaces,
    alerts,
    notes: [
      ...heapNotes(info),
      ...countNotes(statistics),
      ...captureNotes(info).filter((note) => !alerts.includes(note)),
    ],
    heapIsExact: info.heapIsExact,
  };
}

function endedText(process: CaptureProcess | undefined): string {
  if (process === undefined || process.end === null)
    return process?.damage == null ? "killed, or still running" : "cut off";
  switch (process.end.reason) {
    case "exit":
      return process.end.exitCode === null ? "ended" : `exit code ${process.end.exitCode}`;
    case "stop":
      return "recording stopped";
    case "full":
      return "disk full";
    case "slow":
      return "disk too slow";
  }
}

function heapNotes({ meta, heapIsExact }: CaptureInfo): readonly string[] {
  if (meta.heapInterval === 0) return ["The heap was not sampled: only its level is known."];
  if (heapIsExact) return [];
  return [
    `Figures of the heap (~) are estimates: one sample for every ${formatSize(meta.heapInterval)} on average. Those of buffers and native memory are exact.`,
  ];
}

function countNotes({ missedCount, withoutNativeFrames }: CaptureReading["statistics"]): readonly string[] {
  const unframed = Math.round(withoutNativeFrames.count);
  return [
    ...(missedCount === 0
      ? []
      : [`${groupDigits(missedCount)} allocations could not be written down: they are in no figure.`]),
    ...(unframed === 0 ? [] : [`Of ${groupDigits(unframed)} allocations the native frames are missing.`]),
  ];
}
