/** The rule, group by group: which groups of new objects grow with the calls. Pure. */

import type { GrownStore, ObjectGroup, ObjectGroups } from "../graph/types.js";
import type { Batch } from "./births.js";
import { shapeOf } from "./match-sites.js";
import { type Growth, judgeShares, LEAST_BYTES_PER_CALL, leastShare, type Share } from "./rule.js";

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
function intervalsOf(batches: readonly Batch[]): readonly number[] {
  const first = batches[0]?.from ?? 0;
  return batches.map(({ interval }) => interval - first);
}

/** What is alive of each batch on the heap, without what V8 made for itself. */
export function programsShare(found: ObjectGroups, batches: readonly Batch[]): readonly Share[] {
  return intervalsOf(batches).map((interval, index) => ({
    count: 0,
    bytes: 0,
    ...found.births[interval],
    calls: batches[index]?.calls ?? 0,
  }));
}

/** What was alive at the end of two runs, of all that was born since the first began. */
export interface Rise {
  readonly before: ObjectGroups;
  readonly after: ObjectGroups;
  /** Between the two, recorded ones included. */
  readonly calls: number;
}

/**
 * Groups that grew, most bytes first; those that nothing keeps are garbage that is yet to go.
 *
 * @param rise where a run came before: by how much a group really grew, when its oldest members go meanwhile; `null`: there was none
 */
export function judgeGroups(found: ObjectGroups, batches: readonly Batch[], rise: Rise | null): readonly HeapFinding[] {
  const intervals = intervalsOf(batches);
  const calls = batches[0]?.calls ?? 0;
  const kept = found.groups.filter(({ path }) => path !== null);
  const went = rise === null ? null : wentSince(rise);
  const judged = kept.map((group) => {
    const finding = judgeGroup(group, [group], intervals, calls);
    return went === null ? finding : went(finding, group);
  });
  const grown = judged.filter(({ growth }) => growth === "steady" || growth === "uneven");
  if (grown.some(({ growth }) => growth === "steady")) return grown;
  const together = mixed(kept, intervals, calls);
  return [...grown, ...(together.length > 0 ? together : hoard(found, kept, intervals, calls))];
}

/**
 * V8 compiles, and makes shapes of objects, for whatever runs meanwhile: a few in each batch, however many calls it has. What does
 * that with each call, or each third, leaves more.
 */
function leastShareOf({ kind }: ObjectGroup, calls: number): number {
  const engines = kind === "code" || kind === "shape" || kind === "system";
  return engines ? Math.max(leastShare(calls), Math.floor(calls / CALLS_PER_ENGINE_SURVIVOR)) : leastShare(calls);
}

const CALLS_PER_ENGINE_SURVIVOR = 4;

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
    growth: judgeShares(shares, leastShareOf(shown, calls)),
    group: shown,
    store: null,
    countPerCall: count / total,
    bytesPerCall: (sum(({ shallowBytes }) => shallowBytes) * part) / total,
    retainedPerCall: (sum(({ retainedBytes }) => retainedBytes) * part) / total,
  };
}

/**
 * A queue that is written faster than it is read: what leaves it is the oldest, so the newest batches have all of theirs, and it
 * grows by less.
 *
 * @returns a group's finding without what went
 */
function wentSince({ before, after, calls }: Rise): (finding: HeapFinding, group: ObjectGroup) => HeapFinding {
  const [then, now] = [onlyOfTheirShape(before), onlyOfTheirShape(after)];
  return (finding, group) => {
    const shape = shapeOf(group);
    const [one, other] = [then.get(shape) ?? null, now.get(shape) ?? null];
    if (one === null || other === null) return finding;
    const countPerCall = (other.count - one.count) / calls;
    if (finding.countPerCall === null || countPerCall <= 0 || countPerCall >= finding.countPerCall) return finding;
    const part = countPerCall / finding.countPerCall;
    return {
      ...finding,
      countPerCall,
      bytesPerCall: finding.bytesPerCall * part,
      retainedPerCall: finding.retainedPerCall * part,
    };
  };
}

/** By shape; `null`: several groups are of it, and cannot be told apart. */
function onlyOfTheirShape({ groups }: ObjectGroups): ReadonlyMap<string, ObjectGroup | null> {
  const byShape = new Map<string, ObjectGroup | null>();
  for (const group of groups) {
    const shape = shapeOf(group);
    byShape.set(shape, byShape.has(shape) ? null : group);
  }
  return byShape;
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

/** So much of all that is new must hang on one group, for it to be the leak although its own members are few. */
const HOARD_SHARE = 0.5;

/**
 * A chain: each call's objects hold those of the call before, so that all of them hang on the newest. What counts is what hangs on
 * it and was born in the batches: on an object of the runner's or of memspec's own hangs what they made between the batches.
 */
function hoard(
  found: ObjectGroups,
  groups: readonly ObjectGroup[],
  intervals: readonly number[],
  calls: number,
): readonly HeapFinding[] {
  const all = sumOf(birthsIn(found.births, intervals));
  const [biggest] = groups
    .map((group) => ({ group, births: birthsIn(group.contents, intervals) }))
    .sort((a, b) => sumOf(b.births).bytes - sumOf(a.births).bytes);
  if (biggest === undefined) return [];
  const { group, births } = biggest;
  const growth = judgeShares(
    births.map(({ count }) => count),
    leastShareOf(group, calls),
  );
  const { count, bytes } = sumOf(births);
  if (growth !== "steady" || bytes < HOARD_SHARE * all.bytes) return [];
  const total = calls * intervals.length;
  const retained = bytes / total;
  // What is held may be older than the batches, or come after them.
  const part = bytes / Math.max(bytes, group.retainedBytes);
  const links =
    part * Math.max(...group.holds.map(({ type, count: held }) => held + (type === group.type ? group.count : 0)), 0);
  const countPerCall = links >= leastShare(calls) * intervals.length ? Math.min(links, count) / total : null;
  return [{ growth, group, store: null, countPerCall, bytesPerCall: retained, retainedPerCall: retained }];
}

type Births = ObjectGroups["births"][number];

function birthsIn(births: readonly Births[], intervals: readonly number[]): readonly Births[] {
  return intervals.map((interval) => births[interval] ?? { count: 0, bytes: 0 });
}

function sumOf(births: readonly Births[]): Births {
  return births.reduce((sum, { count, bytes }) => ({ count: sum.count + count, bytes: sum.bytes + bytes }), {
    count: 0,
    bytes: 0,
  });
}

/** Something that grew without new objects for every call: an older container's store, or one new object that is as good as that. */
export interface Grown {
  /** What makes it the same thing in two runs. */
  readonly key: string;
  readonly bytes: number;
  readonly store: GrownStore | null;
  readonly group: ObjectGroup | null;
}

/** A smaller store is not worth a suspicion; containers that a slow function grows by less than this are not found. */
const LEAST_STORE_BYTES = 2048;

/**
 * What grew and has room for something of every call. Of a new object's contents those count that were born in the batches: what else
 * hangs on it hung on something older before, or was made between the batches (a task of the runner's that is under way).
 */
export function grownStores(found: ObjectGroups, batches: readonly Batch[]): readonly Grown[] {
  const calls = batches.reduce((sum, batch) => sum + batch.calls, 0);
  const least = Math.max(LEAST_STORE_BYTES, LEAST_BYTES_PER_CALL * calls);
  const intervals = intervalsOf(batches);
  const stores = found.grown.map((store) => ({
    key: `${store.objectId} ${store.store}`,
    bytes: store.bytes,
    store,
    group: null,
  }));
  const single = found.groups
    .filter(({ kind, count }) => count === 1 && kind !== "code" && kind !== "shape" && kind !== "closure")
    .map((group) => ({
      key: shapeOf(group),
      bytes: sumOf(birthsIn(group.contents, intervals)).bytes,
      store: null,
      group,
    }));
  return [...stores, ...single].filter(({ bytes, store, group }) => {
    const grown = store ?? group;
    return grown !== null && grown.path !== null && !WEAK_LIST.test(grown.type) && bytes >= least;
  });
}

/** V8's own, of scripts for one: they keep nothing alive, and places of what is gone are taken out only when one has to grow. */
const WEAK_LIST = /^V8's Weak(?:ArrayList|FixedArray)$/u;

/**
 * Between two graphs a container with so few bytes of each call as are looked for grows by half of them at least: V8 makes an array for
 * half as much again as it holds, so it may have had that room before.
 */
const LEAST_RISE_PER_CALL = LEAST_BYTES_PER_CALL / 2;

/**
 * What grew in two runs, of which the second made as many calls as all before it: a container that is made for twice its
 * contents has to grow then.
 */
export function grewAgain(first: readonly Grown[], second: readonly Grown[], calls: number): readonly HeapFinding[] {
  return second.flatMap(({ key, bytes, store, group }) => {
    const before = first.find((grown) => grown.key === key);
    const bytesPerCall = before === undefined ? 0 : (bytes - before.bytes) / calls;
    if (bytesPerCall < LEAST_RISE_PER_CALL) return [];
    return [{ growth: "steady", group, store, countPerCall: null, bytesPerCall, retainedPerCall: bytesPerCall }];
  });
}
