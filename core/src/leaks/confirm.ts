import { type Batch, type BatchTable, MEMORY_SPACES, type MemorySpace, rises, survivors } from "./births.js";
import { type Growth, judgeShares, LEAST_BYTES_PER_CALL, leastSurvivors, levelRises, type Suspicion } from "./rule.js";
import { BATCHES } from "./schedule.js";
import type { LeakSession } from "./session.js";
import type { LeakSpace } from "./types.js";

/** One space, or one kind of handles, and how it grew in the confirming run. */
export interface Finding {
  readonly space: LeakSpace;
  /** What grew: survivors of every batch, the store of an older container, or a kind of handles. */
  readonly what: "survivors" | "container" | "handle";
  /** Kind of the handles, "" for memory. */
  readonly kind: string;
  readonly growth: Growth;
  /** `null`: not told here. */
  readonly countPerCall: number | null;
  readonly bytesPerCall: number | null;
}

export interface Confirmed {
  readonly findings: readonly Finding[];
  readonly table: BatchTable;
  readonly calls: number;
}

/**
 * More calls, in equal batches again and many more of them, so that what is a matter of the start comes to its end. Where it
 * has not after that, as many calls again.
 *
 * @param size.before calls that were made before
 */
export async function confirm(
  session: LeakSession,
  suspicion: Suspicion,
  size: { readonly runs: number; readonly before: number },
): Promise<Confirmed> {
  // What was read lives in no batch.
  await session.boundary(suspicion.container);
  let batches = await session.batches(BATCHES, size.runs);
  let calls = size.runs * BATCHES;
  let findings = judgeAll(await settled(session, batches), suspicion, calls + size.before);
  if (wantsMore(findings)) {
    await session.boundary(true);
    // Batches of the same size: a WeakMap's table is made for the most insertions between two collections.
    batches = await session.batches(BATCHES + Math.ceil(size.before / size.runs), size.runs);
    calls += batches.length * size.runs;
    findings = judgeAll(await settled(session, batches), suspicion, calls + size.before);
  }
  return { findings, table: session.table(batches), calls };
}

/** A container's growth is taken for steady only when twice the calls made it grow again; its contents speak for it. */
function wantsMore(findings: readonly Finding[]): boolean {
  const contents = findings.some(
    ({ space, what, growth }) => space === "heap" && what === "survivors" && growth === "steady",
  );
  return findings.some(
    ({ growth, what }) => growth === "uneven" || (what === "container" && growth === "steady" && !contents),
  );
}

/** Chains of finalizers and weak references take several collections; and one of the strongest sort. */
async function settled(session: LeakSession, batches: readonly Batch[]): Promise<BatchTable> {
  await session.boundary(true);
  await session.boundary(false);
  return session.table(batches);
}

function judgeAll(table: BatchTable, suspicion: Suspicion, totalCalls: number): readonly Finding[] {
  const calls = table.batches.at(-1)?.calls ?? 0;
  const findings: Finding[] = [];
  for (const space of MEMORY_SPACES)
    if (suspicion.spaces.includes(space)) findings.push(judgeSpace(table, space, calls));
  if (suspicion.container && table.readings.at(-1)?.heap !== null) findings.push(judgeContainer(table, calls));
  for (const kind of suspicion.handles) {
    const shares = rises(table, (reading) => reading.handles[kind] ?? 0);
    findings.push({
      space: "handles",
      what: "handle",
      kind,
      growth: judgeShares(shares, leastSurvivors(calls)),
      countPerCall: average(shares, calls),
      bytesPerCall: null,
    });
  }
  return totalCalls > 0 ? findings : [];
}

function judgeSpace(table: BatchTable, space: MemorySpace, calls: number): Finding {
  const alive = survivors(table, space);
  if (alive === null) {
    const shares = levelRises(table, space === "native" ? "heap" : space);
    const growth = judgeShares(shares, LEAST_BYTES_PER_CALL * calls);
    return { space, what: "survivors", kind: "", growth, countPerCall: null, bytesPerCall: average(shares, calls) };
  }
  const counts = alive.map(({ count }) => count);
  return {
    space,
    what: "survivors",
    kind: "",
    growth: judgeShares(counts, leastSurvivors(calls)),
    countPerCall: average(counts.slice(0, -1), calls),
    bytesPerCall: average(
      alive.slice(0, -1).map(({ bytes }) => bytes),
      calls,
    ),
  };
}

/**
 * A store is made anew only now and then, so the level at the ends counts: as a last-resort collection leaves it, for an
 * ordinary one keeps the code of dropped scripts.
 */
function judgeContainer(table: BatchTable, calls: number): Finding {
  const total = calls * table.batches.length;
  const before = table.readings[table.batches[0]?.from ?? 0]?.usedBytes ?? 0;
  const risen = (table.readings.at(-1)?.usedBytes ?? 0) - before;
  const growth: Growth = risen >= LEAST_BYTES_PER_CALL * total ? "steady" : "ended";
  return { space: "heap", what: "container", kind: "", growth, countPerCall: null, bytesPerCall: risen / total };
}

function average(shares: readonly number[], calls: number): number {
  return shares.length === 0 || calls === 0
    ? 0
    : shares.reduce((sum, share) => sum + share, 0) / (shares.length * calls);
}
