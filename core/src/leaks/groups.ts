/** What was found out, as groups for people: pure. */

import type { AllocationSite } from "../capture/measurement.js";
import type { AllocationTrace, ObjectGroup } from "../graph/types.js";
import type { Evidence } from "./evidence.js";
import type { Finding } from "./finding.js";
import { HANDLE_NAMES, heapTypeOf, standsForHandle } from "./handle-names.js";
import { hintFor, knownOfNode, TIMER_TYPES } from "./hints.js";
import { sameGroup, siteByBytes, siteOfSuspendedCall, siteOfTrace, traceOf, withCaller } from "./match-sites.js";
import type { LeakGroup } from "./types.js";

/** What stands on the heap for memory off it. */
const BUFFERS: readonly string[] = ["ArrayBuffer", "SharedArrayBuffer", "Buffer", "Memory", "WebAssembly.Memory"];

/** Sites of off-heap memory that are told, largest first; the rest are small beside them. */
const MOST_SITES = 10;

/** Groups of what grows with every call, most retained bytes a call first. */
export function toGroups(findings: readonly Finding[], evidence: Evidence, nodeMajor: number): readonly LeakGroup[] {
  const steady = findings.filter(({ growth }) => growth === "steady");
  const heap = steady.filter(({ space }) => space === "heap").map((finding) => heapGroup(finding, evidence, nodeMajor));
  const handles = steady
    .filter(({ space }) => space === "handles")
    .map((finding) => handleGroup(finding, heap, evidence));
  const offHeap = steady.flatMap((finding) =>
    finding.space === "buffers" || finding.space === "native"
      ? offHeapGroups(finding, finding.space, evidence, heap)
      : [],
  );
  return [...handles, ...heap, ...offHeap].sort((a, b) => weight(b) - weight(a));
}

function weight(group: LeakGroup): number {
  return group.retainedBytes ?? group.bytesPerCall ?? 0;
}

const NOTHING: Omit<LeakGroup, "space" | "type" | "countPerCall" | "bytesPerCall" | "retainedBytes"> = {
  site: null,
  place: null,
  path: null,
  holds: [],
  hint: null,
  knownOfNode: null,
};

function heapGroup(finding: Finding, evidence: Evidence, nodeMajor: number): LeakGroup {
  const { group, store, countPerCall, bytesPerCall, retainedPerCall } = finding;
  const shown = group ?? store;
  const base = { ...NOTHING, space: "heap" as const, countPerCall, bytesPerCall, retainedBytes: retainedPerCall };
  if (shown === null) return { ...base, type: "objects" };
  const isTimer = TIMER_TYPES.includes(shown.type);
  return {
    ...base,
    space: isTimer ? "handles" : "heap",
    type: shown.type,
    ...(group === null ? inferred(biggestSite(evidence)) : siteOf(group, evidence)),
    place: shown.place,
    path: shown.path,
    holds: group?.holds ?? [],
    hint: hintFor({ holds: [], count: 0, shallowBytes: 0, ...shown }),
    knownOfNode: knownOfNode(shown.path, nodeMajor),
  };
}

function heapSites({ sites }: Evidence): readonly AllocationSite[] {
  return sites.filter(({ space }) => space === "heap");
}

type GroupSite = Pick<LeakGroup, "site" | "siteInferred">;

function siteOf(group: ObjectGroup, evidence: Evidence): GroupSite {
  const same = sameGroup(group, evidence.groups);
  const trace = same && traceOf(same);
  const sites = heapSites(evidence);
  if (trace !== null) {
    const site = siteOfTrace(trace, sites) ?? traceAsSite(trace, evidence);
    const completed = site && withCaller(site, evidence.recorded);
    return completed === site ? { site } : { site: completed, siteInferred: "caller" };
  }
  // V8 forgets the trace of an object that moved, and a sampled place may have its line in some samples and its function in others.
  const ofCall = siteOfSuspendedCall(group, sites);
  return ofCall === null ? inferred(siteByBytes(same ?? group, same !== null, alikeTogether(sites))) : { site: ofCall };
}

function inferred(site: AllocationSite | null): GroupSite {
  return site === null ? { site } : { site, siteInferred: "bytes" };
}

/** Where another tool, or a measurement of what is retained, has V8's sampler there are no sites: V8's own stack names the functions. */
function traceAsSite({ frames, bytes, count }: AllocationTrace, { frameOf }: Evidence): AllocationSite | null {
  if (frames.length === 0) return null;
  const stack = frames.map(frameOf);
  return { space: "heap", stack, bytes, count, estimated: false, peakBytes: null, retainedBytes: bytes };
}

/** The store of a container that was made anew: the largest piece of memory that the calls left. */
function biggestSite(evidence: Evidence): AllocationSite | null {
  return heapSites(evidence)[0] ?? null;
}

function handleGroup(finding: Finding, heap: readonly LeakGroup[], { opened }: Evidence): LeakGroup {
  const object = heapTypeOf(finding.kind, finding.countPerCall, heap);
  const [openedAt] = opened;
  const isOwner = object !== null && standsForHandle(finding.kind, object.type);
  return {
    ...NOTHING,
    // A number owns nothing: where most of them were opened.
    ...(finding.kind === "fd" && openedAt !== undefined ? { site: openedAt } : {}),
    ...(object ?? {}),
    space: "handles",
    type: object?.type ?? HANDLE_NAMES[finding.kind] ?? finding.kind,
    // A thread has three handles of libuv's, and is one thread.
    countPerCall: isOwner ? (object?.countPerCall ?? finding.countPerCall) : finding.countPerCall,
    bytesPerCall: null,
    retainedBytes: object?.retainedBytes ?? null,
    hint: "handle-not-closed",
  };
}

/** The group of the heap whose objects own the memory, where one alone can; `null`: unknown. */
function ownerOf(
  space: "buffers" | "native",
  site: AllocationSite | null,
  heap: readonly LeakGroup[],
): LeakGroup | null {
  const holding = (kind: "buffer" | "native") => heap.filter(({ holds }) => holds.some((held) => held.kind === kind));
  const ofType = (types: readonly string[]) => heap.filter(({ type }) => types.includes(type));
  if (space === "native") return onlyOne(isTextOutside(site) ? ofType(["string"]) : holding("native"));
  const holders = holding("buffer");
  // Small buffers share one that holds the memory.
  return onlyOne(holders.length > 0 ? holders : ofType(BUFFERS));
}

function onlyOne<T>(list: readonly T[]): T | null {
  return list.length === 1 ? (list[0] ?? null) : null;
}

/** Node keeps the characters of long strings outside the heap. */
function isTextOutside(site: AllocationSite | null): boolean {
  return site?.stack[0]?.functionName.includes("ExternString<") === true;
}

/** One group for each site; what has no site is one group without. */
function offHeapGroups(
  { countPerCall, bytesPerCall }: Finding,
  space: "buffers" | "native",
  evidence: Evidence,
  heap: readonly LeakGroup[],
): readonly LeakGroup[] {
  const baseOf = (site: AllocationSite | null) => {
    const owner = ownerOf(space, site, heap) ?? (space === "buffers" ? evidence.grownBuffer : null);
    return { ...NOTHING, space, ...wordsFor(space, site, owner), path: owner?.path ?? null, site };
  };
  const sites = alikeTogether(evidence.sites.filter((site) => site.space === space)).slice(0, MOST_SITES);
  const total = sites.reduce((sum, site) => sum + (site.retainedBytes ?? 0), 0);
  if (total === 0) return [{ ...baseOf(null), countPerCall, bytesPerCall, retainedBytes: bytesPerCall }];
  // The confirming run's figures are of many more calls: the sites share them.
  return sites.map((site) => {
    const share = (site.retainedBytes ?? 0) / total;
    const bytes = bytesPerCall === null ? null : bytesPerCall * share;
    const alone = sites.length === 1;
    // The characters, and what V8 is told of them: two blocks are one string.
    const texts = isTextOutside(site) ? (ownerOf(space, site, heap)?.countPerCall ?? null) : null;
    const count =
      texts ?? (alone ? countPerCall : (site.count * (site.retainedBytes ?? 0)) / site.bytes / evidence.calls);
    return { ...baseOf(site), countPerCall: count, bytesPerCall: bytes, retainedBytes: bytes };
  });
}

/**
 * Sites of the same functions of the program are one, unless they are known to be of two lines: a function that V8 optimises in
 * the middle of a run has frames of two kinds, between it and the allocator other ones, and may have lost its line.
 */
function alikeTogether(sites: readonly AllocationSite[]): readonly AllocationSite[] {
  const alike = new Map<string, Map<string, AllocationSite>>();
  for (const site of sites) {
    const functions = functionsOf(site);
    const byLine = alike.get(functions) ?? new Map<string, AllocationSite>();
    alike.set(functions, byLine);
    const line = exactLine(site);
    const same = byLine.get(line);
    byLine.set(line, same === undefined ? site : joined(same, site));
  }
  return [...alike.values()]
    .flatMap((byLine) => (byLine.size === 2 && byLine.has("") ? [all(byLine)] : [...byLine.values()]))
    .sort((a, b) => (b.retainedBytes ?? 0) - (a.retainedBytes ?? 0));
}

/** The program's own functions, or all where there are none; and what the program called for memory that is not V8's. */
function functionsOf({ space, stack }: AllocationSite): string {
  const own = stack.filter(({ owner }) => owner === "user" || owner === "dependency");
  const allocator = space === "native" ? [stack[0]?.functionName ?? ""] : [];
  const names = (own.length === 0 ? stack : own).map(({ functionName }) => functionName);
  return [...allocator, ...names].join("\n");
}

/** Of the innermost function of the program; "": not known. */
function exactLine({ stack }: AllocationSite): string {
  const own = stack.find(({ owner }) => owner === "user" || owner === "dependency");
  return own === undefined || own.lineIsFunction || own.line === null ? "" : String(own.line);
}

/** Of one line, and of no known line: the line's. */
function all(byLine: ReadonlyMap<string, AllocationSite>): AllocationSite {
  const [known, ...others] = [...byLine].sort(([a], [b]) => b.length - a.length).map(([, site]) => site);
  if (known === undefined) throw new RangeError("no sites to join");
  return others.reduce(joined, known);
}

function joined(one: AllocationSite, other: AllocationSite): AllocationSite {
  return {
    ...one,
    bytes: one.bytes + other.bytes,
    count: one.count + other.count,
    retainedBytes: (one.retainedBytes ?? 0) + (other.retainedBytes ?? 0),
  };
}

/** What memory off the heap is called: after what stands for it on the heap. */
function wordsFor(
  space: "buffers" | "native",
  site: AllocationSite | null,
  owner: { readonly type: string } | null,
): Pick<LeakGroup, "type" | "hint"> {
  if (space === "native") return { type: isTextOutside(site) ? "string" : "native block", hint: "native-block" };
  const isShared = owner?.type === "SharedArrayBuffer";
  return { type: isShared ? "SharedArrayBuffer" : "ArrayBuffer", hint: null };
}
