import { assertAvailable } from "./availability.js";
import type { Handle, OpenOptions } from "./binding.js";
import type { Capabilities } from "./measurement.js";
import type { MeasurePlan } from "./options.js";
import { isPromise, type MaybePromise, refuseForeignPromise } from "./repeat.js";
import { settle } from "./settle.js";
import type { TrackedMeasurement, TrackedRetained, Tracker } from "./tracker.js";

/** All that a tracker says about one span: what analysis starts from. Plain data. */
export interface Recording {
  readonly tracked: TrackedMeasurement;
  /** `null`: not asked for. */
  readonly retained: TrackedRetained | null;
  readonly capabilities: Capabilities;
  readonly plan: MeasurePlan;
}

export interface Recorded<T> {
  readonly value: T;
  readonly recording: Recording;
}

/** The part of a plan that the tracker acts on. */
export function openOptions(plan: MeasurePlan): OpenOptions {
  return {
    sampleInterval: plan.sampleInterval,
    threads: plan.threads,
    retained: plan.retained,
    settle: plan.settle,
  };
}

/**
 * Records one call of `fn`. What it throws, or rejects with, comes through as it is, and the measurement is closed.
 *
 * @param keepValue `false`: the value is let go of before retained memory is looked for, and `value` is `undefined`
 * @returns a promise when `fn` returns one or the plan asks for retained memory
 * @throws MemspecError `MEMSPEC_UNAVAILABLE`, `MEMSPEC_FOREIGN_PROMISE`
 */
export function record(
  tracker: Tracker,
  fn: (...args: never[]) => unknown,
  thisArg: unknown,
  args: readonly unknown[],
  plan: MeasurePlan,
  keepValue: boolean,
): MaybePromise<Recorded<unknown>> {
  assertAvailable(tracker.capabilities(openOptions(plan)), plan);
  const run = (): MaybePromise<Recorded<unknown>> => {
    const handle = tracker.open(openOptions(plan));
    return closing(tracker, handle, () => {
      const value = tracker.call(handle, fn, thisArg, args);
      if (isPromise(value)) {
        return value.then((settled) => conclude(tracker, handle, plan, keepValue ? settled : undefined));
      }
      refuseForeignPromise(value);
      return conclude(tracker, handle, plan, keepValue ? value : undefined);
    });
  };
  // WeakRefs made by what ran before keep their targets until a macrotask has gone by: not ours to count as collected.
  return plan.retained ? settle(tracker).then(run) : run();
}

function conclude(
  tracker: Tracker,
  handle: Handle,
  plan: MeasurePlan,
  value: unknown,
): MaybePromise<Recorded<unknown>> {
  if (!plan.retained) return { value, recording: readRecording(tracker, handle, plan, null) };
  return settle(tracker).then(() => ({
    value,
    recording: readRecording(tracker, handle, plan, tracker.retained(handle)),
  }));
}

/** Reads an ended measurement. */
export function readRecording(
  tracker: Tracker,
  handle: Handle,
  plan: MeasurePlan,
  retained: TrackedRetained | null,
): Recording {
  return {
    tracked: tracker.read(handle),
    retained,
    capabilities: tracker.capabilities(openOptions(plan)),
    plan,
  };
}

/** Runs `body` and closes the measurement whatever becomes of it, when it has settled. */
export function closing<T>(tracker: Tracker, handle: Handle, body: () => MaybePromise<T>): MaybePromise<T> {
  let result: MaybePromise<T>;
  try {
    result = body();
  } catch (error) {
    tracker.close(handle);
    throw error;
  }
  if (isPromise(result)) return result.finally(() => tracker.close(handle));
  tracker.close(handle);
  return result;
}
