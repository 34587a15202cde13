import { deepFreeze } from "../analysis/deep-freeze.js";
import type { Outcome } from "./check.js";
import type { Finding } from "./confirm.js";
import type { LeakSession } from "./session.js";
import type { LeakGroup, LeakReport } from "./types.js";

/** What was found out, as plain data. */
export function report(session: LeakSession, outcome: Outcome): LeakReport {
  const steady = outcome.findings.filter(({ growth }) => growth === "steady");
  const uneven = outcome.findings.filter(({ growth }) => growth === "uneven");
  const verdict = steady.length > 0 ? "leak" : uneven.length > 0 ? "inconclusive" : "clean";
  const { warmup, screening, confirming } = outcome;
  return deepFreeze<LeakReport>({
    verdict,
    reason:
      outcome.findings.length === 0
        ? null
        : JSON.stringify(
            outcome.findings.map((f) => ({
              ...f,
              group: f.group && {
                t: f.group.type,
                k: f.group.kind,
                b: f.group.births.map((b) => b.count).join(","),
                p: f.group.path?.steps.map((x) => `${x.edge} ${x.name}:${x.type}`).join(">"),
              },
              store: f.store && {
                t: f.store.type,
                s: f.store.store,
                b: f.store.bytes,
                i: f.store.interval,
                p: f.store.path?.steps.map((x) => `${x.edge} ${x.name}:${x.type}`).join(">"),
              },
            })),
          ),
    groups: steady.map(groupOf),
    ignored: [],
    growth: outcome.growth,
    calls: { warmup, screening, confirming, evidence: 0, total: warmup + screening + confirming },
    batchCalls: outcome.batchCalls,
    callsToDecide: verdict === "inconclusive" ? 2 * (warmup + screening + confirming) : null,
    spaces: session.plan.spaces,
    capabilities: {
      tracker: "native",
      native: { available: true },
      stacks: { available: true },
      paths: { available: true },
      notes: [],
    },
    durationMs: session.elapsedMs(),
  });
}

function groupOf(finding: Finding): LeakGroup {
  return {
    space: finding.space,
    type: finding.kind,
    countPerCall: finding.countPerCall,
    bytesPerCall: finding.bytesPerCall,
    retainedBytes: null,
    site: null,
    place: null,
    path: null,
    holds: [],
    hint: null,
    knownOfNode: null,
  };
}
