import type { ObjectGroups } from "../graph/types.js";
import {
  type Batch,
  type BatchTable,
  MEMORY_SPACES,
  type MemorySpace,
  risen,
  rises,
  roseBy,
  survivors,
} from "./births.js";
import { gatherWithBatches, type RecordedCalls } from "./evidence.js";
import type { Finding } from "./finding.js";
import { type HeapTaker, upToLast } from "./graph-evidence.js";
import { type Grown, grewAgain, grownStores, judgeGroups } from "./heap-rule.js";
import { containerGrew, type Growth, judgeShares, LEAST_BYTES_PER_CALL, leastShare, type Suspicion } from "./rule.js";
import { BATCHES } from "./schedule.js";
import type { LeakSession } from "./session.js";
import type { LeakSpace } from "./types.js";

export interface Confirmed {
  readonly findings: readonly Finding[];
  readonly table: BatchTable;
  readonly calls: number;
  /** What was recorded with the batches; `null`: nothing was. */
  readonly recorded: RecordedCalls | null;
}

/** One round of equal batches, read and judged. */
interface Round {
  /** As it was before any more calls were made. */
  readonly settled: BatchTable;
  readonly table: BatchTable;
  readonly calls: number;
  readonly findings: readonly Finding[];
  /** Older containers on the heap, and levels off it, that grew: to grow again in the next round, if they are to be leaks. */
  readonly stores: readonly Grown[];
  readonly levels: readonly MemorySpace[];
  readonly recorded: RecordedCalls | null;
  readonly batches: readonly Batch[];
  /** With what a runner keeps of the batches; `null`: not looked at. */
  readonly kept: ObjectGroups | null;
  /** All that is alive since the beginning of the run before this one, or of this one where there was none; `null`: not looked at. */
  readonly alive: ObjectGroups | null;
  /** Highest object id at the beginning; `null`: not known. */
  readonly since: number | null;
}

/**
 * More calls, in equal batches again and many more of them, so that what is a matter of the start comes to its end. Where it
 * has not after that, as many calls again as were made before.
 *
 * @param taker takes the heap apart; `null`: levels alone speak for the heap
 * @param size.before calls that were made before
 */
export async function confirm(
  session: LeakSession,
  suspicion: Suspicion,
  taker: HeapTaker | null,
  size: { readonly runs: number; readonly before: number },
): Promise<Confirmed> {
  const first = await round(session, suspicion, taker, { count: BATCHES, runs: size.runs }, null);
  if (!wantsMore(first)) return first;
  if (first.recorded !== null) session.startOver();
  // Batches of the same size: a WeakMap's table is made for the most insertions between two collections.
  const count = BATCHES + Math.ceil(size.before / size.runs);
  const second = await round(session, suspicion, taker, { count, runs: size.runs }, first);
  const again = grewAgain(first.stores, second.stores, second.calls).map((finding) => onHeap(finding));
  const levels = second.levels
    .filter((space) => first.levels.includes(space))
    .map((space) => levelFinding(second.settled, space, "steady"))
    .map((finding) => maybeRunners(finding, second.kept, second.batches));
  return { ...second, findings: [...second.findings, ...again, ...levels], calls: first.calls + second.calls };
}

function wantsMore({ findings, stores, levels }: Round): boolean {
  const isSteady = (space: LeakSpace): boolean =>
    findings.some(({ space: own, growth }) => own === space && (growth === "steady" || growth === "runners"));
  // Where the contents leak, the container does with them.
  const undecided = (stores.length > 0 && !isSteady("heap")) || levels.some((space) => !isSteady(space));
  return (
    undecided ||
    (findings.some(({ growth }) => growth === "uneven") && !findings.some(({ growth }) => growth === "steady"))
  );
}

async function round(
  session: LeakSession,
  suspicion: Suspicion,
  taker: HeapTaker | null,
  size: { readonly count: number; readonly runs: number },
  before: Round | null,
): Promise<Round> {
  // What was read before lives in no batch.
  await session.boundary(taker === null);
  const batches = await session.batches(size.count, size.runs);
  await settleDown(session, batches);
  const settled = session.table(batches);
  const since = session.gauge.objectIds()?.[batches[0]?.from ?? 0] ?? null;
  const apart = taker === null ? null : await takeApart(session, settled, suspicion, taker, before?.since ?? null);
  const groups = apart?.groups ?? null;
  // Without the heap taken apart, births and levels speak for it.
  const byFigures = taker === null || (apart !== null && groups === null);
  // What the last-resort collection found dead has finalizers and off-heap memory, too.
  await session.boundary(taker === null);
  const table = session.table(batches);
  const calls = size.count * size.runs;
  const offHeap = suspicion.spaces
    .filter((space) => space !== "heap" || byFigures)
    .map((space) => spaceFinding(table, space));
  const kept = groups ?? runnersShare(session, table, offHeap, taker);
  const alive = before === null ? groups : (apart?.sinceGroups ?? null);
  const rose =
    before === null || before.alive === null || alive === null
      ? null
      : { before: before.alive, after: alive, calls: calls + (apart?.recorded?.calls ?? 0) };
  return {
    settled,
    table,
    calls,
    findings: [
      ...(groups === null ? [] : judgeGroups(groups, batches, rose).map((finding) => onHeap(finding))),
      ...offHeap.map((finding) => maybeRunners(finding, kept, batches)),
      ...suspicion.handles.map((kind) => handleFinding(table, kind)),
    ],
    stores: groups === null ? [] : grownStores(groups, batches),
    // Calls that were recorded are none of the batches'.
    levels: suspicion.containers.filter(
      (space) => (space !== "heap" || byFigures) && roseBy(settled, space, LEAST_BYTES_PER_CALL * size.runs),
    ),
    recorded: apart?.recorded ?? null,
    batches,
    kept,
    alive,
    since,
  };
}

interface Apart {
  readonly groups: ObjectGroups | null;
  readonly sinceGroups: ObjectGroups | null;
  readonly recorded: RecordedCalls | null;
}

/**
 * Takes the heap apart where so much is left on it that this can show a leak; else `null`. Where it is objects that stay, a few calls
 * are recorded before, so that the same graph tells where they were allocated. A container is not to grow in such calls.
 */
async function takeApart(
  session: LeakSession,
  table: BatchTable,
  suspicion: Suspicion,
  taker: HeapTaker,
  since: number | null,
): Promise<Apart | null> {
  if (livesOn(table, suspicion)) {
    const offHeap = [...suspicion.spaces, ...suspicion.containers].some((space) => space !== "heap");
    return gatherWithBatches(session, taker, table.batches, offHeap, since);
  }
  if (!suspicion.containers.includes("heap") || !containerGrew(table, "heap", callsIn(table))) return null;
  const boundaries = upToLast(table.batches, session.gauge.objectIds() ?? []);
  const answers = taker.ask({ boundaries, since, biggestBuffer: false });
  return { groups: answers?.groups ?? null, sinceGroups: answers?.sinceGroups ?? null, recorded: null };
}

const MOST_ROUNDS = 8;
/** On a busy machine the threads that free memory, and tasks that finalize, may miss a round. */
const QUIET_ROUNDS = 2;

/** What a collection finds dead is finalized after it, which lets go of more: on, until no more of the batches' survivors go. */
async function settleDown(session: LeakSession, batches: readonly Batch[]): Promise<void> {
  const alive = (): number => {
    const table = session.table(batches);
    return MEMORY_SPACES.flatMap((space) => survivors(table, space) ?? []).reduce((sum, { count }) => sum + count, 0);
  };
  let before = alive();
  let quiet = 0;
  for (let done = 0; done < MOST_ROUNDS && quiet < QUIET_ROUNDS; done += 1) {
    await session.pause();
    await session.boundary(false);
    const now = alive();
    quiet = now >= before - leastShare(batches[0]?.calls ?? 0) ? quiet + 1 : 0;
    before = now;
  }
}

/** Whether the batches' objects on the heap live on, as those of a leak do. */
function livesOn(table: BatchTable, suspicion: Suspicion): boolean {
  const counts = survivors(table, "heap")?.map(({ count }) => count) ?? [];
  const growth = judgeShares(counts, leastShare(callsIn(table)));
  return suspicion.spaces.includes("heap") && (growth === "steady" || growth === "uneven");
}

function onHeap(finding: Omit<Finding, "space" | "kind">): Finding {
  return { ...finding, space: "heap", kind: "" };
}

function finding(space: LeakSpace, kind: string, growth: Growth, count: number | null, bytes: number | null): Finding {
  return {
    space,
    kind,
    growth,
    countPerCall: count,
    bytesPerCall: bytes,
    retainedPerCall: bytes,
    group: null,
    store: null,
  };
}

function spaceFinding(table: BatchTable, space: MemorySpace): Finding {
  const calls = callsIn(table);
  const alive = survivors(table, space) ?? [];
  // The newest batch may have more alive than is its own.
  const counts = alive.map(({ count }) => count);
  const bytes = alive.map((share) => share.bytes);
  const growth = judgeShares(counts, leastShare(calls));
  return finding(space, "", growth, average(counts.slice(0, -1), calls), average(bytes.slice(0, -1), calls));
}

/** Where memory off the heap grew, and the heap was not suspected: what the runner keeps there is left out of the suspicion. */
function runnersShare(
  session: LeakSession,
  table: BatchTable,
  findings: readonly Finding[],
  taker: HeapTaker | null,
): ObjectGroups | null {
  if (taker === null || !findings.some(({ space, growth }) => space !== "heap" && growth === "steady")) return null;
  const boundaries = upToLast(table.batches, session.gauge.objectIds() ?? []);
  return taker.ask({ boundaries, since: null, biggestBuffer: false })?.groups ?? null;
}

/** Nobody can tell whose a block is. Where what a runner keeps grows by objects with memory of their own, it may be theirs. */
function maybeRunners(finding: Finding, groups: ObjectGroups | null, batches: readonly Batch[]): Finding {
  if (finding.space === "heap" || finding.growth !== "steady" || groups === null) return finding;
  const counts = batches.map((_, at) => groups.temporary[at]?.count ?? 0);
  const kept = judgeShares(counts, leastShare(batches.at(-1)?.calls ?? 0));
  return kept === "steady" || kept === "uneven" ? { ...finding, growth: "runners" } : finding;
}

function handleFinding(table: BatchTable, kind: string): Finding {
  const calls = callsIn(table);
  const shares = rises(table, (reading) => reading.handles[kind] ?? 0);
  return finding("handles", kind, judgeShares(shares, leastShare(calls)), average(shares, calls), null);
}

function levelFinding(table: BatchTable, space: MemorySpace, growth: Growth): Finding {
  const calls = table.batches.reduce((sum, batch) => sum + batch.calls, 0);
  return finding(space, "", growth, null, risen(table, space) / calls);
}

/** Calls in a batch. */
function callsIn(table: BatchTable): number {
  return table.batches.at(-1)?.calls ?? 0;
}

function average(shares: readonly number[], calls: number): number {
  return shares.length === 0 || calls === 0
    ? 0
    : shares.reduce((sum, share) => sum + share, 0) / (shares.length * calls);
}
