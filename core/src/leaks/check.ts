import { type BatchTable, levelOf, type MemorySpace, rises, survivors } from "./births.js";
import { confirm } from "./confirm.js";
import type { RecordedCalls } from "./evidence.js";
import type { Finding } from "./finding.js";
import { type HeapTaker, upToLast } from "./graph-evidence.js";
import { programsShare } from "./heap-rule.js";
import { isSuspicious, type Suspicion, screen, stillSuspected, withoutEngines } from "./rule.js";
import {
  BATCHES,
  confirmingRuns,
  DEFAULT_WARMUP,
  LEAST_WARMUP,
  screeningRuns,
  secondLookRuns,
  WARMUP_BUDGET_MS,
} from "./schedule.js";
import type { LeakSession } from "./session.js";
import type { LeakGrowth, LeakPlan } from "./types.js";

/** What a check has found out, before it is put into words and places. */
export interface Outcome {
  readonly findings: readonly Finding[];
  /** Batches of the last run. */
  readonly table: BatchTable;
  /** What was recorded beside it; `null`: nothing was. */
  readonly recorded: RecordedCalls | null;
  readonly growth: LeakGrowth;
  readonly warmup: number;
  readonly screening: number;
  readonly confirming: number;
  readonly batchCalls: number;
}

/** Warm-up, screening, and the confirming run where something is suspected. */
export async function judge(session: LeakSession, taker: HeapTaker | null): Promise<Outcome> {
  const { plan } = session;
  session.begin(false);
  const warm = await session.callUncounted(
    plan.warmup ?? LEAST_WARMUP,
    plan.warmup ?? DEFAULT_WARMUP,
    WARMUP_BUDGET_MS,
  );
  const runs = screeningRuns(plan.runs, warm.msPerCall, session.gauge.tellsBirths);
  await session.boundary(false);
  // Also memspec's own code is to be warm.
  await session.batches(1, runs);
  let table = session.table(await session.batches(BATCHES, runs));
  let screening = runs * BATCHES;
  let suspicion = within(screen(table), plan);
  // Noise does not come twice. Handles are scarce: no more calls than must be.
  const again = suspicion.handles.length > 0 ? 0 : secondLookRuns(runs, session.msPerCall());
  if (isSuspicious(suspicion) && again > 0) {
    table = session.table(await session.batches(BATCHES, again));
    screening += again * BATCHES;
    suspicion = stillSuspected(suspicion, within(screen(table), plan));
  }
  if (taker !== null && [...suspicion.spaces, ...suspicion.containers].includes("heap")) {
    suspicion = await ofTheProgram(suspicion, session, table, taker);
    screening += LAST_CALLS;
  }
  const warmup = warm.calls + runs;
  const base = { warmup, screening };
  if (!isSuspicious(suspicion)) {
    return {
      ...base,
      findings: [],
      table,
      recorded: null,
      growth: growthOf(table, plan),
      confirming: 0,
      batchCalls: table.batches.at(-1)?.calls ?? runs,
    };
  }
  const confirmed = await confirm(session, suspicion, taker, {
    runs: confirmingRuns(runs, session.msPerCall(), suspicion.handles.length > 0),
    before: warmup + screening,
  });
  return {
    ...base,
    findings: confirmed.findings,
    table: confirmed.table,
    recorded: confirmed.recorded,
    growth: growthOf(confirmed.table, plan),
    confirming: confirmed.calls,
    batchCalls: confirmed.table.batches.at(-1)?.calls ?? runs,
  };
}

/** Calls after the batches that are looked at: what is used last is kept until the next time, and is then theirs and no batch's. */
const LAST_CALLS = 2;

/**
 * The heap is suspected for what the program left on it, not for what V8 compiled meanwhile: the graph tells the two apart, and costs
 * less than the confirming run.
 */
async function ofTheProgram(
  suspicion: Suspicion,
  session: LeakSession,
  table: BatchTable,
  taker: HeapTaker,
): Promise<Suspicion> {
  await session.callUncounted(LAST_CALLS, LAST_CALLS, 0);
  await session.boundary(false);
  const boundaries = upToLast(table.batches, session.gauge.objectIds() ?? []);
  const groups = taker.ask({ boundaries, since: null, biggestBuffer: false })?.groups ?? null;
  return groups === null ? suspicion : withoutEngines(suspicion, programsShare(groups, table.batches));
}

/** What the caller asked about. */
function within(suspicion: Suspicion, plan: LeakPlan): Suspicion {
  // Timers are handles to their owner, and objects to V8; other handles have owners on the heap.
  const isAsked = (space: MemorySpace): boolean =>
    plan.spaces.includes(space) || (space === "heap" && plan.spaces.includes("handles"));
  return {
    spaces: suspicion.spaces.filter(isAsked),
    containers: suspicion.containers.filter(isAsked),
    handles: plan.spaces.includes("handles") ? suspicion.handles : [],
  };
}

/** Averages a call, over all batches but the newest, of what is alive at the end. */
function growthOf(table: BatchTable, plan: LeakPlan): LeakGrowth {
  const asked = (space: MemorySpace): number | null =>
    plan.spaces.includes(space) ? bytesPerCall(table, space) : null;
  return {
    heapBytes: asked("heap"),
    buffersBytes: asked("buffers"),
    nativeBytes: asked("native"),
    handles: plan.spaces.includes("handles") ? handlesPerCall(table) : null,
  };
}

function bytesPerCall(table: BatchTable, space: MemorySpace): number | null {
  const alive = survivors(table, space);
  const older = table.batches.slice(0, -1);
  const calls = older.reduce((sum, batch) => sum + batch.calls, 0);
  if (calls === 0) return null;
  if (alive !== null) return alive.slice(0, -1).reduce((sum, { bytes }) => sum + bytes, 0) / calls;
  if (space === "native") return null;
  return (
    rises({ ...table, batches: older }, (reading) => levelOf(reading, space)).reduce((sum, rise) => sum + rise, 0) /
    calls
  );
}

function handlesPerCall(table: BatchTable): number {
  const [first, last] = [table.batches[0], table.batches.at(-1)];
  const total = (at: number): number =>
    Object.values(table.readings[at]?.handles ?? {}).reduce((sum, count) => sum + count, 0);
  const calls = table.batches.reduce((sum, batch) => sum + batch.calls, 0);
  return calls === 0 ? 0 : (total(last?.to ?? 0) - total(first?.from ?? 0)) / calls;
}
