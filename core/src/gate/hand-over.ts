/** The gate's verdicts on their way to the report: beside what was observed. Pure. */

import type { FilePayload, LeaksRecord } from "../observe/payload.js";

export interface GateFindings {
  /** Of the file as a whole; `null`: not looked at, or no verdict. */
  readonly file: LeaksRecord | null;
  /** By the key of the test. */
  readonly tests: ReadonlyMap<string, LeaksRecord>;
  readonly notes: readonly string[];
}

export function withLeaks(payload: FilePayload, { file, tests, notes }: GateFindings): FilePayload {
  const judged = Object.fromEntries([...tests].map(([key, leaks]) => [key, { ...payload.tests[key], leaks }] as const));
  return {
    ...payload,
    ...(file === null ? {} : { leaks: file }),
    tests: { ...payload.tests, ...judged },
    notes: [...payload.notes, ...notes],
  };
}

/** Two verdicts on one file, as one: what is bad in either is bad. */
export function joinLeaks(one: LeaksRecord | undefined, other: LeaksRecord): LeaksRecord {
  if (one === undefined) return other;
  const reasons = [one.reason, other.reason].filter((reason) => reason !== null);
  return {
    verdict: [one, other].find(({ verdict }) => verdict === "leak")?.verdict ?? one.verdict,
    reason: reasons.length === 0 ? null : reasons.join(" "),
    groups: [...one.groups, ...other.groups],
    ignored: [...one.ignored, ...other.ignored],
  };
}
