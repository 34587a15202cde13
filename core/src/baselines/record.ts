/** What a file's baselines say, on its way to the main process. Pure. */

import type { BaselinesRecord, ImprovementRecord } from "../observe/payload.js";
import type { BaselineSummary } from "./baselines.js";
import type { Improvement } from "./merge.js";
import { BODY_CALL } from "./names.js";

/** @param keys of tests, as the runner's side knows them, by the names that baselines have for them */
export function baselinesRecord(summary: BaselineSummary, keys: ReadonlyMap<string, string>): BaselinesRecord {
  const { improvements, unknown, problem, ...told } = summary;
  return {
    ...told,
    improvements: Object.fromEntries(
      [...improvements].map(([test, list]) => [keys.get(test) ?? test, list.map(improvementRecord)]),
    ),
    notes: [...(problem === null ? [] : [problem]), ...unknownNote(unknown)],
  };
}

function improvementRecord({ call, best }: Improvement): ImprovementRecord {
  return {
    of: best.figure,
    space: best.space,
    baselineBytes: best.baselineBytes ?? 0,
    actualBytes: best.nowBytes ?? 0,
    source: call === BODY_CALL ? "baseline" : `toMatchMemoryBaseline() ${call}`,
  };
}

function unknownNote(tests: readonly string[]): readonly string[] {
  const [first] = tests;
  if (first === undefined) return [];
  const others = tests.length === 1 ? "" : ` and ${tests.length - 1} more`;
  return [
    `Figures that are unknown now, or were when they were recorded, are not compared with the baseline: of "${first}"${others}.`,
  ];
}
