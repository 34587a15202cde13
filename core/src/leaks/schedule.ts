/** How many calls a check makes: fixed numbers for a fast function, as many as there is time for, for a slow one. */

const DEFAULT_RUNS = 16;
/** Where births are not told, a leak has to outweigh what V8 throws away meanwhile, some kilobytes of it. */
const DEFAULT_RUNS_BY_LEVEL = 256;
export const DEFAULT_WARMUP = 16;
export const BATCHES = 4;

/** A slow function's warm-up ends early after this time, though not before it has had its least calls. */
export const WARMUP_BUDGET_MS = 400;
/** Lazy initialisation on the fourth call is no leak. */
export const LEAST_WARMUP = 5;

const SCREENING_BUDGET_MS = 1000;
const CONFIRMING_BUDGET_MS = 1000;
/** One leak in every third call shows in each batch. */
const LEAST_RUNS = 3;
const MOST_CONFIRMING_RUNS = 512;
/** One leak in every third call leaves two in each batch: a share, see `leastShare`. */
const LEAST_CONFIRMING_RUNS = 6;
/** A process may often have no more than 1024 descriptors: a leak of them is to be told, not to become an error of the function's. */
const MOST_RUNS_WITH_HANDLES = 32;

/** Calls in one of the screening's batches. */
export function screeningRuns(asked: number | null, msPerCall: number, tellsBirths: boolean): number {
  const most = tellsBirths ? DEFAULT_RUNS : DEFAULT_RUNS_BY_LEVEL;
  return asked ?? clamp(SCREENING_BUDGET_MS / BATCHES / msPerCall, LEAST_RUNS, most);
}

/** A slow function's suspicion goes to the confirming run at once. */
const SECOND_LOOK_BUDGET_MS = 250;
/** After its first batch the second look makes as many calls as there were before: what holds something of each call doubles. */
const SECOND_LOOK_FACTOR = 3;

/** Calls in one of the second look's batches; 0: the calls take too long for a second look. */
export function secondLookRuns(screening: number, msPerCall: number): number {
  const runs = SECOND_LOOK_FACTOR * screening;
  return runs * BATCHES * msPerCall <= SECOND_LOOK_BUDGET_MS ? runs : 0;
}

/**
 * Calls in one of the confirming run's batches: a power of two times the screening's, so that a machine that is
 * a little slower makes the same calls. Enough to see the end of a cache of a thousand entries.
 *
 * @param handles handles are suspected
 */
export function confirmingRuns(screening: number, msPerCall: number, handles: boolean): number {
  const most = Math.max(screening, handles ? MOST_RUNS_WITH_HANDLES : MOST_CONFIRMING_RUNS);
  const affordable = CONFIRMING_BUDGET_MS / BATCHES / msPerCall;
  let runs = Math.max(screening, LEAST_CONFIRMING_RUNS);
  while (runs * 2 <= affordable && runs * 2 <= most) runs *= 2;
  return runs;
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, Math.floor(value)));
}

const EVIDENCE_BUDGET_MS = 1000;
const EVIDENCE_CALLS = 16;
/** So much longer a call takes at most whose allocations are recorded in every way. */
const EVIDENCE_SLOWDOWN = 20;
/** What is no allocation takes no longer: to record objects of 30 B takes a millisecond for so many bytes of them. */
const RECORDED_BYTES_PER_MS = 30_000;
/** With a sample for every 512 B, where objects are small. */
const SAMPLED_SLOWDOWN = 5;

/** What a call costs as it is. */
export interface CallCost {
  readonly ms: number;
  /** On the heap, garbage included; `null`: not told. */
  readonly allocatedBytes: number | null;
}

/**
 * Calls of the run that records stacks, and whether every allocation can be recorded in the time there is.
 *
 * @param toGrow calls after which a container has surely grown again; 0: none is to. A store is large: samples find it
 */
export function evidenceCalls(
  { ms, allocatedBytes }: CallCost,
  toGrow: number,
): { readonly calls: number; readonly exact: boolean } {
  const recordedMs =
    allocatedBytes === null
      ? ms * EVIDENCE_SLOWDOWN
      : Math.min(ms * EVIDENCE_SLOWDOWN, ms + allocatedBytes / RECORDED_BYTES_PER_MS);
  const affordable = EVIDENCE_BUDGET_MS / recordedMs;
  const exact = affordable >= LEAST_RUNS;
  if (toGrow > 0 && toGrow <= affordable) return { calls: toGrow, exact };
  if (toGrow > 0 && toGrow * ms * SAMPLED_SLOWDOWN <= EVIDENCE_BUDGET_MS) return { calls: toGrow, exact: false };
  const cautious = EVIDENCE_BUDGET_MS / (ms * EVIDENCE_SLOWDOWN);
  return { calls: exact ? clamp(cautious, LEAST_RUNS, EVIDENCE_CALLS) : LEAST_RUNS, exact };
}
