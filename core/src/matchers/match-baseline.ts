/** `toMatchMemoryBaseline`, after its arguments were checked: what is recorded, what is told. */

import { medianRun } from "../analysis/median.js";
import type { AssertionOutcome, MessageContext } from "../assertions/outcome.js";
import { withNotice } from "../assertions/size-assertion.js";
import type { BaselineFacts } from "../assertions/to-match-memory-baseline.js";
import { assertMatchBaseline } from "../assertions/to-match-memory-baseline.js";
import type { Baselines, MeasuredTest } from "../baselines/baselines.js";
import { recordedFigures } from "../baselines/figures.js";
import type { ParsedTolerance } from "../baselines/types.js";
import type { AssertableSpace, Measurement } from "../capture/measurement.js";
import { invalid } from "../capture/validate-options.js";

export interface BaselineCall {
  readonly baselines: Baselines;
  readonly test: MeasuredTest;
  /** Name of the call within the test. */
  readonly call: string;
  readonly tolerance: ParsedTolerance;
  readonly spaces: readonly AssertableSpace[];
  readonly headline: string;
  readonly context: MessageContext;
}

/** Calls that are recorded under one hint count up; a hint is any text but an empty one. */
export function hintOf(name: unknown, where: string): string {
  if (name === undefined) return "";
  if (typeof name === "string" && name.trim() !== "") return name.trim();
  throw invalid("name", name, where, 'It is a text that tells the calls of a test apart, such as "large files".');
}

/**
 * @returns `null`: there was no baseline, and the test writes it when it passes
 * @throws MemspecError `MEMSPEC_BASELINE_MISSING` and those of reading the file
 */
export function judgeCall(given: BaselineCall, runs: readonly Measurement[]): AssertionOutcome<BaselineFacts> | null {
  const { baselines, test, call, tolerance, spaces, headline, context } = given;
  const judged = baselines.judge(test, call, recordedFigures(runs, spaces), tolerance, !context.isNot);
  if (judged.kind === "new") return null;
  const figure = judged.comparison.worst?.figure ?? "allocated";
  const { measurement } = medianRun(runs, (run) => run.total[figure === "peak" ? "peakBytes" : "allocatedBytes"]);
  const outcome = assertMatchBaseline({
    headline,
    comparison: judged.comparison,
    updated: judged.updated,
    measurement,
    spaces,
    place: `${baselines.name}, ${baselines.machine}, ${call}`,
    context,
  });
  return withNotice(outcome);
}
