/** What reports say of breaches, deaths and leaks in words: the same words in each. */

import { listOf } from "../assertions/frames.js";
import { ratioText } from "../assertions/numbers.js";
import type { Breach, RunDeath, RunLeaks, RunReport } from "../runs/run-report.js";
import { formatBytesExact, formatSize, groupDigits } from "../sizes/format-size.js";
import type { Leaked } from "./run-summary.js";

/** "peak 61.3 MB, limit 50 MB (limitMemory): 1.23 times the limit" */
export function breachText(breach: Breach): string {
  const of = breach.space === "total" ? (breach.spaces ?? []).join(" + ") : breach.space;
  const figure = breach.of ?? breach.figure;
  const what = of === "" ? figure : `${figure} (${of})`;
  const alike = formatSize(Math.round(breach.actualBytes)) === formatSize(Math.round(breach.limitBytes));
  const size = alike ? formatBytesExact : formatSize;
  const amount = (value: number): string => (breach.space === "handles" ? handlesText(value) : size(Math.round(value)));
  const ratio = ratioText(breach.actualBytes, breach.limitBytes);
  const limit = breach.figure === "baseline" ? "recorded" : "limit";
  const times = breach.figure === "baseline" ? ratio.replace("the limit", "the baseline") : ratio;
  return `${what} ${amount(breach.actualBytes)}, ${limit} ${amount(breach.limitBytes)} (${breach.source})${times === "" ? "" : `: ${times}`}`;
}

function handlesText(count: number): string {
  return count === 1 ? "1 handle" : `${groupDigits(count)} handles`;
}

const DEATHS: Readonly<Record<RunDeath["reason"], string>> = {
  "out-of-memory": "out of memory",
  "hard-cap": "stopped at the hard cap",
  signal: "killed by a signal",
  exit: "ended early",
};

/** "out of memory (SIGABRT)" */
export function deathText(death: RunDeath): string {
  return death.detail === "" ? DEATHS[death.reason] : `${DEATHS[death.reason]} (${death.detail})`;
}

/** "1.92 GB heap, 12 MB buffers, 2.1 GB RSS"; "" where nothing was read. */
export function lastLevels(death: RunDeath): string {
  const { last } = death;
  if (last === null) return "";
  const parts: readonly (readonly [string, number | null])[] = [
    ["heap", last.heapBytes],
    ["buffers", last.buffersBytes],
    ["native", last.nativeBytes],
    ["RSS", last.rssBytes],
  ];
  return parts.flatMap(([name, bytes]) => (bytes === null ? [] : [`${formatSize(bytes)} ${name}`])).join(", ");
}

/** "Session ×3, Timeout" */
export function leakTypes(leaks: RunLeaks): string {
  return listOf(
    leaks.groups.map(({ type, countPerCall }) =>
      countPerCall === null || countPerCall === 1 ? type : `${type} ×${Number(countPerCall.toFixed(2))}`,
    ),
  );
}

/** A cell: what leaked, "–" where nobody looked. */
export function leakedText(leaked: Leaked): string {
  switch (leaked.verdict) {
    case "not looked at":
      return "–";
    case "clean":
      return formatSize(0);
    case "inconclusive":
      return "unclear";
    case "leak":
      return leaked.bytes === null ? "leaks" : formatSize(leaked.bytes);
  }
}

/** "Vitest 4.1.12, Node 20.20.2, linux x64" */
export function machineText({ runner, machine }: RunReport): string {
  const name = runner.name === "vitest" ? "Vitest" : "Jest";
  return `${name} ${runner.version}, Node ${machine.node}, ${machine.platform} ${machine.arch}`;
}

/** What weakens the figures of the run, each once, the missing addon first. */
export function notesOf(report: RunReport): readonly string[] {
  const { native } = report.machine;
  const told = native.available || report.notes.some((note) => note.includes(native.reason));
  return [...(told ? [] : [`Native memory is not counted: ${native.reason}.`]), ...report.notes];
}

/** "1.2 s", "3 min 20 s" */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** "1 file", "12 files" */
export function many(count: number, word: string): string {
  return `${groupDigits(count)} ${word}${count === 1 ? "" : "s"}`;
}
