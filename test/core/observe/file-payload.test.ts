import { expect, test } from "vitest";
import { type RawObservation, SITE, SITE_SPANS, SPAN } from "../../../core/src/capture/observe-binding.js";
import { type FileFacts, filePayload } from "../../../core/src/observe/file-payload.js";
import { BUFFERS, context, frame, HEAP, NATIVE } from "../analysis/recordings.js";

const span = (start: number): number[] => Array.from({ length: SPAN.length }, (_, i) => start + i);
const user = frame("work", "/project/src/work.ts", 7, 3);
const caller = frame("test", "/project/a.test.ts", 20, 1);
const runner = frame("run", "/project/node_modules/vitest/dist/run.js", 1, 1);

const rows = (...list: readonly (readonly number[])[]): Float64Array => Float64Array.from(list.flat());

const raw: RawObservation = {
  offHeap: true,
  file: rows(span(1_000_000)),
  modules: rows(span(2000)),
  hooks: null,
  bodies: rows(span(100), span(300), span(200)),
  baseline: rows([0, 10, 20, 30, 40, 0]),
  end: rows([9, 11, 22, 33, 0, 0]),
  timeline: rows([0, 10, 20, 30, 40, 0], [1.23456, 11, 21, 31, 41, 2]),
  frames: [user, caller, runner, { ...caller, inlined: true }],
  stacks: [Uint32Array.of(0, 1, 2), Uint32Array.of(0, 3), Uint32Array.of(2)],
  sites: rows(
    [SITE_SPANS.modules, BUFFERS, 0, 500, 1, 500],
    [1, BUFFERS, 0, 70, 1, 60],
    [1, BUFFERS, 1, 30, 1, 20],
    [1, HEAP, 1, 900, 2, Number.NaN],
    [0, NATIVE, 1, 5, 1, 5],
    [SITE_SPANS.hooks, NATIVE, 2, 8, 1, 8],
  ),
  heapSampler: "running",
  truncated: { bodiesDropped: 0, samplesDropped: 0, heapSamplesDropped: 0 },
  beganWallMs: 1234,
};
const run = (test: string, body: number | null, timedOut = false) => ({ test, repeat: 0, body, timedOut, over: false });
const facts: FileFacts = {
  attempts: [run("a", 1), run("b", null), run("c", 2, true)],
  breaches: new Map([["a", [{ figure: "peak", space: "total", limitBytes: 1, actualBytes: 2, source: "here" }]]]),
  failed: new Map(),
  places: [() => ({ test: "a", line: 20 }), () => ({ test: "d", line: 0 })],
  late: 0,
  began: 99,
  nativeMissing: null,
  pid: 7,
  threadId: 0,
};

test("a row of a site has as many numbers as the addon writes", () => {
  expect(raw.sites.length % SITE.length).toBe(0);
});

test("each test has what its deciding body did, or why that is not known", () => {
  const { tests } = filePayload(raw, facts, context());
  expect(Object.keys(tests)).toEqual(["a", "b", "c"]);
  expect(tests["a"]?.figures?.slice(1, 4)).toEqual([301, 302, 303]);
  expect(tests["a"]).toMatchObject({ line: 20, breaches: [{ figure: "peak" }] });
  expect(tests["b"]).toEqual({ unattributed: "concurrent" });
  expect(tests["c"]).toEqual({ unattributed: "timed-out" });
});

test("sites are joined by their stack in the source, without the runner's frames below it, hottest first", () => {
  const payload = filePayload(raw, facts, context());
  const named = (stack: number): string =>
    (payload.stacks[stack] ?? []).map((index) => payload.frames[index]?.functionName).join(" < ");
  const shown = payload.tests["a"]?.sites?.map(([space, stack, ...rest]) => [space, named(stack), ...rest]);
  expect(shown).toEqual([
    ["heap", "work < test", 900, 2, null],
    ["buffers", "work < test", 100, 2, 80],
  ]);
  expect(payload.moduleSites.map(([space, stack]) => [space, named(stack)])).toEqual([["buffers", "work < test"]]);
  // A stack without any code of the user's keeps its frames.
  expect(payload.sites.map(([space, stack, bytes]) => [space, named(stack), bytes])).toContainEqual([
    "native",
    "run",
    8,
  ]);
});

test("what is alive at the file's peak is not known by site", () => {
  expect(filePayload(raw, facts, context()).sites.every(([, , , , peak]) => peak === null)).toBe(true);
});

test("times are milliseconds, levels whole bytes, and an rss that could not be read is unknown", () => {
  const payload = filePayload(raw, facts, context());
  expect(payload.figures?.[SPAN.durationNs]).toBe(1);
  expect(payload.timeline[1]).toEqual([1.23, [11, 21, 31, 41], 2]);
  expect(payload.end).toEqual([11, 22, 33, null]);
  expect(payload.began).toBe(1234);
});

test("where only the heap is observed the other spaces are unknown, not 0", () => {
  const payload = filePayload({ ...raw, offHeap: false }, { ...facts, nativeMissing: "no malloc" }, context());
  const figures = payload.tests["a"]?.figures ?? [];
  expect([figures[SPAN.allocated], figures[SPAN.allocated + 1], figures[SPAN.net + 2]]).toEqual([301, null, null]);
  expect(payload.baseline).toEqual([10, null, null, 40]);
  expect(payload.nativeMissing).toBe("no malloc");
});

test("without an observation there are no figures, and what the runner's side knows stays", () => {
  const payload = filePayload(null, { ...facts, nativeMissing: "no addon" }, context());
  expect(payload).toMatchObject({ figures: null, baseline: null, timeline: [], began: 99 });
  expect(payload.tests["a"]).toEqual({ breaches: [...(facts.breaches.get("a") ?? [])], line: 20 });
});

test("what weakens the figures is told", () => {
  const truncated = { bodiesDropped: 1, samplesDropped: 2, heapSamplesDropped: 3 };
  const payload = filePayload({ ...raw, heapSampler: "taken", truncated }, { ...facts, late: 2 }, context());
  expect(payload.notes).toHaveLength(5);
  expect(payload.notes[0]).toBe(
    "The bodies of 2 tests ran on after a timeout: what they did then counts for the tests that followed.",
  );
});

test("what a failed assertion measured is told with its stacks, each frame once", () => {
  const frame = {
    kind: "javascript",
    functionName: "f",
    file: "/a.ts",
    line: 3,
    column: 1,
    lineIsFunction: false,
    inlined: false,
    owner: "user",
  } as const;
  const site = {
    space: "native",
    stack: [frame],
    bytes: 10.4,
    count: 1,
    estimated: true,
    peakBytes: 5.6,
    retainedBytes: null,
  } as const;
  const failed = new Map([
    ["a", { sites: [site, { ...site, stack: [frame, frame] }], snapshot: "/tmp/a.heapsnapshot" }],
    ["e", { sites: [], snapshot: null }],
  ]);
  const payload = filePayload(raw, { ...facts, failed }, context());
  const told = payload.tests["a"]?.failed;
  expect(told?.snapshot).toBe("/tmp/a.heapsnapshot");
  expect(told?.sites.map(([space, , bytes, , peak]) => [space, bytes, peak])).toEqual([
    ["native", 10, 6],
    ["native", 10, 6],
  ]);
  const stackOf = (index: number): readonly unknown[] =>
    (payload.stacks[told?.sites[index]?.[1] ?? -1] ?? []).map((at) => payload.frames[at]);
  expect(stackOf(0)).toEqual([frame]);
  expect(stackOf(1)).toEqual([frame, frame]);
  expect(payload.frames.filter(({ file }) => file === "/a.ts")).toHaveLength(1);
  expect(payload.tests["e"]).toEqual({ failed: { sites: [] } });
  expect(filePayload(null, { ...facts, failed }, context()).frames).toEqual([frame]);
});
