import { toSourceFrame } from "../analysis/frames.js";
import { isNameable } from "../analysis/sites.js";
import { currentTracker } from "../capture/current-tracker.js";
import type { AllocationSite, SourceFrame } from "../capture/measurement.js";
import { closing, openOptions, readRecording } from "../capture/record.js";
import { planMeasurement, validateOptions } from "../capture/validate-options.js";
import type { AllocationFrame, ObjectGroup } from "../graph/types.js";
import { analyseHere, contextHere } from "../measure/analyse-here.js";
import { settleTasks } from "./calls.js";
import type { Finding } from "./confirm.js";
import type { HeapTaker } from "./graph-evidence.js";
import { evidenceCalls } from "./schedule.js";
import type { LeakSession } from "./session.js";

/** Where what stays alive was allocated: of a few calls, with every stack. */
export interface Evidence {
  readonly calls: number;
  /** With something alive, by bytes alive, most first. */
  readonly sites: readonly AllocationSite[];
  /** Groups of the heap with V8's own allocation stacks: per function, but known object by object. */
  readonly groups: readonly ObjectGroup[];
  /** A frame of V8's stacks as the user knows it; it knows the function, not the line. */
  readonly frameOf: (frame: AllocationFrame) => SourceFrame;
  /** What could not be recorded, in sentences. */
  readonly notes: readonly string[];
}

function frameOf(frame: AllocationFrame): SourceFrame {
  return toSourceFrame({ ...frame, kind: "javascript", lineIsFunction: true, inlined: false }, contextHere());
}

export const NO_EVIDENCE: Evidence = { calls: 0, sites: [], groups: [], frameOf, notes: [] };

/**
 * Calls the function a few times more and records every allocation. Slow: an allocation takes some 40 times as long, so a
 * function that is slow by itself is sampled instead.
 */
export async function gatherEvidence(
  session: LeakSession,
  taker: HeapTaker,
  findings: readonly Finding[],
  callsMade: number,
): Promise<Evidence> {
  const { calls, exact } = evidenceCalls(
    session.msPerCall(),
    findings.some(({ store }) => store !== null) ? callsMade : 0,
  );
  const tracker = currentTracker();
  const plan = planMeasurement(validateOptions(exact ? { stacks: "exact" } : { sampleInterval: 512 }, "findLeaks()"), {
    retained: true,
  });
  session.begin(exact);
  await session.boundary(false);
  const handle = tracker.open({ ...openOptions(plan), settle: false });
  return closing(tracker, handle, async () => {
    tracker.begin(handle);
    // No boundary and no end before the heap is taken apart: V8 forgets an object's stack when the object moves once it has an id.
    await session.callUncounted(calls, calls, 0);
    await settleTasks();
    const onHeap = findings.some(({ group }) => group !== null);
    const groups = onHeap ? (taker.groups([], session.gauge.objectIds() ?? [])?.groups ?? []) : [];
    tracker.end(handle);
    await settleTasks();
    // What is alive of the heap is known by the graph's collection; off the heap it is looked for.
    const offHeap = findings.some(({ space }) => space === "buffers" || space === "native");
    const recording = readRecording(tracker, handle, plan, offHeap ? tracker.retained(handle) : null);
    const { sites, capabilities } = analyseHere(recording);
    // A run of the sampler that serves another measurement too coarsely for this one has few of its objects, and by chance.
    const ownRun = recording.tracked.heapSampleInterval === plan.sampleInterval;
    const alive = sites.filter(
      (site) => (site.retainedBytes ?? 0) > 0 && isNameable(site) && (site.space !== "heap" || ownRun),
    );
    alive.sort((a, b) => (b.retainedBytes ?? 0) - (a.retainedBytes ?? 0));
    return { calls, groups, sites: alive, frameOf, notes: capabilities.notes };
  });
}
