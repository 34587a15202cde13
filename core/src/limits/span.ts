/** Measures one call under several plans at once, and keeps the figures also when the call fails. */

import { assertAvailable } from "../capture/availability.js";
import type { Handle } from "../capture/binding.js";
import { currentTracker } from "../capture/current-tracker.js";
import type { Measurement } from "../capture/measurement.js";
import type { MeasurePlan } from "../capture/options.js";
import { openOptions, readRecording } from "../capture/record.js";
import { isPromise, type MaybePromise, refuseForeignPromise } from "../capture/repeat.js";
import { settle } from "../capture/settle.js";
import type { Tracker } from "../capture/tracker.js";
import { analyseHere } from "../measure/analyse-here.js";
import { noteLimitedBody } from "../observe/observe-file.js";
import { noteOpenSpan } from "./open-spans.js";
import type { LimitsHost, TestBody } from "./types.js";

export type CallOutcome =
  | { readonly threw: false; readonly value: unknown }
  | { readonly threw: true; readonly error: unknown };

export interface Span {
  readonly outcome: CallOutcome;
  /** In the order of the plans. Empty when the call failed and `keepFailed` did not want its figures; `null`: abandoned. */
  readonly measurements: readonly Measurement[] | null;
}

/**
 * Calls `fn` once. Never throws what `fn` throws: that is in the outcome.
 *
 * @param host knows the test that the span belongs to, whose end abandons it
 * @param plans at least one
 * @param keepFailed whether the figures of a call that failed with this error are wanted
 * @returns a promise when `fn` returns one or a plan asks for retained memory
 * @throws MemspecError `MEMSPEC_UNAVAILABLE`
 */
export function measureSpan(
  host: LimitsHost,
  plans: readonly MeasurePlan[],
  fn: TestBody,
  thisArg: unknown,
  args: readonly unknown[],
  keepFailed: (error: unknown) => boolean,
): MaybePromise<Span> {
  const tracker = currentTracker();
  for (const plan of plans) assertAvailable(tracker.capabilities(openOptions(plan)), plan);
  const run = (): MaybePromise<Span> => runSpan(host, tracker, plans, fn, thisArg, args, keepFailed);
  return plans.some((plan) => plan.retained) ? settle(tracker).then(run) : run();
}

function runSpan(
  host: LimitsHost,
  tracker: Tracker,
  plans: readonly MeasurePlan[],
  fn: TestBody,
  thisArg: unknown,
  args: readonly unknown[],
  keepFailed: (error: unknown) => boolean,
): MaybePromise<Span> {
  // One clean start for all, before the first window opens: a later one's collection would free older memory inside it.
  const first = plans.length > 1 ? 1 : 0;
  const settles = plans.some((plan) => plan.settle);
  const handles = plans.map((plan, index) =>
    tracker.open({ ...openOptions(plan), settle: settles && index === first }),
  );
  let abandoned = false;
  const forget = noteOpenSpan(host, () => {
    abandoned = true;
    closeAll(tracker, handles);
  });
  const conclude = (outcome: CallOutcome): MaybePromise<Span> => {
    if (abandoned) return { outcome, measurements: null };
    forget();
    // All windows end before any is read: reading one allocates.
    for (const handle of handles) tracker.end(handle);
    if (outcome.threw && !keepFailed(outcome.error)) {
      closeAll(tracker, handles);
      return { outcome, measurements: [] };
    }
    if (!plans.some((plan) => plan.retained)) return { outcome, measurements: readAll(tracker, plans, handles) };
    return settle(tracker).then(() => ({ outcome, measurements: readAll(tracker, plans, handles) }));
  };
  const [innermost, ...others] = handles;
  if (innermost === undefined) throw new RangeError("a span needs a plan");
  let value: unknown;
  try {
    noteLimitedBody();
    for (const handle of others) tracker.begin(handle);
    // Again: those begin one after the other, the innermost is the body's.
    noteLimitedBody();
    value = tracker.call(innermost, fn, thisArg, args);
    refuseForeignPromise(value);
  } catch (error) {
    return conclude({ threw: true, error });
  }
  if (!isPromise(value)) return conclude({ threw: false, value });
  return (value as Promise<unknown>).then(
    (settled) => conclude({ threw: false, value: settled }),
    (error: unknown) => conclude({ threw: true, error }),
  );
}

function readAll(tracker: Tracker, plans: readonly MeasurePlan[], handles: readonly Handle[]): readonly Measurement[] {
  try {
    const recordings = plans.map((plan, index) => {
      const handle = handles[index];
      if (handle === undefined) throw new RangeError("a plan without a handle");
      return readRecording(tracker, handle, plan, plan.retained ? tracker.retained(handle) : null);
    });
    // One clean start was for all.
    const cameToRest = recordings.every(({ tracked }) => tracked.cameToRest);
    return recordings.map((recording) => analyseHere({ ...recording, tracked: { ...recording.tracked, cameToRest } }));
  } finally {
    closeAll(tracker, handles);
  }
}

function closeAll(tracker: Tracker, handles: readonly Handle[]): void {
  for (const handle of handles) tracker.close(handle);
}
