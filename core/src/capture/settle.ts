import { setImmediate as nodeSetImmediate } from "node:timers";
import type { Tracker } from "./tracker.js";

/** Kept from before anybody could put fake timers in its place. */
const nextMacrotask = nodeSetImmediate;

const MAX_ROUNDS = 8;
/** Our own promises and readings leave tens of bytes a round. */
const SETTLED_WITHIN_BYTES = 256;

/** Lets a macrotask go by: WeakRefs let go, finalizers and close callbacks run. */
export function hop(): Promise<void> {
  return new Promise((resolve) => {
    nextMacrotask(resolve);
  });
}

/**
 * Collects until two collections in a row leave the same heap and buffers, within 256 B, at most eight times. Between two of
 * them macrotasks go by, so that what one frees can free more.
 */
export async function settle(tracker: Pick<Tracker, "collect">): Promise<void> {
  let before = Number.NaN;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    await hop();
    await hop();
    tracker.collect();
    const usage = process.memoryUsage();
    const now = usage.heapUsed + usage.arrayBuffers;
    if (Math.abs(now - before) <= SETTLED_WITHIN_BYTES) return;
    before = now;
  }
}
