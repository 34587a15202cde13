import { toSourceFrame } from "../analysis/frames.js";
import { isNameable } from "../analysis/sites.js";
import { currentTracker } from "../capture/current-tracker.js";
import type { RawOpened } from "../capture/leak-binding.js";
import type { AllocationSite, SourceFrame } from "../capture/measurement.js";
import { closing, openOptions, type Recording, readRecording } from "../capture/record.js";
import { planMeasurement, validateOptions } from "../capture/validate-options.js";
import type { AllocationFrame, BigBuffer, ObjectGroup, ObjectGroups } from "../graph/types.js";
import { analyseHere, contextHere } from "../measure/analyse-here.js";
import { allocatedPerCall, type Batch, type BatchTable } from "./births.js";
import { settleTasks } from "./calls.js";
import type { Finding } from "./finding.js";
import { type GraphAnswers, type GraphQuestions, type HeapTaker, upToLast, upToNow } from "./graph-evidence.js";
import { type CallCost, evidenceCalls } from "./schedule.js";
import type { LeakSession } from "./session.js";

/** Where what stays alive was allocated: of a few calls, with every stack. */
export interface Evidence {
  readonly calls: number;
  /** With something alive, by bytes alive, most first. */
  readonly sites: readonly AllocationSite[];
  /** Off the heap also of what is gone: who called what. */
  readonly recorded: readonly AllocationSite[];
  /** Groups of the heap with V8's own allocation stacks: per function, but known object by object. */
  readonly groups: readonly ObjectGroup[];
  /** A buffer that is as large as all by which buffers grew, where nothing new on the heap holds any; `null`: not looked for, or there is none. */
  readonly grownBuffer: BigBuffer | null;
  /** Where descriptors were opened that stayed open, most first. */
  readonly opened: readonly AllocationSite[];
  /** A frame of V8's stacks as the user knows it; it knows the function, not the line. */
  readonly frameOf: (frame: AllocationFrame) => SourceFrame;
  /** What could not be recorded, in sentences. */
  readonly notes: readonly string[];
}

/** Calls that were recorded. Sites are made of them only when they are asked for: a clean function has no use for them. */
export interface RecordedCalls {
  readonly calls: number;
  evidence(): Evidence;
}

function frameOf(frame: AllocationFrame): SourceFrame {
  return toSourceFrame({ ...frame, kind: "javascript", lineIsFunction: true, inlined: false }, contextHere());
}

export const NO_EVIDENCE: Evidence = {
  calls: 0,
  sites: [],
  recorded: [],
  groups: [],
  grownBuffer: null,
  opened: [],
  frameOf,
  notes: [],
};

/** What a call costs, by the calls so far. */
function costOf(session: LeakSession, table: BatchTable): CallCost {
  return { ms: session.msPerCall(), allocatedBytes: allocatedPerCall(table) };
}

/**
 * Calls the function a few times more and records every allocation, and takes the heap apart once: what is alive of the batches
 * and of these calls is in one graph. To be followed by a new start: objects go on remembering where they are allocated.
 *
 * @param offHeap sites of buffers and native memory are asked for
 * @param since as in `GraphQuestions`
 * @returns groups of the batches and the recorded calls together; their last interval is the recorded calls'
 */
export async function gatherWithBatches(
  session: LeakSession,
  taker: HeapTaker,
  batches: readonly Batch[],
  offHeap: boolean,
  since: number | null,
): Promise<{
  readonly groups: ObjectGroups | null;
  readonly sinceGroups: ObjectGroups | null;
  readonly recorded: RecordedCalls;
}> {
  const run = evidenceCalls(costOf(session, session.table(batches)), 0);
  if (run.exact) session.gauge.recordStacks();
  const boundaries = upToNow(batches, session.gauge.objectIds() ?? []);
  const { answers, recorded } = await record(session, taker, run, offHeap, { boundaries, since, biggestBuffer: false });
  const groups = answers?.groups ?? null;
  return {
    groups,
    sinceGroups: answers?.sinceGroups ?? null,
    recorded: {
      calls: recorded.calls,
      evidence: () => ({ ...recorded.evidence(), groups: groups === null ? [] : ofLastInterval(groups) }),
    },
  };
}

/** The groups as they would be without all that is older than the last interval. */
function ofLastInterval({ groups }: ObjectGroups): readonly ObjectGroup[] {
  return groups.flatMap((group) => {
    const { count, bytes } = group.births.at(-1) ?? { count: 0, bytes: 0 };
    // Of an interval its members' own size is not told apart: they are of one type.
    const shallowBytes = (group.shallowBytes * count) / group.count;
    return count === 0 ? [] : [{ ...group, count, shallowBytes, retainedBytes: bytes }];
  });
}

/**
 * The same where nothing was recorded when the batches were taken apart: a run of its own, after the verdict.
 *
 * @param confirmed batches of the verdict
 * @param callsMade that were made for it
 */
export async function gatherEvidence(
  session: LeakSession,
  taker: HeapTaker,
  findings: readonly Finding[],
  confirmed: BatchTable,
  callsMade: number,
): Promise<Evidence> {
  const grown = findings.some(({ store }) => store !== null);
  const run = evidenceCalls(costOf(session, confirmed), grown ? callsMade : 0);
  session.begin(run.exact);
  await session.boundary(false);
  const offHeap = findings.some(({ space }) => space === "buffers" || space === "native");
  const onHeap = findings.some(({ group }) => group !== null);
  const buffers = findings.find(({ space }) => space === "buffers");
  const { answers, recorded } = await record(session, taker, run, offHeap, {
    boundaries: onHeap ? upToLast([], session.gauge.objectIds() ?? []) : null,
    since: null,
    biggestBuffer: grewByThemselves(findings),
  });
  const biggest = answers?.biggestBuffer ?? null;
  const calls = confirmed.batches.reduce((sum, batch) => sum + batch.calls, 0);
  const isAsLarge = biggest !== null && biggest.bytes >= (buffers?.bytesPerCall ?? 0) * calls;
  return { ...recorded.evidence(), grownBuffer: isAsLarge ? biggest : null };
}

/** Whether buffers grew, and nothing new on the heap that could hold them: then it is one that gets larger. */
export function grewByThemselves(leaks: readonly Finding[]): boolean {
  return leaks.some(({ space }) => space === "buffers") && !leaks.some(({ space }) => space === "heap");
}

/** A descriptor is no memory. */
function siteOfOpened({ frames, count }: RawOpened): AllocationSite {
  const stack = frames.map((frame) => toSourceFrame(frame, contextHere()));
  return { space: "native", stack, bytes: 0, count, estimated: false, peakBytes: null, retainedBytes: null };
}

/**
 * Slow: an allocation takes some 40 times as long where each is recorded, so a function that allocates much is sampled instead.
 */
async function record(
  session: LeakSession,
  taker: HeapTaker,
  { calls, exact }: { readonly calls: number; readonly exact: boolean },
  offHeap: boolean,
  questions: GraphQuestions,
): Promise<{ readonly answers: GraphAnswers | null; readonly recorded: RecordedCalls }> {
  const tracker = currentTracker();
  const plan = planMeasurement(validateOptions(exact ? { stacks: "exact" } : { sampleInterval: 512 }, "findLeaks()"), {
    retained: true,
  });
  const handle = tracker.open({ ...openOptions(plan), settle: false });
  return closing(tracker, handle, async () => {
    tracker.begin(handle);
    session.gauge.watchDescriptors();
    // No boundary and no end before the heap is taken apart: V8 forgets an object's stack when the object moves once it has an id.
    await session.callUncounted(calls, calls, 0);
    await settleTasks();
    const opened = session.gauge.openedDescriptors().map(siteOfOpened);
    const answers = questions.boundaries !== null || questions.biggestBuffer ? taker.ask(questions) : null;
    tracker.end(handle);
    await settleTasks();
    // What is alive of the heap is known by the graph's collection; off the heap it is looked for.
    const recording = readRecording(tracker, handle, plan, offHeap ? tracker.retained(handle) : null);
    const groups = answers?.groups?.groups ?? [];
    return { answers, recorded: { calls, evidence: () => toEvidence(recording, { calls, groups, opened }) } };
  });
}

function toEvidence(recording: Recording, known: Pick<Evidence, "calls" | "groups" | "opened">): Evidence {
  const { sites, capabilities } = analyseHere(recording);
  // A run of the sampler that serves another measurement too coarsely for this one has few of its objects, and by chance.
  const ownRun = recording.tracked.heapSampleInterval === recording.plan.sampleInterval;
  const alive = sites.filter(
    (site) => (site.retainedBytes ?? 0) > 0 && isNameable(site) && (site.space !== "heap" || ownRun),
  );
  alive.sort((a, b) => (b.retainedBytes ?? 0) - (a.retainedBytes ?? 0));
  return { ...known, grownBuffer: null, sites: alive, recorded: sites, frameOf, notes: capabilities.notes };
}
