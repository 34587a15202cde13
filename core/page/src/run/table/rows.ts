/** Files and tests as rows: what is shown, sorted by and filtered by. */

import { type Leaked, leakedOf, testName } from "../../../../src/reports/run-summary.js";
import { hottestPlace } from "../../../../src/reports/stacks.js";
import type { FileReport, RunReport, TestReport } from "../../../../src/runs/run-report.js";

export interface Row {
  readonly file: FileReport;
  /** `null`: the row is the file's. */
  readonly test: TestReport | null;
  readonly name: string;
  /** The test's own name and those of the blocks around it; a file's are its path and nothing. */
  readonly ownName: string;
  readonly around: string;
  /** Where it is: `test/a.test.ts:12`. */
  readonly place: string;
  readonly state: string;
  readonly peak: number | null;
  readonly heap: number | null;
  readonly buffers: number | null;
  readonly native: number | null;
  readonly allocated: number | null;
  readonly leaked: Leaked;
  readonly durationMs: number | null;
  readonly broken: boolean;
  /** What a filter is tried on. */
  readonly searched: string;
}

export function fileRows(report: RunReport): readonly Row[] {
  return report.files.map((file) => rowOf(file, null));
}

export function testRows(report: RunReport): readonly Row[] {
  return report.files.flatMap((file) => file.tests.map((test) => rowOf(file, test)));
}

function rowOf(file: FileReport, test: TestReport | null): Row {
  const of = test ?? file;
  const { figures } = of;
  const line = test?.line == null ? "" : `:${test.line}`;
  const project = file.project === null ? "" : `[${file.project}] `;
  const place = `${project}${file.path}${line}`;
  const name = test === null ? `${project}${file.path}` : testName(test.name);
  const checks = test === null ? [file.leaks, ...file.tests.map(({ leaks }) => leaks)] : [test.leaks];
  const tests = test === null ? file.tests : [test];
  return {
    file,
    test,
    name,
    ownName: test?.name.at(-1) ?? name,
    around: test === null ? "" : testName(test.name.slice(0, -1)),
    place,
    state: of.state,
    peak: figures?.total.peakBytes ?? null,
    heap: figures?.heap.peakBytes ?? null,
    buffers: figures?.buffers.peakBytes ?? null,
    native: figures?.native.peakBytes ?? null,
    allocated: figures?.total.allocatedBytes ?? null,
    leaked: leakedOf(checks.filter((check) => check !== null)),
    durationMs: of.durationMs,
    broken: tests.some(({ breaches }) => breaches.length > 0),
    searched: `${name}\n${place}`.toLowerCase(),
  };
}

const hottest = new WeakMap<Row, string>();

/** Found when it is asked for: a run has many tests, a screen few. */
export function hottestOf(row: Row, report: RunReport): string {
  const known = hottest.get(row);
  if (known !== undefined) return known;
  const place = hottestPlace((row.test ?? row.file).sites, report);
  hottest.set(row, place);
  return place;
}

export const FILTERS = {
  all: () => true,
  failed: (row: Row) => row.state === "failed" || row.state === "died",
  limits: (row: Row) => row.broken,
  leaks: (row: Row) => row.leaked.verdict === "leak",
} as const satisfies Record<string, (row: Row) => boolean>;

export type FilterName = keyof typeof FILTERS;

/** Every word must be in the name or the place. */
export function matching(rows: readonly Row[], text: string, filter: FilterName): readonly Row[] {
  const words = text.toLowerCase().split(/\s+/u).filter(Boolean);
  return rows.filter((row) => FILTERS[filter](row) && words.every((word) => row.searched.includes(word)));
}
