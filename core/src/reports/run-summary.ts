/** What all short reports of a run are made of: a row a file, and what is to be told by name. Pure. */

import type { Breach, FileReport, RunDeath, RunFigures, RunLeaks, RunReport, TestReport } from "../runs/run-report.js";
import { hottestPlace } from "./stacks.js";

/** `null` bytes: that something leaks is known, how much memory is not. */
export type Leaked =
  | { readonly verdict: "not looked at" }
  | { readonly verdict: RunLeaks["verdict"]; readonly bytes: number | null };

export interface FileRow {
  readonly file: FileReport;
  /** `null`: nothing is known of the file. */
  readonly figures: RunFigures | null;
  readonly leaked: Leaked;
  /** Where most was allocated, `src/parse.ts:30`; "": unknown. */
  readonly hottest: string;
}

/** Where something is told of: a test, or a file as a whole. */
export interface Subject {
  readonly file: FileReport;
  readonly test: TestReport | null;
}

export interface BrokenLimit extends Subject {
  readonly test: TestReport;
  readonly breach: Breach;
}

export interface FoundLeaks extends Subject {
  readonly leaks: RunLeaks;
}

export interface Death {
  readonly file: FileReport;
  readonly death: RunDeath;
}

export interface RunSummary {
  /** Highest peak first; files of which nothing is known last; then by path. */
  readonly rows: readonly FileRow[];
  readonly testCount: number;
  /** Tests that ran and have figures. */
  readonly measuredCount: number;
  readonly deaths: readonly Death[];
  readonly breaches: readonly BrokenLimit[];
  /** With the verdict "leak". */
  readonly leaks: readonly FoundLeaks[];
  readonly inconclusive: readonly FoundLeaks[];
  /** With something that is ignored, whatever their verdict. */
  readonly ignored: readonly FoundLeaks[];
  /** Whether any file or test was checked for leaks. */
  readonly looksForLeaks: boolean;
}

export function summariseRun(report: RunReport): RunSummary {
  const tests = report.files.flatMap(({ tests }) => tests);
  const checks = report.files.flatMap(checksOf);
  return {
    rows: report.files.map((file) => rowOf(file, report)).sort(byPeak),
    testCount: tests.length,
    measuredCount: tests.filter(({ figures }) => figures !== null).length,
    deaths: report.files.flatMap((file) => (file.death === null ? [] : [{ file, death: file.death }])),
    breaches: report.files.flatMap((file) =>
      file.tests.flatMap((test) => test.breaches.map((breach) => ({ file, test, breach }))),
    ),
    leaks: checks.filter(({ leaks }) => leaks.verdict === "leak"),
    inconclusive: checks.filter(({ leaks }) => leaks.verdict === "inconclusive"),
    ignored: checks.filter(({ leaks }) => leaks.ignored.length > 0),
    looksForLeaks: checks.length > 0,
  };
}

/** Every leak check of a file: its own first. */
function checksOf(file: FileReport): readonly FoundLeaks[] {
  const own = file.leaks === null ? [] : [{ file, test: null, leaks: file.leaks }];
  return [...own, ...file.tests.flatMap((test) => (test.leaks === null ? [] : [{ file, test, leaks: test.leaks }]))];
}

function rowOf(file: FileReport, report: RunReport): FileRow {
  return {
    file,
    figures: file.figures,
    leaked: leakedOf(checksOf(file).map(({ leaks }) => leaks)),
    hottest: hottestPlace(file.sites, report),
  };
}

/** Of a file's checks together. */
export function leakedOf(checks: readonly RunLeaks[]): Leaked {
  if (checks.length === 0) return { verdict: "not looked at" };
  const groups = checks.flatMap(({ groups }) => groups);
  if (groups.length > 0) {
    const known = groups.map((group) => group.retainedBytes ?? group.bytesPerCall).filter((bytes) => bytes !== null);
    const bytes = known.length === 0 ? null : Math.round(known.reduce((sum, value) => sum + value, 0));
    return { verdict: "leak", bytes };
  }
  const unsure = checks.some(({ verdict }) => verdict === "inconclusive");
  return unsure ? { verdict: "inconclusive", bytes: null } : { verdict: "clean", bytes: 0 };
}

function byPeak(a: FileRow, b: FileRow): number {
  const difference = (peakOf(b) ?? -1) - (peakOf(a) ?? -1);
  if (difference !== 0) return difference;
  return a.file.path < b.file.path ? -1 : a.file.path > b.file.path ? 1 : 0;
}

export function peakOf(row: FileRow): number | null {
  return row.figures?.total.peakBytes ?? null;
}

/** "parser > reads a log" */
export function testName(name: readonly string[]): string {
  return name.join(" > ");
}

/** "test/parse.test.ts:12", as far as it is known. */
export function placeOfSubject({ file, test }: Subject): string {
  return test === null || test.line === null ? file.path : `${file.path}:${test.line}`;
}

/** The project's name before the path, where there is one. */
export function fileTitle(file: FileReport): string {
  return file.project === null ? file.path : `[${file.project}] ${file.path}`;
}
