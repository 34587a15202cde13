/**
 * The rule by which growth is judged: docs/how-leaks-are-judged.md argues it. Pure functions on what was read.
 *
 * A leak leaves something of *every* batch, in proportion to the batch's calls, for ever. Noise (tiers of the compiler, inline
 * caches, what the runner does meanwhile) leaves something of some batches; a cache leaves nothing once it is full.
 */

import {
  type BatchTable,
  bornToStay,
  handleKinds,
  MEMORY_SPACES,
  type MemorySpace,
  rises,
  roseBy,
  survivors,
} from "./births.js";

/** How a row of equal batches grew. */
export type Growth =
  /** Nothing stays. */
  | "none"
  /** Every batch leaves its share. */
  | "steady"
  /** It grew, and has come to an end. */
  | "ended"
  /** It goes on, but not evenly: so few calls cannot tell. */
  | "uneven"
  /** Every batch leaves its share, and it may be of what a runner keeps until the test is over. */
  | "runners";

/** One in so many calls is the smallest rate that is looked for in large batches; in small ones a single survivor is. */
const CALLS_PER_SURVIVOR = 16;

/** Survivors of a batch below which there are none to speak of. */
export function leastSurvivors(calls: number): number {
  return Math.max(1, Math.floor(calls / CALLS_PER_SURVIVOR));
}

/**
 * Survivors of a batch of the confirming run that make its share: never a single one, for that is what memspec's own work, a timer
 * or the runner may well leave with each batch, however many calls it has.
 */
export function leastShare(calls: number): number {
  return Math.max(2, leastSurvivors(calls));
}

/** Bytes a call below which a container does not grow with the calls: a number in an array takes 8. */
export const LEAST_BYTES_PER_CALL = 4;

/** Shares of even batches differ by less than this factor: chance makes one leak in three calls uneven. */
const EVENNESS = 2;

/**
 * Judges the survivors of equal batches, oldest first.
 *
 * @param least what a batch leaves at least if it leaves its share
 */
export function judgeShares(shares: readonly number[], least: number): Growth {
  const grown = shares.filter((share) => share >= least);
  if (grown.length === 0) return "none";
  const highest = Math.max(...shares);
  const lowest = Math.min(...shares);
  if (grown.length === shares.length && lowest * EVENNESS >= highest) return "steady";
  const [first = 0] = shares;
  const last = shares.at(-1) ?? 0;
  // Full at last; or a window on what was used last, which lets go of what is older.
  return first < least || last < least ? "ended" : "uneven";
}

/** What is suspected after the first batches, and pays for the confirming run. */
export interface Suspicion {
  readonly spaces: readonly MemorySpace[];
  /** Spaces whose level grew otherwise: a container of old age, whose store is made anew only now and then. */
  readonly containers: readonly MemorySpace[];
  /** Kinds of handles of which every batch left some. */
  readonly handles: readonly string[];
}

/** Looks at small batches. Rather suspects too much than too little: a suspicion costs time, nothing else. */
export function screen(table: BatchTable): Suspicion {
  const calls = table.batches.at(-1)?.calls ?? 0;
  // The first batch pays for much that is done once, and is no container's witness.
  const later = { ...table, batches: table.batches.slice(1) };
  return {
    spaces: MEMORY_SPACES.filter((space) => isSuspected(table, space, calls)),
    containers: MEMORY_SPACES.filter((space) => containerGrew(later, space, calls)),
    handles: handleKinds(table).filter((kind) =>
      rises(table, (reading) => reading.handles[kind] ?? 0).every((rise) => rise >= leastSurvivors(calls)),
    ),
  };
}

/** What is suspected both times. A container may have filled up, and its contents may be what grows. */
export function stillSuspected(once: Suspicion, again: Suspicion): Suspicion {
  const before = [...once.spaces, ...once.containers];
  return {
    spaces: again.spaces.filter((space) => before.includes(space)),
    containers: again.containers.filter((space) => before.includes(space)),
    handles: again.handles.filter((kind) => once.handles.includes(kind)),
  };
}

/** What is alive of a batch. */
export interface Share {
  readonly count: number;
  readonly bytes: number;
  readonly calls: number;
}

/**
 * The same questions as the screening's, of what the program left alone: V8's code, its shapes and lists come with every batch where
 * much code runs, and are not asked about.
 *
 * @param shares of the batches, oldest first
 */
export function withoutEngines(suspicion: Suspicion, shares: readonly Share[]): Suspicion {
  const stays = shares.slice(0, -1).every(({ count, calls }) => count >= leastSurvivors(calls));
  const later = shares.slice(1);
  const bytes = later.reduce((sum, share) => sum + share.bytes, 0);
  const grew = bytes >= later.reduce((sum, { calls }) => sum + LEAST_BYTES_PER_CALL * calls, 0);
  return {
    ...suspicion,
    spaces: suspicion.spaces.filter((space) => space !== "heap" || stays),
    containers: suspicion.containers.filter((space) => space !== "heap" || grew),
  };
}

export function isSuspicious(suspicion: Suspicion): boolean {
  return suspicion.containers.length > 0 || suspicion.spaces.length > 0 || suspicion.handles.length > 0;
}

function isSuspected(table: BatchTable, space: MemorySpace, calls: number): boolean {
  const alive = survivors(table, space);
  if (alive !== null) return alive.slice(0, -1).every(({ count }) => count >= leastSurvivors(calls));
  // Where births are not told, the level speaks alone: see `containers`.
  return false;
}

/**
 * Whether a space grew. On the heap by what was born: the level tells less, for V8 throws away code and caches in the meantime.
 */
export function containerGrew(table: BatchTable, space: MemorySpace, calls: number): boolean {
  const least = LEAST_BYTES_PER_CALL * calls;
  const born = space === "heap" ? bornToStay(table, space) : null;
  return born === null ? roseBy(table, space, least) : born >= least * table.batches.length;
}
