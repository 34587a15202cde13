import { deepFreeze } from "../analysis/deep-freeze.js";
import type { Capabilities } from "../capture/measurement.js";
import { pathInSource, type ToSource } from "../graph/source-places.js";
import type { Outcome } from "./check.js";
import { type Evidence, NO_EVIDENCE } from "./evidence.js";
import type { Finding } from "./finding.js";
import { toGroups } from "./groups.js";
import { sortOut } from "./ignore.js";
import type { LeakCapabilities, LeakGroup, LeakPlan, LeakReport, LeakVerdict } from "./types.js";

/** What the machine and the run were. */
export interface Circumstances {
  readonly plan: LeakPlan;
  readonly capabilities: LeakCapabilities;
  readonly nodeMajor: number;
  readonly toSource: ToSource;
  readonly durationMs: number;
}

/** What was found out, as plain data. Pure. */
export function toReport(outcome: Outcome, evidence: Evidence | null, circumstances: Circumstances): LeakReport {
  const { plan } = circumstances;
  const groups = toGroups(outcome.findings, evidence ?? NO_EVIDENCE, circumstances.nodeMajor).map((group) =>
    groupInSource(group, circumstances.toSource),
  );
  const { counted, ignored } = sortOut(
    groups.filter(({ space }) => plan.spaces.includes(space)),
    plan,
  );
  const asked = outcome.findings.filter(({ space }) => plan.spaces.includes(space));
  const uneven = asked.filter(({ growth }) => growth === "uneven");
  const runners = asked.filter(({ growth }) => growth === "runners");
  const undecided = uneven.length + runners.length > 0;
  const verdict: LeakVerdict = counted.length > 0 ? "leak" : undecided ? "inconclusive" : "clean";
  const { warmup, screening, confirming } = outcome;
  const evidenceCalls = evidence?.calls ?? 0;
  const judged = warmup + screening + confirming;
  return deepFreeze<LeakReport>({
    verdict,
    reason: reasonOf(verdict, outcome, { uneven, runners }, ignored.length),
    groups: [...counted],
    ignored: [...ignored],
    growth: { ...outcome.growth },
    calls: { warmup, screening, confirming, evidence: evidenceCalls, total: judged + evidenceCalls },
    batchCalls: outcome.batchCalls,
    callsToDecide: verdict === "inconclusive" && uneven.length > 0 ? 2 * judged : null,
    spaces: [...plan.spaces],
    capabilities: { ...circumstances.capabilities, notes: allNotes(circumstances.capabilities, evidence) },
    durationMs: circumstances.durationMs,
  });
}

function allNotes({ notes }: LeakCapabilities, evidence: Evidence | null): readonly string[] {
  return [...new Set([...notes, ...(evidence?.notes ?? [])])];
}

function reasonOf(
  verdict: LeakVerdict,
  outcome: Outcome,
  { uneven, runners }: Readonly<Record<"uneven" | "runners", readonly Finding[]>>,
  ignored: number,
): string | null {
  const calls = outcome.warmup + outcome.screening + outcome.confirming;
  if (verdict === "inconclusive" && uneven.length === 0) {
    const spaces = new Set(runners.map(({ space }) => (space === "native" ? "native memory" : space)));
    return `With every call ${[...spaces].join(" and ")} grew, and so did what mocks and the runner keep, which may have such memory: whose it is cannot be told. Clear the mocks in each call, and it can.`;
  }
  if (verdict === "inconclusive") {
    const what = uneven.map(({ space, kind, group }) => group?.type ?? (kind === "" ? space : kind)).join(", ");
    return `After ${calls} calls ${what} still grew, but not evenly: a late plateau looks like that, too.`;
  }
  if (verdict === "leak" || outcome.confirming === 0) return null;
  if (ignored > 0) return "All that grows with the calls is ignored or allowed.";
  return `The first ${outcome.warmup + outcome.screening} calls left something behind; within ${calls} calls that came to an end.`;
}

/** What a check can say here, from what the tracker can. */
export function leakCapabilities(
  tracker: Capabilities,
  held: LeakCapabilities["paths"],
  more: readonly string[] = [],
): LeakCapabilities {
  return {
    tracker: tracker.tracker,
    native: { ...tracker.native },
    stacks: { ...tracker.stacks },
    paths: { ...held },
    notes: [...tracker.notes, ...more],
  };
}

/** The group with all its places in the source. */
export function groupInSource(group: LeakGroup, toSource: ToSource): LeakGroup {
  return {
    ...group,
    place: group.place && toSource(group.place),
    path: group.path && pathInSource(group.path, toSource),
    holds: group.holds.map((held) => ({ ...held, place: held.place && toSource(held.place) })),
  };
}
