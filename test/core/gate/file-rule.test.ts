import { describe, expect, test } from "vitest";
import { isCacheOfDependency, outlivesFile, perTest, recurs, type TestSpan } from "../../../core/src/gate/file-rule.js";
import type { NodeKind, RetainingPath } from "../../../core/src/graph/types.js";
import { pathFrom, placeIn, step } from "./groups.js";

const spans = (text: string): readonly TestSpan[] =>
  [...text].map((mark, interval) => ({ interval, tests: 1, passed: mark === "+" }));

describe("survivors recur", () => {
  test.each([
    ["of every test", [1, 1, 1, 1], "++++", true],
    ["of three tests, the last one late", [1, 1, 0, 0, 1], "+++++", true],
    ["of three tests that are all there are", [1, 1, 1], "+++", true],
    ["of unequal number", [5, 0, 1, 100, 2], "+++++", true],
    ["of the first test alone: a cache that is made once", [9, 0, 0, 0], "++++", false],
    ["of two tests", [1, 0, 0, 1], "++++", false],
    ["of early tests alone: a cache that is full", [4, 3, 2, 0, 0, 0, 0, 0, 0], "+++++++++", false],
    ["of fewer tests than three", [1, 1], "++", false],
    ["of tests that failed", [1, 1, 1, 1], "+-+-", false],
    ["of the three that passed", [1, 1, 1, 1, 1], "+-+-+", true],
  ])("%s", (_, births, marks, expected) => {
    expect(recurs(births, spans(marks))).toBe(expected);
  });
});

test("what a test leaves is the average of those that are judged", () => {
  expect(perTest([2, 100, 4], spans("+-+"))).toBe(3);
  expect(perTest([6], [{ interval: 0, tests: 3, passed: true }])).toBe(2);
  expect(perTest([6], spans("-"))).toBe(0);
});

describe("a group outlives its file when it is kept by", () => {
  const around = { file: ["/p/a.test.ts"], runners: ["/node_modules/vitest/", "/node_modules/jest-"] };
  const lives = (path: RetainingPath | null, kind: NodeKind = "object") => outlivesFile({ kind, path }, around);
  const end = step({ type: "Session" });
  const listenedToBy = (url: string) =>
    pathFrom("module of Node", "node:events", [
      step({ edge: "variable", name: "process", type: "process" }),
      step({ edge: "listener", name: "exit", kind: "closure", type: "closure", place: placeIn(url) }),
      end,
    ]);

  test("a module of the program, a global variable, or Node", () => {
    expect(lives(pathFrom("module", "/p/src/list.ts", [end]))).toBe(true);
    expect(lives(pathFrom("module", "/p/node_modules/lru/index.js", [end]))).toBe(true);
    expect(lives(pathFrom("global", null, [step({ name: "cache" }), end]))).toBe(true);
    expect(lives(listenedToBy("/p/src/list.ts"))).toBe(true);
  });

  test("the process, by a listener that the test itself wrote", () => {
    expect(lives(listenedToBy("/p/a.test.ts"))).toBe(true);
  });

  test("and not by the test file, whose variables end with it", () => {
    expect(lives(pathFrom("module", "/p/a.test.ts", [end]))).toBe(false);
  });

  test("and not by the runner or memspec", () => {
    expect(lives(pathFrom("module", "/p/node_modules/vitest/x.js", [end]))).toBe(false);
    expect(lives(pathFrom("global", null, [step({ name: "__vitest_worker__" }), end]))).toBe(false);
    expect(lives(pathFrom("global", null, [step({ name: "console" }), end]))).toBe(false);
    expect(lives(listenedToBy("/p/node_modules/jest-circus/build/x.js"))).toBe(false);
  });

  test("and not through what the runner keeps of its tests, whoever leads to that", () => {
    const frame = step({ edge: "internal", type: "AsyncContextFrame" });
    const way = pathFrom("module of Node", "node:internal/dns/utils", [frame, step({ name: "test" })]);
    expect(lives({ ...way, avoided: true })).toBe(false);
    expect(lives(way)).toBe(true);
  });

  test("and not by the loader of modules, which keeps what a test is the first to load", () => {
    expect(lives(pathFrom("module of Node", null, [step({ type: "Module" }), end]))).toBe(false);
  });

  test("and not by what runs, by V8, or by nobody", () => {
    for (const root of ["stack", "handle scope", "V8"] as const) expect(lives(pathFrom(root, null, [end]))).toBe(false);
    expect(lives(null)).toBe(false);
  });

  test("and is no code: what a test is the first to call is compiled for it", () => {
    const path = pathFrom("module", "/p/src/list.ts", [end]);
    for (const kind of ["code", "shape", "system"] as const) expect(lives(path, kind)).toBe(false);
  });
});

test("what a dependency calls its cache is told apart, and nothing of the program's own", () => {
  const cached = (url: string, name: string, type = "Map") =>
    isCacheOfDependency({ path: pathFrom("module", url, [step({ edge: "module variable", name, type })]) });
  expect(cached("/p/node_modules/semver/range.js", "cache")).toBe(true);
  expect(cached("/p/node_modules/x/index.js", "entries", "LRUCache")).toBe(true);
  expect(cached("/p/node_modules/x/index.js", "models")).toBe(false);
  expect(cached("/p/src/range.js", "cache")).toBe(false);
});
