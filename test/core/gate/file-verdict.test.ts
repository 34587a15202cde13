import { expect, test } from "vitest";
import type { RawInterval } from "../../../core/src/capture/birth-binding.js";
import { leaksOfFile } from "../../../core/src/gate/file-verdict.js";
import type { ObjectGroup, RetainingStep } from "../../../core/src/graph/types.js";
import { pathFrom, step } from "./groups.js";

const TESTS = 4;
const list = step({ edge: "module variable", name: "sessions", type: "Array", kind: "array" });
const session = (element: string) => step({ edge: "element", name: element, type: "Session" });

function group(type: string, steps: readonly RetainingStep[], given: Partial<ObjectGroup> = {}): ObjectGroup {
  return {
    ...{ kind: "object", type, detail: "", place: null, count: TESTS, shallowBytes: 40 * TESTS, objectIds: [] },
    ...{ retainedBytes: 72 * TESTS, holds: [], traces: [], path: pathFrom("module", "/p/src/list.ts", steps) },
    births: Array.from({ length: TESTS }, () => ({ count: 1, bytes: 40 })),
    contents: [],
    ...given,
  };
}

function leaks(groups: readonly ObjectGroup[], offHeap: Partial<RawInterval> = {}) {
  const rows = Array.from({ length: TESTS }, (_, index) => ({
    ...{ firstObjectId: index * 10, lastObjectId: index * 10 + 10, heap: { bytes: 40, count: 1 } },
    ...{ buffers: { bytes: 0, count: 0 }, native: { bytes: 0, count: 0 }, ...offHeap },
  }));
  const spans = rows.map((_, interval) => ({ interval, tests: 1, passed: true }));
  const heap = { groups, grown: [], omitted: { groups: 0, count: 0, bytes: 0 }, births: [], temporary: [] };
  const around = { file: ["/p/a.test.ts"], runners: [] };
  return leaksOfFile({ spans, rows, heap, around }, 20, (place) => place);
}

test("a group that recurs is told with what each test leaves of it", () => {
  expect(leaks([group("Session", [list, session("4")])])).toMatchObject([
    { space: "heap", type: "Session", countPerCall: 1, bytesPerCall: 40, retainedBytes: 72, site: null },
  ]);
});

test("what hangs on a leaking object leaks with it, and is not told again", () => {
  const name = step({ name: "name", type: "string", kind: "string" });
  const found = leaks([group("Session", [list, session("4")]), group("string", [list, session("2"), name])]);
  expect(found.map(({ type }) => type)).toEqual(["Session"]);
  const elsewhere = step({ edge: "module variable", name: "names", type: "Array", kind: "array" });
  const both = leaks([group("Session", [list, session("4")]), group("string", [elsewhere, name])]);
  expect(both.map(({ type }) => type)).toEqual(["Session", "string"]);
});

test("what was born in one test alone is no leak", () => {
  const births = [{ count: 4, bytes: 160 }, ...Array.from({ length: TESTS - 1 }, () => ({ count: 0, bytes: 0 }))];
  expect(leaks([group("Session", [list, session("4")], { births })])).toEqual([]);
});

test("memory off the heap is told where one leaking group alone can own it, and else not", () => {
  const held = { kind: "native", type: "Node's ZlibStream", detail: "", place: null, count: TESTS, bytes: 10 } as const;
  const native = { native: { bytes: 7000, count: 3 } };
  const owner = group("Gunzip", [list, step({ edge: "element", type: "Gunzip" })], { holds: [held] });
  expect(leaks([owner], native)).toMatchObject([
    { space: "native", countPerCall: 3, bytesPerCall: 7000, path: { root: "module" } },
    { space: "heap", type: "Gunzip" },
  ]);
  const other = group("Inflate", [list, step({ edge: "element", type: "Inflate" })], { holds: [held] });
  expect(leaks([owner, other], native).map(({ space }) => space)).toEqual(["heap", "heap"]);
  expect(leaks([], native)).toEqual([]);
});
