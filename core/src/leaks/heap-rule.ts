/** The rule, group by group: which groups of new objects grow with the calls. Pure. */

import type { GrownStore, ObjectGroup, ObjectGroups } from "../graph/types.js";
import type { Batch } from "./births.js";
import { type Growth, judgeShares, LEAST_BYTES_PER_CALL, leastSurvivors } from "./rule.js";

/** A group of objects, or a container, and how it grew. */
export interface HeapFinding {
  readonly growth: Growth;
  /** `null`: a container of old age, whose store grew. */
  readonly group: ObjectGroup | null;
  readonly store: GrownStore | null;
  readonly countPerCall: number | null;
  readonly bytesPerCall: number;
  readonly retainedPerCall: number;
}

/** Numbers of the batches' intervals among those of a query that begins at the first batch's boundary. */
export function intervalsOf(batches: readonly Batch[]): readonly number[] {
  const first = batches[0]?.from ?? 0;
  return batches.map(({ interval }) => interval - first);
}

/** Groups that grew, most bytes first; those that nothing keeps are garbage that is yet to go. */
export function judgeGroups(found: ObjectGroups, batches: readonly Batch[]): readonly HeapFinding[] {
  const intervals = intervalsOf(batches);
  const calls = batches[0]?.calls ?? 0;
  const kept = found.groups.filter(({ path }) => path !== null);
  const judged = kept.map((group) => judgeGroup(group, [group], intervals, calls));
  const grown = judged.filter(({ growth }) => growth === "steady" || growth === "uneven");
  if (grown.some(({ growth }) => growth === "steady")) return grown;
  return [...grown, ...mixed(kept, intervals, calls)];
}

function judgeGroup(
  shown: ObjectGroup,
  groups: readonly ObjectGroup[],
  intervals: readonly number[],
  calls: number,
): HeapFinding {
  const sum = (part: (group: ObjectGroup) => number): number => groups.reduce((all, group) => all + part(group), 0);
  const shares = intervals.map((interval) => sum(({ births }) => births[interval]?.count ?? 0));
  const total = calls * intervals.length;
  const count = shares.reduce((all, share) => all + share, 0);
  const members = sum((group) => group.count);
  // Members of intervals between the batches are no call's.
  const part = members === 0 ? 0 : count / members;
  return {
    growth: judgeShares(shares, leastSurvivors(calls)),
    group: shown,
    store: null,
    countPerCall: count / total,
    bytesPerCall: (sum(({ shallowBytes }) => shallowBytes) * part) / total,
    retainedPerCall: (sum(({ retainedBytes }) => retainedBytes) * part) / total,
  };
}

/** Each call may leave something of a type of its own (a function with a name of its own): alike in kind alone. */
function mixed(groups: readonly ObjectGroup[], intervals: readonly number[], calls: number): readonly HeapFinding[] {
  const kinds = new Map<string, ObjectGroup[]>();
  for (const group of groups) {
    const alike = kinds.get(group.kind) ?? [];
    alike.push(group);
    kinds.set(group.kind, alike);
  }
  return [...kinds.values()].flatMap((alike) => {
    const [biggest] = alike;
    if (biggest === undefined) return [];
    const finding = judgeGroup(biggest, alike, intervals, calls);
    return finding.growth === "steady" ? [finding] : [];
  });
}

/** Stores of older containers that have room for something of every call. */
export function grownStores(found: ObjectGroups, batches: readonly Batch[]): readonly GrownStore[] {
  const calls = batches.reduce((sum, batch) => sum + batch.calls, 0);
  return found.grown.filter(({ bytes, path }) => path !== null && bytes >= LEAST_BYTES_PER_CALL * calls);
}

/**
 * Containers that grew in two runs, of which the second made as many calls as all before it: a container that is made for
 * twice its contents has to grow then.
 */
export function grewAgain(
  first: readonly GrownStore[],
  second: readonly GrownStore[],
  calls: number,
): readonly HeapFinding[] {
  return second.flatMap((store) => {
    const before = first.find(({ objectId }) => objectId === store.objectId);
    if (before === undefined || store.bytes <= before.bytes) return [];
    const bytesPerCall = (store.bytes - before.bytes) / calls;
    return [{ growth: "steady", group: null, store, countPerCall: null, bytesPerCall, retainedPerCall: bytesPerCall }];
  });
}
