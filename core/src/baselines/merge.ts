/** What a file's baselines are when its tests have run. Pure. */

import type { BaselineComparison, ComparedFigure } from "./compare.js";
import { BODY_CALL } from "./names.js";
import type { RecordedFigures, RecordedTests } from "./types.js";

/** How a test ended. */
export interface TestEnd {
  /** As in `MeasuredTest`. */
  readonly name: string;
  readonly state: "passed" | "failed" | "skipped";
}

export interface MergeFacts {
  readonly machine: string;
  /** All that the file defines. */
  readonly tests: readonly TestEnd[];
  /** By test, by call. */
  readonly asked: ReadonlyMap<string, ReadonlyMap<string, AskedCall>>;
  /** Whether what no test asks for goes. */
  readonly removes: boolean;
}

/** What a call of a test asked for. */
export interface AskedCall {
  /** To be written if the test passes; `null`: nothing. */
  readonly record: RecordedFigures | null;
  readonly isNew: boolean;
  /** `null`: there was nothing to compare with. */
  readonly comparison: BaselineComparison | null;
}

/** An improvement beyond the tolerance that nobody has taken over. */
export interface Improvement {
  readonly call: string;
  readonly best: ComparedFigure;
}

export interface MergeNews {
  /** Entries that were not there for this kind of machine. */
  readonly written: number;
  readonly updated: number;
  readonly removed: number;
  /** Recorded for this kind of machine, and asked for by no test: "name of the test, call". */
  readonly obsolete: readonly string[];
  /** By name of the test; of tests that passed. */
  readonly improvements: ReadonlyMap<string, readonly Improvement[]>;
  /** Names of tests of which some figure is unknown now, or was when it was recorded. */
  readonly unknown: readonly string[];
}

export interface MergedBaselines {
  readonly tests: RecordedTests;
  readonly news: MergeNews;
}

/**
 * Only tests that passed change anything, and only entries of this kind of machine. An entry is obsolete when no test of its name is
 * there, or the test passed without asking for it; one that was skipped or failed keeps all.
 */
export function mergeBaselines(before: RecordedTests, facts: MergeFacts): MergedBaselines {
  const { machine } = facts;
  const states = new Map(facts.tests.map(({ name, state }) => [name, state]));
  const tests = mutable(before);
  let written = 0;
  let updated = 0;
  const improvements = new Map<string, readonly Improvement[]>();
  const unknown = new Set<string>();
  for (const [test, calls] of facts.asked) {
    if (states.get(test) !== "passed") continue;
    for (const [call, { record, isNew, comparison }] of calls) {
      if (comparison !== null && isPartial(comparison)) unknown.add(test);
      if (record !== null) {
        put(tests, test, call, machine, record);
        if (isNew) written += 1;
        else updated += 1;
      } else if (comparison !== null && comparison.best !== null && comparison.worst === null) {
        improvements.set(test, [...(improvements.get(test) ?? []), { call, best: comparison.best }]);
      }
    }
  }
  const obsolete = obsoleteEntries(before, states, facts);
  if (facts.removes) for (const [test, call] of obsolete) drop(tests, test, call, machine);
  return {
    tests,
    news: {
      written,
      updated,
      removed: facts.removes ? obsolete.length : 0,
      obsolete: facts.removes ? [] : obsolete.map(([test, call]) => entryName(test, call)),
      improvements,
      unknown: [...unknown],
    },
  };
}

function isPartial({ figures }: BaselineComparison): boolean {
  return figures.some(({ baselineBytes, nowBytes }) => (baselineBytes === null) !== (nowBytes === null));
}

/** "reads a log", of a matcher's call "reads a log, #1". */
function entryName(test: string, call: string): string {
  return call === BODY_CALL ? test : `${test}, ${call}`;
}

function obsoleteEntries(
  before: RecordedTests,
  states: ReadonlyMap<string, TestEnd["state"]>,
  { machine, asked }: MergeFacts,
): readonly (readonly [test: string, call: string])[] {
  return [...before].flatMap(([test, calls]) => {
    const state = states.get(test);
    if (state === "failed" || state === "skipped") return [];
    return [...calls].flatMap(([call, machines]): [string, string][] =>
      machines.has(machine) && asked.get(test)?.has(call) !== true ? [[test, call]] : [],
    );
  });
}

type MutableTests = Map<string, Map<string, Map<string, RecordedFigures>>>;

function mutable(tests: RecordedTests): MutableTests {
  return new Map(
    [...tests].map(([test, calls]) => [test, new Map([...calls].map(([call, machines]) => [call, new Map(machines)]))]),
  );
}

function put(tests: MutableTests, test: string, call: string, machine: string, figures: RecordedFigures): void {
  const calls = tests.get(test) ?? new Map();
  tests.set(test, calls);
  const machines = calls.get(call) ?? new Map();
  calls.set(call, machines);
  machines.set(machine, figures);
}

function drop(tests: MutableTests, test: string, call: string, machine: string): void {
  const calls = tests.get(test);
  const machines = calls?.get(call);
  machines?.delete(machine);
  if (machines?.size === 0) calls?.delete(call);
  if (calls?.size === 0) tests.delete(test);
}
