import { expect, test } from "vitest";
import type { AllocationSite } from "../../../core/src/capture/measurement.js";
import type { ObjectGroup } from "../../../core/src/graph/types.js";
import { type Evidence, NO_EVIDENCE } from "../../../core/src/leaks/evidence.js";
import { toGroups } from "../../../core/src/leaks/groups.js";
import { siteByBytes, siteOfSuspendedCall } from "../../../core/src/leaks/match-sites.js";

function site(functions: readonly string[], retainedBytes: number): AllocationSite {
  const stack = functions.map((functionName) => ({ functionName, kind: "javascript" }));
  return { space: "heap", stack, bytes: retainedBytes, count: 1, retainedBytes } as unknown as AllocationSite;
}

const group = (type: string, shallowBytes: number, retainedBytes: number) =>
  ({ kind: "object", type, shallowBytes, retainedBytes, traces: [] }) as unknown as ObjectGroup;

const load = site(["load"], 800);
const call = site(["countUp", "subscribe"], 4000);

test("a suspended call was allocated where the function was called", () => {
  expect(siteOfSuspendedCall(group("generator countUp", 10, 10), [load, call])).toBe(call);
  expect(siteOfSuspendedCall(group("async call of load", 10, 10), [load, call])).toBe(load);
  expect(siteOfSuspendedCall(group("Promise", 10, 10), [load, call])).toBeNull();
});

test("without a trace the one site with as many bytes is it, by what members are or by what they hold", () => {
  expect(siteByBytes(group("Promise", 768, 900), true, [load, call])).toBe(load);
  expect(siteByBytes(group("Array", 32, 3900), true, [load, call])).toBe(call);
});

test("where two sites have as many, none has, or the bytes are another run's, nothing is claimed", () => {
  expect(siteByBytes(group("Promise", 800, 800), true, [load, site(["save"], 790)])).toBeNull();
  expect(siteByBytes(group("Promise", 100, 100), true, [load, call])).toBeNull();
  expect(siteByBytes(group("Promise", 800, 800), false, [load, call])).toBeNull();
});

test("the only site there is, is it", () => {
  expect(siteByBytes(group("Promise", 1, 1), false, [load])).toBe(load);
});

test("a place that agrees by its bytes alone is told as inferred, one that V8's stacks name is not", () => {
  const finding = (of: ObjectGroup) => ({
    ...({ space: "heap", kind: "", growth: "steady", countPerCall: 1, bytesPerCall: 8, retainedPerCall: 8 } as const),
    ...{ group: of, store: null },
  });
  const ofEvidence = (of: ObjectGroup): Evidence => ({ ...NO_EVIDENCE, calls: 16, sites: [load, call], groups: [of] });
  const lost = group("Promise", 768, 900);
  const [inferred] = toGroups([finding(lost)], ofEvidence(lost), 20);
  expect(inferred).toMatchObject({ site: load, siteInferred: true });
  const frames = [{ functionName: "load", url: "", scriptId: 0, line: 1, column: 1 }];
  const kept = { ...lost, traces: [{ frames, bytes: 800, count: 16 }] };
  const [told] = toGroups([finding(kept)], ofEvidence(kept), 20);
  expect(told?.site).toBe(load);
  expect(told).not.toHaveProperty("siteInferred");
});
