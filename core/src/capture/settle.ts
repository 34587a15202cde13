import { setImmediate as nodeSetImmediate } from "node:timers";
import type { Tracker } from "./tracker.js";

/** Kept from before anybody could put fake timers in its place. */
const nextMacrotask = nodeSetImmediate;

const MAX_ROUNDS = 8;
/** Our own promises and readings move the level by tens of bytes a round. */
const NOISE_BYTES = 256;

/** Lets a macrotask go by: WeakRefs let go, finalizers and close callbacks run. */
export function hop(): Promise<void> {
  return new Promise((resolve) => {
    nextMacrotask(resolve);
  });
}

/**
 * Collects until a collection frees nothing more, at most eight times. Between two of them macrotasks go by, so that what
 * one frees can free more: finalizers, close callbacks, chains of weak references.
 */
export async function settle(tracker: Pick<Tracker, "collect">): Promise<void> {
  let before = Number.POSITIVE_INFINITY;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    await hop();
    await hop();
    tracker.collect();
    const usage = process.memoryUsage();
    const now = usage.heapUsed + usage.arrayBuffers;
    if (now >= before - NOISE_BYTES) return;
    before = now;
  }
}
