/** From what a runner and its workers know about files to the report of the run. Pure. */

import { byCodeUnits } from "../analysis/by-code-units.js";
import type { FilePayload } from "../observe/payload.js";
import { fileReport } from "./file-report.js";
import type { FileOutcome } from "./outcomes.js";
import { RUN_REPORT_SCHEMA, RUN_REPORT_VERSION, type RunMachine, type RunReport } from "./run-report.js";
import { createStackTables } from "./stack-tables.js";

export interface RunFacts {
  readonly memspec: string;
  readonly runner: RunReport["runner"];
  /** Of the main process; workers may know better what of native memory is counted. */
  readonly machine: Omit<RunMachine, "native">;
  /** Absolute. */
  readonly root: string;
  /** Since 1970, in ms. */
  readonly startedAt: number;
  readonly durationMs: number | null;
  readonly shards: RunReport["shards"];
  readonly files: readonly FileOutcome[];
  /** What the runner's side has to say of the run as a whole. */
  readonly notes: readonly string[];
}

export function collectRun(facts: RunFacts): RunReport {
  const tables = createStackTables(facts.root);
  const files = [...facts.files].sort(byPath);
  const startedAt = Math.min(facts.startedAt, ...files.flatMap((file) => file.startedAt ?? []));
  const payloads = files.flatMap(({ payload }) => payload ?? []);
  const reports = files.map((file) => fileReport(file, startedAt, facts.root, tables));
  return {
    schema: RUN_REPORT_SCHEMA,
    version: RUN_REPORT_VERSION,
    memspec: facts.memspec,
    runner: facts.runner,
    machine: { ...facts.machine, native: nativeOf(payloads) },
    startedAt: new Date(startedAt).toISOString(),
    durationMs: facts.durationMs,
    shards: facts.shards,
    frames: tables.frames,
    stacks: tables.stacks,
    files: reports,
    notes: [...facts.notes, ...notesOn(files, payloads)],
  };
}

function byPath(a: FileOutcome, b: FileOutcome): number {
  return byCodeUnits(a.path, b.path) || byCodeUnits(a.project ?? "", b.project ?? "");
}

function nativeOf(payloads: readonly FilePayload[]): RunMachine["native"] {
  if (payloads.length === 0) return { available: false, reason: "no test file was observed" };
  const reason = payloads.find(({ nativeMissing }) => nativeMissing !== null)?.nativeMissing ?? null;
  return reason === null ? { available: true } : { available: false, reason };
}

function notesOn(files: readonly FileOutcome[], payloads: readonly FilePayload[]): readonly string[] {
  const notes: string[] = [];
  const reason = payloads.find(({ nativeMissing }) => nativeMissing !== null)?.nativeMissing;
  if (reason !== undefined && payloads.every(({ figures }) => figures === null)) {
    notes.push(`Nothing was observed: ${reason}.`);
  } else if (reason !== undefined) {
    notes.push(`Native memory is not counted: ${reason}.`);
  }
  const threads = new Map<number, Set<number>>();
  for (const { pid, threadId } of payloads) threads.set(pid, (threads.get(pid) ?? new Set()).add(threadId));
  if ([...threads.values()].some((ids) => ids.size > 1)) {
    notes.push(
      "Test files ran in threads of one process: memory of helper threads counts for each file that ran at the time, and rss is the process's.",
    );
  }
  const silent = files.filter(
    ({ payload, state }) => payload === null && state !== "skipped" && state !== "died",
  ).length;
  if (silent > 0) {
    notes.push(
      silent === 1
        ? "One file said nothing about its memory: it ended before its first hook or test."
        : `${silent} files said nothing about their memory: they ended before their first hook or test.`,
    );
  }
  return notes;
}
