import { medianRun } from "../analysis/median.js";
import { currentTracker } from "../capture/current-tracker.js";
import type { Measurement } from "../capture/measurement.js";
import type { MeasureOptions, MeasurePlan } from "../capture/options.js";
import { type OpenWatch, type Recorded, record } from "../capture/record.js";
import { assertFunction, chain, isPromise, type MaybePromise, repeat } from "../capture/repeat.js";
import { planFromOptions } from "../capture/validate-options.js";
import { analyseHere } from "./analyse-here.js";

/** What a function gave, and what it did to memory. */
export interface Measured<T> {
  readonly value: T;
  readonly measurement: Measurement;
}

/** What measuring `R`, the type that `fn` returns, gives: a promise for a promise. */
export type Measuring<R> = R extends PromiseLike<unknown> ? Promise<Measurement> : Measurement;
export type MeasuringResult<R> = R extends PromiseLike<infer V> ? Promise<Measured<V>> : Measured<R>;

/**
 * Measures what a call of `fn` does to memory. Its value is let go of: what only the value keeps alive is not retained.
 * With `runs`, the measurement of the run with the median `total.allocatedBytes`.
 *
 * Counting starts with a collection, as a peak needs; `settle: false` leaves the program alone.
 *
 * @param fn called without arguments `warmup + runs` times; what it throws comes through as it is
 * @returns the measurement; a promise of it when `fn` returns a native promise or with `retained: true`
 * @throws MemspecError `MEMSPEC_NOT_A_FUNCTION`, `MEMSPEC_INVALID_OPTION`, `MEMSPEC_UNKNOWN_OPTION`,
 *   `MEMSPEC_INVALID_SIZE`, `MEMSPEC_UNAVAILABLE`, `MEMSPEC_FOREIGN_PROMISE`
 */
export function measure(fn: () => unknown, options: MeasureOptions & { readonly retained: true }): Promise<Measurement>;
export function measure<R>(fn: () => R, options?: MeasureOptions): Measuring<R>;
export function measure(fn: () => unknown, options?: MeasureOptions): MaybePromise<Measurement> {
  assertFunction(fn, "measure()");
  const plan = planFromOptions(options, "measure()", true);
  return chain(measureRuns(fn, plan), (runs) => medianRun(runs, (run) => run.total.allocatedBytes).measurement);
}

/**
 * As `measure`, with the value of `fn` beside the measurement. The value is alive while retained memory is looked for,
 * so what it holds counts as retained. With `runs`, the value is that of the run the measurement is of; the values of
 * all runs are alive until then.
 *
 * @returns `{ value, measurement }`; a promise of it when `fn` returns a native promise or with `retained: true`
 * @throws MemspecError as `measure`
 */
export function measureResult<R>(
  fn: () => R,
  options: MeasureOptions & { readonly retained: true },
): Promise<Measured<Awaited<R>>>;
export function measureResult<R>(fn: () => R, options?: MeasureOptions): MeasuringResult<R>;
export function measureResult(fn: () => unknown, options?: MeasureOptions): MaybePromise<Measured<unknown>> {
  assertFunction(fn, "measureResult()");
  const plan = planFromOptions(options, "measureResult()", true);
  return chain(recordRuns(fn, plan, true), (runs) => {
    const measured = runs.map(analysed);
    const median = medianRun(
      measured.map((run) => run.measurement),
      (measurement) => measurement.total.allocatedBytes,
    ).measurement;
    return measured.find((run) => run.measurement === median) ?? fail();
  });
}

/**
 * Every counted run of a plan, in order: what the sizing matchers take their median and spread from (`medianRun`).
 * The values of `fn` are let go of.
 *
 * @param watch who may want to close a measurement that waits for a promise
 * @returns at least one measurement; a promise when `fn` returns a native promise or the plan asks for retained memory
 */
export function measureRuns(
  fn: () => unknown,
  plan: MeasurePlan,
  watch?: OpenWatch,
): MaybePromise<readonly Measurement[]> {
  return chain(recordRuns(fn, plan, false, watch), (runs) => runs.map((run) => analysed(run).measurement));
}

/**
 * One call with `this` and arguments, its value beside the measurement: for wrapped test bodies. No warm-up, no runs.
 *
 * @returns a promise when `fn` returns a native promise or the plan asks for retained memory
 */
export function measureCall(
  fn: (...args: never[]) => unknown,
  thisArg: unknown,
  args: readonly unknown[],
  plan: MeasurePlan,
): MaybePromise<Measured<unknown>> {
  return chain(record(currentTracker(), fn, thisArg, args, plan, true), analysed);
}

function analysed(run: Recorded<unknown>): Measured<unknown> {
  return { value: run.value, measurement: analyseHere(run.recording) };
}

function recordRuns(
  fn: () => unknown,
  plan: MeasurePlan,
  keepValues: boolean,
  watch?: OpenWatch,
): MaybePromise<readonly Recorded<unknown>[]> {
  const tracker = currentTracker();
  const runs: Recorded<unknown>[] = [];
  const oneRun = (): MaybePromise<void> => {
    const result = record(tracker, fn, undefined, [], plan, keepValues, watch);
    if (isPromise(result)) {
      return result.then((run) => {
        runs.push(run);
      });
    }
    runs.push(result);
    return undefined;
  };
  return chain(repeat(plan.warmup, fn), () => chain(repeat(plan.runs, oneRun), () => runs));
}

function fail(): never {
  throw new Error("the median is one of the runs");
}
