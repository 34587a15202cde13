import type { Handle } from "../capture/binding.js";
import { currentTracker } from "../capture/current-tracker.js";
import type { MeasurePlan } from "../capture/options.js";
import { closing, type OpenWatch, openOptions } from "../capture/record.js";
import { chain, type MaybePromise, refuseForeignPromise, repeat } from "../capture/repeat.js";
import { hop, settle } from "../capture/settle.js";
import type { Tracker } from "../capture/tracker.js";
import { MemspecError } from "../errors/memspec-error.js";
import { showValue } from "../errors/show-value.js";
import { NO_PATH, NO_WAYS, type PathTo, pathTo, type WaysAlive, waysAlive } from "./why-alive.js";

/** New live instances by constructor name, for the names that were asked for. */
export type InstanceCounts = Readonly<Record<string, number>>;

/** With what keeps them alive: nothing where nobody wanted to know, or without the addon. */
export interface RetainedInstances extends WaysAlive {
  readonly counts: InstanceCounts;
}

/**
 * Counts instances that a call of `fn` made and that are alive after it ended and settled collections; its value is let
 * go of. Names are V8's constructor names, matched exactly; classes of one name count together.
 *
 * @param fn called without arguments `warmup` times, then once for the count; what it throws comes through
 * @param names constructor names, for example `["Session"]`
 * @param explain whether, with these counts, it is to be found out what keeps them alive: that costs a heap snapshot
 * @param watch who may want to close the measurement while it waits
 * @throws MemspecError `MEMSPEC_UNAVAILABLE`, `MEMSPEC_FOREIGN_PROMISE`
 */
export async function retainedInstances(
  fn: () => unknown,
  names: readonly string[],
  warmup = 0,
  explain: (counts: InstanceCounts) => boolean = () => false,
  watch?: OpenWatch,
): Promise<RetainedInstances> {
  const tracker = currentTracker();
  await repeat(warmup, fn);
  await settle(tracker);
  const handle = tracker.open(openOptions(INSTANCES_PLAN));
  const count = async (): Promise<RetainedInstances> => {
    tracker.prepareInstances(handle);
    await callAndDrop(tracker, handle, fn);
    await settle(tracker);
    const alive = tracker.instances(handle, names);
    const counts = Object.freeze(Object.fromEntries(names.map((name, index) => [name, alive[index] ?? 0])));
    return { counts, ...(explain(counts) ? waysAlive(handle, names) : NO_WAYS) };
  };
  return closing(tracker, handle, count, watch);
}

const INSTANCES_PLAN: MeasurePlan = {
  spaces: ["heap", "buffers", "native"],
  spacesNamed: false,
  warmup: 0,
  runs: 1,
  ignore: [],
  sampleInterval: 0,
  threads: "isolate",
  retained: true,
  settle: true,
};

/** Not async: an async frame keeps its temporaries, and with them the value, across every `await`. */
function callAndDrop(tracker: Tracker, handle: Handle, fn: () => unknown): MaybePromise<void> {
  const value = tracker.call(handle, fn, undefined, []);
  refuseForeignPromise(value);
  return chain(value, () => undefined);
}

/** With what keeps the object alive where it was not collected. */
export interface Collected extends PathTo {
  /** The object was collected. */
  readonly collected: boolean;
  /** Constructor's name of the object, "" when it has none. */
  readonly constructorName: string;
}

/** Rounds of macrotasks and collections before an object counts as kept alive. */
const COLLECT_ROUNDS = 6;

/**
 * Whether the object that `factory` returns can be collected once it is dropped.
 *
 * @param factory called without arguments `warmup` times, then once; returns an object or a promise of one
 * @throws MemspecError `MEMSPEC_NOT_AN_OBJECT`, `MEMSPEC_FOREIGN_PROMISE`
 */
export async function collect(factory: () => unknown, warmup = 0): Promise<Collected> {
  const tracker = currentTracker();
  await repeat(warmup, factory);
  const { ref, constructorName } = await observe(factory);
  const collected = await goesAway(tracker, ref);
  return { collected, constructorName, ...(collected ? NO_PATH : pathTo(ref)) };
}

interface Observed {
  readonly ref: WeakRef<object>;
  readonly constructorName: string;
}

/** Not async, as `callAndDrop`. */
function observe(factory: () => unknown): MaybePromise<Observed> {
  const value = factory();
  refuseForeignPromise(value);
  return chain(value, (made: unknown) => {
    if ((typeof made !== "object" || made === null) && typeof made !== "function") {
      throw new MemspecError("MEMSPEC_NOT_AN_OBJECT", `The factory returned ${showValue(made)}, not an object.`, {
        hint: "Return the object that is to be collected: () => new Session().",
      });
    }
    return { ref: new WeakRef(made), constructorName: constructorNameOf(made) };
  });
}

async function goesAway(tracker: Tracker, ref: WeakRef<object>): Promise<boolean> {
  for (let round = 0; round < COLLECT_ROUNDS; round += 1) {
    await hop();
    await hop();
    tracker.collect();
    if (isGone(ref)) return true;
  }
  return false;
}

/** `deref` keeps the target alive until the end of the job: each look needs the hops that follow it. */
function isGone(ref: WeakRef<object>): boolean {
  return ref.deref() === undefined;
}

function constructorNameOf(made: object): string {
  try {
    const name: unknown = (made as { constructor?: { name?: unknown } }).constructor?.name;
    return typeof name === "string" ? name : "";
  } catch {
    return "";
  }
}
