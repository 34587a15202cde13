/** Joins the reports of shards to the report that one run would have given. Pure. */

import { createInterned, stackKey } from "../analysis/interned.js";
import type { SourceFrame } from "../capture/measurement.js";
import { MemspecError } from "../errors/memspec-error.js";
import { moveFile } from "./move-file.js";
import type { FileReport, RunMachine, RunReport } from "./run-report.js";

/** A report, and what messages call it: the path of its file. */
export interface NamedReport {
  readonly name: string;
  readonly report: RunReport;
}

/**
 * Joins reports of parts of one run: the shards of Jest or Vitest, or the packages of a repository.
 *
 * Times become those since the earliest start; frames and stacks are kept once. The parts may be given in any order and
 * may be results of merges themselves.
 *
 * @param parts at least one
 * @throws MemspecError `MEMSPEC_REPORTS_DIFFER`: not of the same runner, memspec, platform and Node;
 *   `MEMSPEC_REPORTS_OVERLAP`: a shard, or a file of a project, is in two of them
 */
export function mergeRunReports(parts: readonly NamedReport[]): RunReport {
  const [first] = parts;
  if (first === undefined) throw new RangeError("there is nothing to merge");
  for (const part of parts) checkAlike(first, part);
  const shards = mergedShards(parts);
  checkFiles(parts);

  const starts = parts.map(({ report }) => Date.parse(report.startedAt));
  const known = starts.filter((start) => !Number.isNaN(start));
  const earliest = Math.min(...known);
  const tables = createTables();
  const files = parts.flatMap(({ report }, index) => {
    const start = starts[index] ?? Number.NaN;
    const shift = Number.isNaN(start) ? 0 : start - earliest;
    const [shard] = report.shards;
    const place = {
      shiftMs: shift,
      toStack: tables.add(report),
      shard: report.shards.length === 1 ? shard?.index : undefined,
    };
    return report.files.map((file) => moveFile(file, place));
  });
  return {
    ...first.report,
    machine: mergedMachine(parts),
    startedAt: known.length === 0 ? first.report.startedAt : new Date(earliest).toISOString(),
    durationMs: longest(parts.map(({ report }) => report.durationMs)),
    shards,
    frames: tables.frames,
    stacks: tables.stacks,
    files: files.sort(byPath),
    notes: [...new Set(parts.flatMap(({ report }) => report.notes)), ...missingShards(shards)],
  };
}

/** Node's patch versions measure alike. */
function nodeLine(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

function checkAlike(first: NamedReport, other: NamedReport): void {
  const kinds: readonly (readonly [what: string, of: (report: RunReport) => string])[] = [
    ["the runner", ({ runner }) => `${runner.name} ${runner.version}`],
    ["memspec", ({ memspec }) => memspec],
    ["the platform", ({ machine }) => `${machine.platform} ${machine.arch}`],
    ["Node", ({ machine }) => nodeLine(machine.node)],
  ];
  for (const [what, of] of kinds) {
    const [one, two] = [of(first.report), of(other.report)];
    if (one === two) continue;
    throw new MemspecError(
      "MEMSPEC_REPORTS_DIFFER",
      `${first.name} and ${other.name} are not of one run: ${what} is ${one} in the first and ${two} in the second.`,
      { value: two, hint: "Figures of different programs do not belong in one table: merge the parts of one run." },
    );
  }
}

function mergedShards(parts: readonly NamedReport[]): RunReport["shards"] {
  const byIndex = new Map<number, { readonly name: string; readonly count: number }>();
  let counted: { readonly name: string; readonly count: number } | undefined;
  for (const { name, report } of parts) {
    for (const { index, count } of report.shards) {
      const twice = byIndex.get(index);
      if (twice !== undefined) {
        throw new MemspecError(
          "MEMSPEC_REPORTS_OVERLAP",
          `Shard ${index} of ${count} is in ${twice.name} and in ${name}.`,
          { value: index, hint: "Give each shard's report once." },
        );
      }
      if (counted !== undefined && counted.count !== count) {
        throw new MemspecError(
          "MEMSPEC_REPORTS_DIFFER",
          `${counted.name} and ${name} are not of one run: it had ${counted.count} shards in the first and ${count} in the second.`,
          { value: count },
        );
      }
      counted = { name, count };
      byIndex.set(index, counted);
    }
  }
  return [...byIndex].map(([index, { count }]) => ({ index, count })).sort((a, b) => a.index - b.index);
}

function missingShards(shards: RunReport["shards"]): readonly string[] {
  const count = shards[0]?.count ?? 0;
  const there = new Set(shards.map(({ index }) => index));
  const missing = Array.from({ length: count }, (_, at) => at + 1).filter((index) => !there.has(index));
  if (missing.length === 0) return [];
  const what = missing.length === 1 ? "Shard" : "Shards";
  return [`${what} ${missing.join(", ")} of ${count} ${missing.length === 1 ? "is" : "are"} not in this report.`];
}

function checkFiles(parts: readonly NamedReport[]): void {
  const seen = new Map<string, string>();
  for (const { name, report } of parts) {
    for (const { path, project } of report.files) {
      const key = JSON.stringify([project, path]);
      const twice = seen.get(key);
      if (twice !== undefined) {
        throw new MemspecError(
          "MEMSPEC_REPORTS_OVERLAP",
          `${path}${project === null ? "" : ` of the project ${project}`} is in ${twice} and in ${name}.`,
          { value: path, hint: "Reports of packages that have files of the same name need projects with names." },
        );
      }
      seen.set(key, name);
    }
  }
}

/** Native memory is known of all files only if every part knew it. */
function mergedMachine(parts: readonly NamedReport[]): RunMachine {
  const machines = parts.map(({ report }) => report.machine);
  const [first] = machines as [RunMachine];
  const without = machines.find(({ native }) => !native.available);
  return { ...first, native: without?.native ?? first.native, ci: machines.some(({ ci }) => ci) };
}

/** `null` where one of them is unknown. */
function longest(durations: readonly (number | null)[]): number | null {
  const known = durations.filter((duration) => duration !== null);
  return known.length < durations.length ? null : Math.max(...known);
}

interface Tables {
  readonly frames: readonly SourceFrame[];
  readonly stacks: readonly (readonly number[])[];
  /** From the stacks of a report to those of the tables. */
  add(report: RunReport): (stack: number) => number;
}

/** Frames and stacks of several reports, each once. */
function createTables(): Tables {
  const frames = createInterned<SourceFrame>((frame) => JSON.stringify(frame));
  const stacks = createInterned(stackKey);
  return {
    frames: frames.values,
    stacks: stacks.values,
    add(report) {
      const frameOf = report.frames.map((frame) => frames.add(frame));
      const stackOf = report.stacks.map((stack) => stacks.add(stack.map((frame) => frameOf[frame] ?? 0)));
      return (stack) => stackOf[stack] ?? 0;
    },
  };
}

/** By path, then by project: the order of a report's files. */
function byPath(a: FileReport, b: FileReport): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return (a.project ?? "") < (b.project ?? "") ? -1 : 1;
}
