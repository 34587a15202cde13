import { expect, test } from "vitest";
import type { FilePayload } from "../../../core/src/observe/payload.js";
import { collectRun, type RunFacts } from "../../../core/src/runs/collect.js";
import { type FileOutcome, fileDeath, type TestOutcome } from "../../../core/src/runs/outcomes.js";
import type { RunReport } from "../../../core/src/runs/run-report.js";

const figures = [1.5, 100, 20, 3, 90, 20, 3, 50, -20, 0, 95, 5, 2, 1, 0.5];
const frame = (file: string, line: number) => ({
  kind: "javascript" as const,
  functionName: "work",
  file,
  line,
  column: 1,
  lineIsFunction: false,
  inlined: false,
  owner: "user" as const,
});

const payload = (more: Partial<FilePayload> = {}): FilePayload => ({
  version: 1,
  pid: 10,
  threadId: 0,
  began: 1_000_500,
  node: "20.0.0",
  nativeMissing: null,
  figures,
  modules: figures,
  hooks: null,
  baseline: [1000, 200, 30, 4000],
  end: [1500, 100, 30, null],
  timeline: [
    [0, [1000, 200, 30, 4000], 0],
    [2.5, [1500, 100, 30, 4100], 2],
  ],
  frames: [frame("/project/src/work.ts", 7), frame("/elsewhere/lib.ts", 1)],
  stacks: [[0], [0, 1]],
  sites: [["heap", 1, 900, 2, null]],
  moduleSites: [["buffers", 0, 500, 1, 500]],
  tests: { one: { figures, sites: [["heap", 1, 90, 1, null]], line: 12 }, two: { unattributed: "concurrent" } },
  notes: ["a note"],
  ...more,
});

const outcome = (key: string, more: Partial<TestOutcome> = {}): TestOutcome => ({
  key,
  name: ["outer", key],
  line: null,
  column: null,
  state: "passed",
  retries: 0,
  repeats: 0,
  durationMs: 3,
  ...more,
});

const file = (path: string, more: Partial<FileOutcome> = {}): FileOutcome => ({
  path,
  project: null,
  state: "passed",
  shard: null,
  startedAt: 1_000_500,
  durationMs: 20,
  tests: [outcome("one"), outcome("two")],
  payload: payload(),
  death: null,
  ...more,
});

const facts = (files: readonly FileOutcome[], more: Partial<RunFacts> = {}): RunFacts => ({
  memspec: "0.1.0",
  runner: { name: "vitest", version: "4.1.0" },
  machine: { platform: "linux", arch: "x64", node: "20.0.0", ci: false },
  root: "/project",
  startedAt: 1_000_000,
  durationMs: 800,
  shards: [],
  files,
  notes: [],
  ...more,
});

const only = (report: RunReport) => {
  const [first] = report.files;
  if (first === undefined) throw new Error("no file");
  return first;
};

test("figures have their names, and sums are of the spaces", () => {
  const { tests, ...told } = only(collectRun(facts([file("/project/a.test.ts")])));
  expect(told.figures).toEqual({
    durationMs: 1.5,
    total: { allocatedBytes: 123, peakBytes: 95, netBytes: 30, peakErrorBytes: 5 },
    heap: { allocatedBytes: 100, peakBytes: 90, netBytes: 50 },
    buffers: { allocatedBytes: 20, peakBytes: 20, netBytes: -20 },
    native: { allocatedBytes: 3, peakBytes: 3, netBytes: 0 },
    gc: { count: 2, majorCount: 1, durationMs: 0.5 },
  });
  expect(told.hooks).toBeNull();
  expect(told).toMatchObject({
    path: "a.test.ts",
    startedMs: 500,
    worker: { pid: 10, threadId: 0 },
    notes: ["a note"],
  });
  expect(tests.map(({ line, unattributed, figures: own }) => [line, unattributed, own?.heap.peakBytes])).toEqual([
    [12, null, 90],
    [null, "concurrent", undefined],
  ]);
});

test("what is left is the end less the baseline, unknown where either is", () => {
  expect(only(collectRun(facts([file("/project/a.test.ts")]))).left).toEqual({
    heapBytes: 500,
    buffersBytes: -100,
    nativeBytes: 0,
    rssBytes: null,
  });
});

test("the timeline has times since the run's start", () => {
  expect(only(collectRun(facts([file("/project/a.test.ts")]))).timeline.map(({ ms, gc }) => [ms, gc])).toEqual([
    [500, null],
    [502.5, "major"],
  ]);
});

test("frames and stacks are kept once for all files, with paths relative to the root", () => {
  const report = collectRun(facts([file("/project/b.test.ts"), file("/project/a.test.ts")]));
  expect(report.frames.map(({ file: name }) => name)).toEqual(["src/work.ts", "/elsewhere/lib.ts"]);
  expect(report.stacks).toEqual([[0, 1], [0]]);
  expect(report.files.map(({ sites }) => sites[0]?.stack)).toEqual([0, 0]);
  expect(report.files[0]?.moduleSites).toEqual([
    { space: "buffers", stack: 1, bytes: 500, count: 1, estimated: true, peakBytes: 500 },
  ]);
});

test("files are in the order of their paths, then of their projects", () => {
  const report = collectRun(
    facts([
      file("/project/b.test.ts"),
      file("/project/a.test.ts", { project: "z" }),
      file("/project/a.test.ts", { project: "b" }),
    ]),
  );
  expect(report.files.map(({ path, project }) => [path, project])).toEqual([
    ["a.test.ts", "b"],
    ["a.test.ts", "z"],
    ["b.test.ts", null],
  ]);
});

test("a file from which nothing came has no figures, and the run says so", () => {
  const report = collectRun(facts([file("/project/a.test.ts", { payload: null, state: "failed" })]));
  expect(only(report)).toMatchObject({ figures: null, baseline: null, left: null, timeline: [], sites: [] });
  expect(only(report).tests[0]?.figures).toBeNull();
  expect(report.notes).toEqual(["One file said nothing about its memory: it ended before its first hook or test."]);
  expect(report.machine.native).toEqual({ available: false, reason: "no test file was observed" });
});

test("what cannot be counted is told for the run", () => {
  const missing = payload({ nativeMissing: "no malloc" });
  expect(collectRun(facts([file("/project/a.test.ts", { payload: missing })]))).toMatchObject({
    machine: { native: { available: false, reason: "no malloc" } },
    notes: ["Native memory is not counted: no malloc."],
  });
  const nothing = payload({ nativeMissing: "no addon", figures: null });
  expect(collectRun(facts([file("/project/a.test.ts", { payload: nothing })])).notes).toEqual([
    "Nothing was observed: no addon.",
  ]);
});

test("threads of one process are told to share their helpers", () => {
  const threads = [1, 2].map((threadId) => file(`/project/${threadId}.test.ts`, { payload: payload({ threadId }) }));
  expect(collectRun(facts(threads)).notes.join()).toMatch(/threads of one process/);
});

test("a run begins with the earliest of its files, where they are of several machines", () => {
  const report = collectRun(facts([file("/project/a.test.ts", { startedAt: 999_000 })]));
  expect(report.startedAt).toBe(new Date(999_000).toISOString());
  expect(only(report).startedMs).toBe(1500);
});

const state = {
  file: "/project/a.test.ts",
  project: null,
  pid: 9,
  threadId: 2,
  began: 1_000_100,
  test: ["outer", "two"],
  last: { at: 1_000_300, heapBytes: 5, buffersBytes: 6, nativeBytes: 7, rssBytes: null, gc: "major" as const },
  nearHeapLimit: false,
  cap: null,
  sites: null,
};

test("a worker that died is named with its test and last levels", () => {
  const died = file("/project/a.test.ts", {
    state: "died",
    payload: null,
    tests: [outcome("one"), outcome("two", { state: "skipped" }), outcome("three", { state: "died" })],
    death: fileDeath({ ...state, nearHeapLimit: true }, ""),
  });
  const report = only(collectRun(facts([died])));
  expect(report.worker).toEqual({ pid: 9, threadId: 2 });
  expect(report.death).toEqual({
    reason: "out-of-memory",
    detail: "",
    test: ["outer", "two"],
    last: { ms: 300, heapBytes: 5, buffersBytes: 6, nativeBytes: 7, rssBytes: null, gc: "major" },
    sites: [],
  });
  expect(report.tests.map(({ state: told, unattributed }) => [told, unattributed])).toEqual([
    ["passed", null],
    ["died", "died"],
    ["died", "died"],
  ]);
});

test.each([
  [
    "Worker terminated due to reaching memory limit: JS heap out of memory ERR_WORKER_OUT_OF_MEMORY",
    "out-of-memory",
    "ERR_WORKER_OUT_OF_MEMORY",
  ],
  ["Jest worker ran out of memory and crashed", "out-of-memory", ""],
  ["was terminated by another process: signal=SIGSEGV, exitCode=null.", "signal", "SIGSEGV"],
  ["crashed for an unknown reason: exitCode=3", "exit", "3"],
  ["Worker exited unexpectedly", "exit", ""],
])("%s is a death by %s", (message, reason, detail) => {
  expect(fileDeath(state, message)).toMatchObject({ reason, detail });
});

test("the report survives JSON as it is", () => {
  const report = collectRun(facts([file("/project/a.test.ts")]));
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
});
