import { expect, test } from "vitest";
import type { AllocationSite } from "../../../core/src/capture/measurement.js";
import type { ObjectGroup } from "../../../core/src/graph/types.js";
import { siteWithoutTrace } from "../../../core/src/leaks/match-sites.js";

function site(functions: readonly string[], retainedBytes: number): AllocationSite {
  const stack = functions.map((functionName) => ({ functionName, kind: "javascript" }));
  return { space: "heap", stack, bytes: retainedBytes, count: 1, retainedBytes } as unknown as AllocationSite;
}

const group = (type: string, shallowBytes: number, retainedBytes: number) =>
  ({ kind: "object", type, shallowBytes, retainedBytes, traces: [] }) as unknown as ObjectGroup;

const load = site(["load"], 800);
const call = site(["countUp", "subscribe"], 4000);

test("a suspended call was allocated where the function was called", () => {
  expect(siteWithoutTrace(group("generator countUp", 10, 10), false, [load, call])).toBe(call);
  expect(siteWithoutTrace(group("async call of load", 10, 10), false, [load, call])).toBe(load);
});

test("without a trace the one site with as many bytes is it, by what members are or by what they hold", () => {
  expect(siteWithoutTrace(group("Promise", 768, 900), true, [load, call])).toBe(load);
  expect(siteWithoutTrace(group("Array", 32, 3900), true, [load, call])).toBe(call);
});

test("where two sites have as many, none has, or the bytes are another run's, nothing is claimed", () => {
  expect(siteWithoutTrace(group("Promise", 800, 800), true, [load, site(["save"], 790)])).toBeNull();
  expect(siteWithoutTrace(group("Promise", 100, 100), true, [load, call])).toBeNull();
  expect(siteWithoutTrace(group("Promise", 800, 800), false, [load, call])).toBeNull();
});

test("the only site there is, is it", () => {
  expect(siteWithoutTrace(group("Promise", 1, 1), false, [load])).toBe(load);
});
