import { loadAddon } from "./load-addon.js";

let armed = false;
let expected = false;

/**
 * Keeps the native tracker's hooks in for as long as this isolate lives: memory that is allocated from now on is known
 * when it is freed, and code that is compiled from now on has lines. Without the addon there is nothing to keep in.
 *
 * @throws MemspecError `MEMSPEC_ADDON_MISMATCH`
 */
export function armTracker(): void {
  if (armed) return;
  loadAddon().binding?.arm();
  armed = true;
}

/** As `armTracker`, but from the first measurement on: for code that does not look as if it measured anything. */
export function armTrackerOnUse(): void {
  expected = true;
}

export function isArmed(): boolean {
  return armed;
}

/** Before a measurement. */
export function armIfExpected(): void {
  if (expected) armTracker();
}

/** `work()`, as memspec's own: where the tracker is there, what it allocates is in no figure. */
export function ownWork<T>(work: () => T): T {
  const binding = armed ? loadAddon().binding : null;
  return binding === null ? work() : binding.own(work);
}
