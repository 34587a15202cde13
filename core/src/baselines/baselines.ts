/** The baselines of one test file while it runs: read once, compared at each call, written once at the file's end. */

import { MemspecError } from "../errors/memspec-error.js";
import { type BaselineComparison, compareFigures, updatedFigures } from "./compare.js";
import { baselinePath, readBaselineText, removeBaselineFile, writeBaselineText } from "./disk.js";
import { baselineText, parseBaselineFile } from "./format.js";
import { machineKey } from "./machine.js";
import { type AskedCall, type MergeNews, mergeBaselines, type TestEnd } from "./merge.js";
import { BODY_CALL, callName } from "./names.js";
import type { ParsedTolerance, RecordedFigures, RecordedTests, UpdateMode } from "./types.js";

/** The test that is measured. */
export interface MeasuredTest {
  /** Of one attempt. */
  readonly id: string;
  /** The same in every run, and no other test's of the file. */
  readonly name: string;
}

/** What became of a comparison. */
export type BaselineJudgement =
  /** Not recorded so far. */
  | { readonly kind: "new" }
  | {
      readonly kind: "compared";
      readonly comparison: BaselineComparison;
      /** It differs, and is recorded anew: `-u`. */
      readonly updated: boolean;
    };

/** What happened to the baselines of a file, at its end. */
export interface BaselineSummary extends MergeNews {
  /** As messages call it. */
  readonly file: string;
  /** Why nothing can be said of entries that no test asked for; `null`: it can. */
  readonly problem: string | null;
}

export interface Baselines {
  /** What messages call the file, relative to the root. */
  readonly name: string;
  readonly machine: string;
  /** The name of the next call of a matcher in a test: a new attempt begins anew. */
  nextCall(test: MeasuredTest, hint: string): string;
  /** Whether this attempt of the test has called a matcher: called again, it would ask for more. */
  hasCalls(test: MeasuredTest): boolean;
  /** The highest bytes that are recorded of a call, to choose an interval of samples by; `null`: nothing is. */
  expectedBytes(test: MeasuredTest, call: string): number | null;
  /**
   * Compares, and takes note of what is to be written when the test has passed.
   *
   * @param writes `false`: it only looks (`.not`), so that what is not recorded is an error
   * @throws MemspecError `MEMSPEC_BASELINE_MISSING` and those of reading the file
   */
  judge(
    test: MeasuredTest,
    call: string,
    now: RecordedFigures,
    tolerance: ParsedTolerance,
    writes: boolean,
  ): BaselineJudgement;
  /**
   * Writes what tests that passed have recorded, and nothing else, once.
   *
   * @param tests all that the file defines: asked for where there is something to finish
   * @param filtered tests were chosen by name: what no test asked for is left alone
   * @returns `null`: there are no baselines, and none were asked for
   * @throws MemspecError `MEMSPEC_FILE_UNWRITABLE`
   */
  finish(tests: () => readonly TestEnd[], filtered: boolean): BaselineSummary | null;
}

export interface BaselinesPlan {
  /** Absolute. */
  readonly testFile: string;
  readonly project: string | null;
  readonly root: string;
  readonly update: UpdateMode;
  /** Default: this machine's. */
  readonly machine?: string;
}

/** What an attempt of a test has asked for. */
interface Asked {
  readonly id: string;
  readonly calls: Map<string, AskedCall>;
  readonly hints: Map<string, number>;
}

export function createBaselines(plan: BaselinesPlan): Baselines {
  const file = baselinePath(plan.testFile, plan.project);
  const name = file.startsWith(`${plan.root}/`) ? file.slice(plan.root.length + 1) : file;
  const machine = plan.machine ?? machineKey();
  const asked = new Map<string, Asked>();
  let text: string | null | undefined;
  let recorded: RecordedTests | undefined;

  /** A file that cannot be read is an error for each that asks, and is never written. */
  const read = (): RecordedTests => {
    if (text === undefined) text = readBaselineText(file, name);
    recorded ??= text === null ? new Map() : parseBaselineFile(text, name);
    return recorded;
  };
  const find = (test: MeasuredTest, call: string): RecordedFigures | null =>
    read().get(test.name)?.get(call)?.get(machine) ?? null;
  const askedOf = (test: MeasuredTest): Asked => {
    const known = asked.get(test.name);
    if (known?.id === test.id) return known;
    const fresh: Asked = { id: test.id, calls: new Map(), hints: new Map() };
    asked.set(test.name, fresh);
    return fresh;
  };

  return {
    name,
    machine,
    nextCall(test, hint) {
      const { hints } = askedOf(test);
      const number = (hints.get(hint) ?? 0) + 1;
      hints.set(hint, number);
      return callName(hint, number);
    },
    hasCalls({ id, name: of }) {
      const known = asked.get(of);
      return known?.id === id && known.hints.size > 0;
    },
    expectedBytes(test, call) {
      const figures = find(test, call);
      if (figures === null) return null;
      return Math.max(0, ...[figures.allocated, figures.peak].flatMap((bytes) => [...bytes.values()]).map(Number));
    },
    judge(test, call, now, tolerance, writes) {
      const { calls } = askedOf(test);
      const baseline = find(test, call);
      if (baseline === null) {
        if (!writes || plan.update === "none") throw missing(test, call, name, machine, writes);
        calls.set(call, { record: now, isNew: true, comparison: null });
        return { kind: "new" };
      }
      const comparison = compareFigures(baseline, now, tolerance);
      const differs = comparison.worst !== null || comparison.best !== null || comparison.hasNew;
      const updated = writes && plan.update === "all" && differs;
      calls.set(call, { record: updated ? updatedFigures(baseline, now) : null, isNew: false, comparison });
      return { kind: "compared", comparison, updated };
    },
    finish(tests, filtered) {
      let before: RecordedTests;
      try {
        before = read();
      } catch (error) {
        // Who asked has been told.
        const problem = (error as Error).message.split("\n")[0] ?? "";
        const nothing = { written: 0, updated: 0, removed: 0, obsolete: [], improvements: new Map(), unknown: [] };
        return asked.size > 0 ? null : { file: name, ...nothing, problem };
      }
      if (before.size === 0 && asked.size === 0) return null;
      const merged = mergeBaselines(before, {
        machine,
        tests: tests(),
        asked: new Map([...asked].map(([test, { calls }]) => [test, calls])),
        removes: plan.update === "all" && !filtered,
      });
      const { written, updated, removed } = merged.news;
      if (written + updated + removed > 0) {
        if (merged.tests.size === 0) removeBaselineFile(file, name);
        else writeBaselineText(file, name, baselineText(merged.tests));
      }
      return { file: name, ...merged.news, problem: null };
    },
  };
}

function missing(test: MeasuredTest, call: string, name: string, machine: string, writes: boolean): MemspecError {
  const what = call === BODY_CALL ? "The body" : `toMatchMemoryBaseline() ${call}`;
  return new MemspecError(
    "MEMSPEC_BASELINE_MISSING",
    `${what} of "${test.name}" has no baseline for ${machine} in ${name}${writes ? ", and none is written in CI" : ", and .not writes none"}.`,
    {
      value: test.name,
      hint: writes
        ? "Run the test on such a machine without CI (or with -u), and commit the file."
        : "Record one without .not first.",
    },
  );
}
