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

/**
 * Takes note of a measurement that waits for a promise, by what closes it before its time: the promise may never settle.
 * Gives what forgets it again.
 */
export type OpenWatch = (abandon: () => void) => () => void;

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
 * @param watch who may want to close the measurement while it waits
 * @returns a promise when `fn` returns one or the plan asks for retained memory
 * @throws MemspecError `MEMSPEC_UNAVAILABLE`, `MEMSPEC_FOREIGN_PROMISE`; `MEMSPEC_MEASUREMENT_CLOSED` where it was closed
 */
export function record(
  tracker: Tracker,
  fn: (...args: never[]) => unknown,
  thisArg: unknown,
  args: readonly unknown[],
  plan: MeasurePlan,
  keepValue: boolean,
  watch?: OpenWatch,
): MaybePromise<Recorded<unknown>> {
  assertAvailable(tracker.capabilities(openOptions(plan)), plan);
  const run = (): MaybePromise<Recorded<unknown>> => {
    const handle = tracker.open(openOptions(plan));
    const body = (): MaybePromise<Recorded<unknown>> => {
      const value = tracker.call(handle, fn, thisArg, args);
      if (isPromise(value)) {
        return value.then((settled) => conclude(tracker, handle, plan, keepValue ? settled : undefined));
      }
      refuseForeignPromise(value);
      return conclude(tracker, handle, plan, keepValue ? value : undefined);
    };
    return closing(tracker, handle, body, watch);
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

/**
 * Runs `body` and closes the measurement whatever becomes of it, when it has settled.
 *
 * @param watch who may want to close it before that
 */
export function closing<T>(
  tracker: Tracker,
  handle: Handle,
  body: () => MaybePromise<T>,
  watch?: OpenWatch,
): MaybePromise<T> {
  let open = true;
  const close = (): void => {
    if (open) tracker.close(handle);
    open = false;
  };
  let result: MaybePromise<T>;
  try {
    result = body();
  } catch (error) {
    close();
    throw error;
  }
  if (!isPromise(result)) {
    close();
    return result;
  }
  const forget = watch?.(close);
  return result.finally(() => {
    forget?.();
    close();
  });
}
