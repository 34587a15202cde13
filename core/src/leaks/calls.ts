import { isPromise, type MaybePromise, refuseForeignPromise } from "../capture/repeat.js";
import { hop } from "../capture/settle.js";

/** Makes the calls, and stops a check between two of them. */
export interface Caller {
  call(fn: () => unknown): unknown;
  /** @throws MemspecError when the check is to stop: its time is up */
  check(): void;
}

/**
 * Calls `fn` so many times, one after the other, and lets go of what it gives. Leaves nothing on the heap.
 *
 * @throws what fn throws or rejects with, as it is; MemspecError `MEMSPEC_FOREIGN_PROMISE`, and what the caller throws
 */
export async function callTimes(fn: () => unknown, times: number, caller: Caller): Promise<void> {
  for (let done = 0; done < times; done += 1) {
    const pending = callAndDrop(fn, caller);
    if (pending !== undefined) await pending;
    caller.check();
  }
}

/** Not async: an async frame keeps its temporaries, and with them the value, across every `await`. */
function callAndDrop(fn: () => unknown, caller: Caller): MaybePromise<undefined> {
  const value = caller.call(fn);
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
