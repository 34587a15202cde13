/** Two runs of the same tests beside each other: what got worse and what got better. Pure. */

import type { FileReport, RunFigures, RunLeaks, RunReport, TestReport } from "../../runs/run-report.js";
import { testName } from "../run-summary.js";

/** A difference counts when it is more than both. */
export interface Tolerance {
  /** Share of the base's figure: 0.1 is a tenth. */
  readonly relative: number;
  readonly absoluteBytes: number;
}

export const DEFAULT_TOLERANCE: Tolerance = { relative: 0.1, absoluteBytes: 100_000 };

export type ComparedFigure = "peak" | "allocated";

/** A test, or a file as a whole. */
export interface ComparedSubject {
  readonly file: string;
  readonly project: string | null;
  /** `null`: the file. */
  readonly test: string | null;
}

export interface FigureChange extends ComparedSubject {
  readonly figure: ComparedFigure;
  readonly baseBytes: number;
  readonly headBytes: number;
}

/** A leak that is in one of the runs alone, by its signature. */
export interface LeakChange extends ComparedSubject {
  readonly type: string;
  readonly signature: string;
}

export interface RunComparison {
  readonly verdict: "same" | "worse" | "better";
  /** Largest difference first. */
  readonly worse: readonly FigureChange[];
  readonly better: readonly FigureChange[];
  readonly newLeaks: readonly LeakChange[];
  readonly goneLeaks: readonly LeakChange[];
  /** Files whose worker died in one of the runs alone. */
  readonly newDeaths: readonly string[];
  readonly goneDeaths: readonly string[];
  /** Tests that are in both runs, with figures. */
  readonly compared: number;
  /** Files, likewise. */
  readonly comparedFiles: number;
  /** Tests that are in one of the runs alone. */
  readonly added: number;
  readonly removed: number;
  /** In both, but without figures in one of them. */
  readonly unknown: number;
}

interface Entry {
  readonly subject: ComparedSubject;
  readonly figures: RunFigures | null;
  readonly leaks: RunLeaks | null;
  /** The file's state, or the test's. */
  readonly died: boolean;
}

/**
 * Compares the same tests of two runs, and files as a whole. Only what is in both is compared.
 *
 * A figure got worse when the head's is higher by more than the tolerance (exclusive), the uncertainty of both peaks
 * taken off. One thing that got worse makes the verdict "worse", whatever got better.
 */
export function compareRuns(base: RunReport, head: RunReport, tolerance: Tolerance = DEFAULT_TOLERANCE): RunComparison {
  const before = entriesOf(base);
  const after = entriesOf(head);
  const pairs = [...before].flatMap(([key, entry]) => {
    const other = after.get(key);
    return other === undefined ? [] : [{ base: entry, head: other }];
  });
  const changes = pairs.flatMap((pair) => changesOf(pair.base, pair.head, tolerance));
  const isTest = ({ subject }: Entry): boolean => subject.test !== null;
  const known = pairs.filter((pair) => isTest(pair.base));
  const measured = pairs.filter((pair) => pair.base.figures !== null && pair.head.figures !== null);
  const compared = measured.filter((pair) => isTest(pair.base)).length;
  const result = {
    worse: changes.filter(({ headBytes, baseBytes }) => headBytes > baseBytes).sort(byDifference),
    better: changes.filter(({ headBytes, baseBytes }) => headBytes < baseBytes).sort(byDifference),
    newLeaks: leaksOnlyIn(after, before),
    goneLeaks: leaksOnlyIn(before, after),
    newDeaths: pairs.filter((pair) => pair.head.died && !pair.base.died && !isTest(pair.head)).map(fileOf),
    goneDeaths: pairs.filter((pair) => !pair.head.died && pair.base.died && !isTest(pair.head)).map(fileOf),
    compared,
    comparedFiles: measured.length - compared,
    added: [...after].filter(([key, entry]) => isTest(entry) && !before.has(key)).length,
    removed: [...before].filter(([key, entry]) => isTest(entry) && !after.has(key)).length,
    unknown: known.length - compared,
  };
  const worse = result.worse.length + result.newLeaks.length + result.newDeaths.length > 0;
  const better = result.better.length + result.goneLeaks.length + result.goneDeaths.length > 0;
  return { verdict: worse ? "worse" : better ? "better" : "same", ...result };
}

function fileOf(pair: { readonly head: Entry }): string {
  const { project, file } = pair.head.subject;
  return project === null ? file : `[${project}] ${file}`;
}

/** Files and tests by name. Tests of the same name in one file are told apart by their order. */
function entriesOf(report: RunReport): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  const add = (subject: ComparedSubject, of: FileReport | TestReport): void => {
    const key = JSON.stringify([subject.project, subject.file, subject.test]);
    let unique = key;
    for (let times = 2; entries.has(unique); times += 1) unique = `${key}${times}`;
    entries.set(unique, { subject, figures: of.figures, leaks: of.leaks, died: of.state === "died" });
  };
  for (const file of report.files) {
    const subject = { file: file.path, project: file.project };
    add({ ...subject, test: null }, file);
    for (const test of file.tests) add({ ...subject, test: testName(test.name) }, test);
  }
  return entries;
}

function changesOf(base: Entry, head: Entry, tolerance: Tolerance): readonly FigureChange[] {
  if (base.figures === null || head.figures === null) return [];
  const [before, after] = [base.figures.total, head.figures.total];
  const changes: FigureChange[] = [];
  const compare = (figure: ComparedFigure, from: number | null, to: number | null, errorBytes: number): void => {
    if (from === null || to === null) return;
    const allowed = Math.max(from * tolerance.relative, tolerance.absoluteBytes) + errorBytes;
    if (Math.abs(to - from) > allowed) changes.push({ ...head.subject, figure, baseBytes: from, headBytes: to });
  };
  compare("peak", before.peakBytes, after.peakBytes, Math.max(before.peakErrorBytes, after.peakErrorBytes));
  compare("allocated", before.allocatedBytes, after.allocatedBytes, 0);
  return changes;
}

function byDifference(a: FigureChange, b: FigureChange): number {
  return Math.abs(b.headBytes - b.baseBytes) - Math.abs(a.headBytes - a.baseBytes);
}

/** Leaks of what was looked at in both runs and that only the one has. */
function leaksOnlyIn(one: ReadonlyMap<string, Entry>, other: ReadonlyMap<string, Entry>): readonly LeakChange[] {
  return [...one].flatMap(([key, { subject, leaks }]) => {
    const otherLeaks = other.get(key)?.leaks;
    if (leaks === null || otherLeaks === null) return [];
    const known = new Set(otherLeaks?.groups.map(({ signature }) => signature));
    return leaks.groups
      .filter(({ signature }) => !known.has(signature))
      .map(({ type, signature }) => ({ ...subject, type, signature }));
  });
}
