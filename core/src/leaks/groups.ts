/** What was found out, as groups for people: pure. */

import type { AllocationSite } from "../capture/measurement.js";
import type { ObjectGroup } from "../graph/types.js";
import type { Finding } from "./confirm.js";
import type { Evidence } from "./evidence.js";
import { HANDLE_NAMES, heapTypeOf } from "./handle-names.js";
import { hintFor, knownOfNode, TIMER_TYPES } from "./hints.js";
import { sameGroup, siteOfTrace } from "./match-sites.js";
import type { LeakGroup } from "./types.js";

/** What stands on the heap for memory off it. */
const BUFFERS: readonly string[] = ["ArrayBuffer", "SharedArrayBuffer", "Buffer", "Memory", "WebAssembly.Memory"];

/** Sites of off-heap memory that are told, largest first; the rest are small beside them. */
const MOST_SITES = 10;

/** Groups of what grows with every call, most retained bytes a call first. */
export function toGroups(findings: readonly Finding[], evidence: Evidence, nodeMajor: number): readonly LeakGroup[] {
  const steady = findings.filter(({ growth }) => growth === "steady");
  const heap = steady.filter(({ space }) => space === "heap").map((finding) => heapGroup(finding, evidence, nodeMajor));
  const handles = steady.filter(({ space }) => space === "handles").map((finding) => handleGroup(finding, heap));
  const offHeap = steady
    .filter(({ space }) => space === "buffers" || space === "native")
    .flatMap((finding) => offHeapGroups(finding, evidence, heap));
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
    site: group === null ? biggestSite(evidence) : siteOf(group, evidence),
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

function siteOf(group: ObjectGroup, evidence: Evidence): AllocationSite | null {
  const same = sameGroup(group, evidence.groups);
  const [trace] = same?.traces ?? [];
  const sites = heapSites(evidence);
  if (trace !== undefined) return siteOfTrace(trace, sites);
  // Without a trace nothing tells one site from another.
  return sites.length === 1 ? (sites[0] ?? null) : null;
}

/** The store of a container that was made anew: the largest piece of memory that the calls left. */
function biggestSite(evidence: Evidence): AllocationSite | null {
  return heapSites(evidence)[0] ?? null;
}

function handleGroup(finding: Finding, heap: readonly LeakGroup[]): LeakGroup {
  const object = heapTypeOf(finding.kind, heap);
  return {
    ...NOTHING,
    ...(object ?? {}),
    space: "handles",
    type: object?.type ?? HANDLE_NAMES[finding.kind] ?? finding.kind,
    countPerCall: finding.countPerCall,
    bytesPerCall: null,
    retainedBytes: object?.retainedBytes ?? null,
    hint: "handle-not-closed",
  };
}

/** Why buffers are alive, where one group of the heap alone can own them; `null`: unknown. */
function pathOfOwner(heap: readonly LeakGroup[]): LeakGroup["path"] {
  const owners = heap.filter(
    ({ type, holds }) => BUFFERS.includes(type) || holds.some(({ kind }) => kind === "buffer"),
  );
  return owners.length === 1 ? (owners[0]?.path ?? null) : null;
}

/** One group for each site; what has no site is one group without. */
function offHeapGroups(finding: Finding, evidence: Evidence, heap: readonly LeakGroup[]): readonly LeakGroup[] {
  const { space, countPerCall, bytesPerCall } = finding;
  const type = space === "buffers" ? "ArrayBuffer" : "native block";
  const hint = space === "native" ? ("native-block" as const) : null;
  const base = { ...NOTHING, space, type, hint, path: space === "buffers" ? pathOfOwner(heap) : null };
  const sites = evidence.sites.filter((site) => site.space === space).slice(0, MOST_SITES);
  const total = sites.reduce((sum, site) => sum + (site.retainedBytes ?? 0), 0);
  if (total === 0) return [{ ...base, countPerCall, bytesPerCall, retainedBytes: bytesPerCall }];
  // The confirming run's figures are of many more calls: the sites share them.
  return sites.map((site) => {
    const share = (site.retainedBytes ?? 0) / total;
    const bytes = bytesPerCall === null ? null : bytesPerCall * share;
    const alone = sites.length === 1;
    const count = alone ? countPerCall : (site.count * (site.retainedBytes ?? 0)) / site.bytes / evidence.calls;
    return { ...base, site, countPerCall: count, bytesPerCall: bytes, retainedBytes: bytes };
  });
}
