/** What is known of one file as the report tells it. Pure. */

import type {
  BaselinesRecord,
  BreachRecord,
  FiguresRecord,
  FilePayload,
  LeaksRecord,
  LevelsRecord,
  SiteRecord,
} from "../observe/payload.js";
import { FIGURES } from "../observe/records.js";
import { runLeaks } from "./leaks-report.js";
import type { DeathLevels, FileOutcome, TestOutcome } from "./outcomes.js";
import type {
  Breach,
  FileReport,
  RunBaselines,
  RunFigures,
  RunLeaks,
  RunLevels,
  RunSite,
  RunSpaceFigures,
  TestReport,
  TimelinePoint,
} from "./run-report.js";
import { relativePath, type StackTables } from "./stack-tables.js";

/** @param startedAt of the run, since 1970, in ms */
export function fileReport(file: FileOutcome, startedAt: number, root: string, tables: StackTables): FileReport {
  const { payload, death } = file;
  const since = (ms: number): number => Math.max(0, Math.round((ms - startedAt) * 100) / 100);
  const add = payload === null ? () => 0 : stacksOf(payload, tables);
  const sites = (records: readonly SiteRecord[]): readonly RunSite[] => runSites(records, add);
  const baseline = payload?.baseline ?? null;
  const end = payload?.end ?? null;
  return {
    path: relativePath(root, file.path).replaceAll("\\", "/"),
    project: file.project,
    state: file.state,
    ...(file.shard === null ? {} : { shard: file.shard }),
    worker: { pid: payload?.pid ?? death?.pid ?? 0, threadId: payload?.threadId ?? death?.threadId ?? 0 },
    startedMs: since(payload?.began ?? file.startedAt ?? startedAt),
    durationMs: file.durationMs,
    figures: runFigures(payload?.figures ?? null),
    modules: runFigures(payload?.modules ?? null),
    hooks: runFigures(payload?.hooks ?? null),
    baseline: baseline === null ? null : runLevels(baseline),
    left: baseline === null || end === null ? null : runLevels(end.map((level, index) => less(level, baseline[index]))),
    sites: sites(payload?.sites ?? []),
    moduleSites: sites(payload?.moduleSites ?? []),
    tests: file.tests.map((test) => testReport(test, file, sites, (leaks) => runLeaks(leaks, root, tables))),
    leaks: runLeaks(payload?.leaks, root, tables),
    ...(payload?.baselines === undefined ? {} : { baselines: runBaselines(payload.baselines) }),
    death:
      death === null
        ? null
        : {
            reason: death.reason,
            detail: death.detail,
            test: death.test,
            last: death.last === null ? null : lastPoint(death.last, since),
            sites: death.sites === null ? [] : runSites(death.sites.sites, stacksOf(death.sites, tables)),
          },
    timeline: (payload?.timeline ?? []).map(
      ([ms, levels, collection]): TimelinePoint => ({
        ...runLevels(levels),
        ms: since((payload?.began ?? startedAt) + ms),
        gc: collection === 0 ? null : collection === 1 ? "minor" : "major",
      }),
    ),
    ...captureOf(file),
    notes: payload?.notes ?? [],
  };
}

/** Where the worker left it; whoever publishes the report moves it to where it is to stay. */
function captureOf({ payload, death, state }: FileOutcome): Pick<FileReport, "artifacts"> {
  const capture = payload?.capture ?? death?.capture;
  const kept = capture !== undefined && (capture.mode === "all" || state === "failed" || state === "died");
  return kept ? { artifacts: [{ kind: "capture", path: capture.path }] } : {};
}

function testReport(
  test: TestOutcome,
  { payload, state: fileState, death }: FileOutcome,
  sites: (records: readonly SiteRecord[]) => readonly RunSite[],
  leaks: (record: LeaksRecord | undefined) => RunLeaks | null,
): TestReport {
  const seen = payload?.tests[test.key];
  const improvements = payload?.baselines?.improvements[test.key];
  const running = fileState === "died" && death?.test !== null && sameName(death?.test, test.name);
  const died = running || test.state === "died";
  // Field by field: there may be ten thousand, and copies by rest and spread take V8 twice as long.
  const report: TestReport = {
    name: test.name,
    line: test.line ?? seen?.line ?? null,
    column: test.column,
    state: died ? "died" : test.state,
    retries: test.retries,
    repeats: test.repeats,
    durationMs: test.durationMs,
    figures: runFigures(seen?.figures ?? null),
    unattributed: died ? "died" : (seen?.unattributed ?? null),
    sites: seen?.sites === undefined ? NONE : sites(seen.sites),
    breaches: seen?.breaches === undefined ? NONE : seen.breaches.map(runBreach),
    leaks: leaks(seen?.leaks),
  };
  if (improvements === undefined && seen?.failed === undefined) return report;
  return {
    ...report,
    ...(improvements === undefined ? {} : { improvements }),
    ...(seen?.failed === undefined ? {} : { checkSites: sites(seen.failed.sites) }),
    // Where the worker left it; whoever publishes the report moves it to where it is to stay.
    ...(seen?.failed?.snapshot === undefined
      ? {}
      : { artifacts: [{ kind: "heapsnapshot" as const, path: seen.failed.snapshot }] }),
  };
}

/** Of most tests, which share it. */
const NONE: readonly never[] = [];

function sameName(a: readonly string[] | undefined, b: readonly string[]): boolean {
  return a !== undefined && a.length === b.length && a.every((part, index) => part === b[index]);
}

function runBreach(breach: BreachRecord): Breach {
  return { ...breach, figure: breach.figure as Breach["figure"], space: breach.space as Breach["space"] };
}

function runBaselines({ improvements: _, ...told }: BaselinesRecord): RunBaselines {
  return told;
}

/** From a stack of `payload` to the run's; tests of a file mostly share theirs. */
function stacksOf(payload: Pick<FilePayload, "frames" | "stacks">, tables: StackTables): (stack: number) => number {
  const known: number[] = [];
  return (stack) => {
    known[stack] ??= tables.add((payload.stacks[stack] ?? []).flatMap((frame) => payload.frames[frame] ?? []));
    return known[stack];
  };
}

function runSites(records: readonly SiteRecord[], add: (stack: number) => number): readonly RunSite[] {
  return records.map(([space, stack, bytes, count, peakBytes]) => ({
    space,
    stack: add(stack),
    bytes,
    count,
    estimated: true,
    peakBytes,
  }));
}

function runFigures(record: FiguresRecord | null): RunFigures | null {
  if (record === null) return null;
  const known = (index: number): number => record[index] ?? 0;
  const heap = spaceFigures(record, 0);
  const buffers = spaceFigures(record, 1);
  const native = spaceFigures(record, 2);
  return {
    durationMs: known(FIGURES.durationNs),
    total: {
      // Of what is counted: where native memory is not, the run's notes say so.
      allocatedBytes: (heap.allocatedBytes ?? 0) + (buffers.allocatedBytes ?? 0) + (native.allocatedBytes ?? 0),
      peakBytes: record[FIGURES.totalPeak] ?? null,
      netBytes: (heap.netBytes ?? 0) + (buffers.netBytes ?? 0) + (native.netBytes ?? 0),
      peakErrorBytes: known(FIGURES.totalPeakError),
    },
    heap,
    buffers,
    native,
    gc: {
      count: known(FIGURES.collections),
      majorCount: known(FIGURES.majorCollections),
      durationMs: known(FIGURES.collectionNs),
    },
  };
}

function spaceFigures(record: FiguresRecord, index: number): RunSpaceFigures {
  return {
    allocatedBytes: record[FIGURES.allocated + index] ?? null,
    peakBytes: record[FIGURES.peak + index] ?? null,
    netBytes: record[FIGURES.net + index] ?? null,
  };
}

function runLevels([heap, buffers, native, rss]: LevelsRecord): RunLevels {
  return {
    heapBytes: heap ?? null,
    buffersBytes: buffers ?? null,
    nativeBytes: native ?? null,
    rssBytes: rss ?? null,
  };
}

function less(level: number | null, start: number | null | undefined): number | null {
  return level === null || start === null || start === undefined ? null : level - start;
}

function lastPoint({ at, ...levels }: DeathLevels, since: (ms: number) => number): TimelinePoint {
  return { ms: since(at), ...levels };
}
