import { isPromise, type MaybePromise, refuseForeignPromise } from "../capture/repeat.js";
import { hop } from "../capture/settle.js";

/** Stops a check between two calls: its time is up, or its memory. */
export interface CallWatch {
  /** @throws MemspecError when the check is to stop */
  check(): void;
}

/**
 * Calls `fn` so many times, one after the other, and lets go of what it gives. Leaves nothing on the heap.
 *
 * @throws what fn throws or rejects with, as it is; MemspecError `MEMSPEC_FOREIGN_PROMISE`, and what the watch throws
 */
export async function callTimes(fn: () => unknown, times: number, watch: CallWatch): Promise<void> {
  for (let done = 0; done < times; done += 1) {
    const pending = callAndDrop(fn);
    if (pending !== undefined) await pending;
    watch.check();
  }
}

/** Not async: an async frame keeps its temporaries, and with them the value, across every `await`. */
function callAndDrop(fn: () => unknown): MaybePromise<undefined> {
  const value = fn();
  if (isPromise(value)) return value.then(drop) as Promise<undefined>;
  refuseForeignPromise(value);
  return undefined;
}

function drop(): undefined {
  return undefined;
}

/** WeakRefs let go, finalizers and close callbacks run, and what they began ends: before anything is called alive. */
export async function settleTasks(hops = 3): Promise<void> {
  for (let done = 0; done < hops; done += 1) await hop();
}
