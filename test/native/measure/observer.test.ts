// Spans of an observation against the probe addon's own truth.

import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import {
  POINT,
  type RawObservation,
  SITE,
  SITE_SPANS,
  SPAN,
  SPAN_KINDS,
} from "../../../core/src/capture/observe-binding.js";
import { BUFFERS, collectGarbage, figuresOf, HEAP, NATIVE, settled, tracker } from "./tracker.js";

interface Probe {
  allocate(name: string, bytes: number, count: number, keep: number, threads: number): Truth;
  freeKept(): number;
}
interface Truth {
  readonly ok: boolean;
  readonly bytes: number;
  readonly peakBytes: number;
  readonly liveBytes: number;
}

const probe = createRequire(import.meta.url)(
  path.resolve(import.meta.dirname, "../probe/build/Release/probe.node"),
) as Probe;
const kept: unknown[] = [];

tracker.arm();
afterEach(() => {
  tracker.observeEnd();
  probe.freeKept();
  kept.length = 0;
});

const begin = (sampleInterval = 0, stateFile = ""): void => tracker.observeBegin({ sampleInterval, stateFile });
const mark = (kind: keyof typeof SPAN_KINDS): void => tracker.observeMark(SPAN_KINDS[kind]);
function body(run: () => void): void {
  mark("body");
  run();
  mark("hooks");
}
function end(): RawObservation {
  const raw = tracker.observeEnd();
  if (raw === null) throw new Error("nothing was observed");
  return raw;
}
const bodyOf = (raw: RawObservation, index: number): Float64Array =>
  raw.bodies.subarray(index * SPAN.length, (index + 1) * SPAN.length);
const figure = (span: Float64Array, of: number, space: number): number => span[of + space] ?? Number.NaN;

describe.each([0, 1, 8])("on %d other threads", (threads) => {
  test("each body has exactly the native memory of its own", () => {
    const truths: Truth[] = [];
    begin();
    mark("hooks");
    for (const [bytes, count, keep] of [
      // The highest first: a later span's peak is its own.
      [100_000, 7, 2],
      [64, 500, 0],
      [1000, 40, 3],
    ] as const) {
      body(() => {
        truths.push(probe.allocate("malloc", bytes, count, keep, threads));
      });
    }
    const raw = end();
    expect(raw.bodies.length).toBe(3 * SPAN.length);
    for (const [index, truth] of truths.entries()) {
      const span = bodyOf(raw, index);
      expect(truth.ok).toBe(true);
      expect({
        allocated: figure(span, SPAN.allocated, NATIVE),
        peak: figure(span, SPAN.peak, NATIVE),
        net: figure(span, SPAN.net, NATIVE),
      }).toEqual({ allocated: truth.bytes, peak: truth.peakBytes, net: truth.liveBytes });
    }
  });
});

test("buffers are those of the span in which they were made, to the byte", () => {
  begin();
  kept.push(Buffer.alloc(3_000_000));
  mark("hooks");
  kept.push(Buffer.alloc(70_000));
  body(() => kept.push(Buffer.alloc(500_000)));
  body(() => undefined);
  const raw = end();
  expect(raw.modules?.[SPAN.allocated + BUFFERS]).toBe(3_000_000);
  expect(raw.hooks?.[SPAN.allocated + BUFFERS]).toBe(70_000);
  expect(figure(bodyOf(raw, 0), SPAN.allocated, BUFFERS)).toBe(500_000);
  expect(figure(bodyOf(raw, 1), SPAN.allocated, BUFFERS)).toBe(0);
  expect(raw.file[SPAN.allocated + BUFFERS]).toBe(3_570_000);
  expect(raw.file[SPAN.peak + BUFFERS]).toBe(3_570_000);
});

test("the file's peak is above the file's start, a body's above its own", () => {
  begin();
  mark("hooks");
  body(() => probe.allocate("malloc", 1_000_000, 1, 1, 0));
  body(() => {
    probe.allocate("malloc", 2_000_000, 1, 0, 0);
  });
  probe.freeKept();
  const raw = end();
  expect(figure(bodyOf(raw, 1), SPAN.peak, NATIVE)).toBe(2_000_000);
  expect(raw.file[SPAN.peak + NATIVE]).toBe(3_000_000);
  expect(raw.file[SPAN.net + NATIVE]).toBe(0);
});

test("a mark costs the observed heap nothing: empty spans are empty", () => {
  begin();
  mark("hooks");
  for (let i = 0; i < 200; i++) {
    mark("body");
    mark("hooks");
  }
  const raw = end();
  const allocated = Array.from({ length: 200 }, (_, i) => figure(bodyOf(raw, i), SPAN.allocated, HEAP));
  // The first ones pay for feedback and inline caches of this very loop.
  expect(allocated.slice(100).every((bytes) => bytes === 0)).toBe(true);
});

test("what is allocated on the heap between collections is counted, and the collections are", () => {
  begin();
  mark("hooks");
  body(() => {
    for (let i = 0; i < 20; i++) {
      kept.push(new Array(100_000).fill(i));
      collectGarbage();
    }
  });
  const span = bodyOf(end(), 0);
  expect(figure(span, SPAN.allocated, HEAP)).toBeGreaterThanOrEqual(16_000_000);
  expect(figure(span, SPAN.allocated, HEAP)).toBeLessThan(18_000_000);
  expect(span[SPAN.majorCollections]).toBeGreaterThanOrEqual(20);
  expect(span[SPAN.collections]).toBeGreaterThanOrEqual(span[SPAN.majorCollections] ?? 0);
});

test("a body that is measured for a limit has the span of its measurement", () => {
  begin();
  mark("hooks");
  mark("body");
  kept.push(Buffer.alloc(1_000_000));
  tracker.observeLimitedBody();
  figuresOf(() => kept.push(Buffer.alloc(40_000)), { settle: true });
  kept.push(Buffer.alloc(2_000_000));
  mark("hooks");
  body(() => kept.push(Buffer.alloc(7000)));
  const raw = end();
  expect(raw.bodies.length).toBe(2 * SPAN.length);
  expect(figure(bodyOf(raw, 0), SPAN.allocated, BUFFERS)).toBe(40_000);
  expect(bodyOf(raw, 0)[SPAN.collections]).toBe(0);
  expect(figure(bodyOf(raw, 1), SPAN.allocated, BUFFERS)).toBe(7000);
  expect(raw.hooks?.[SPAN.allocated + BUFFERS]).toBe(3_000_000);
});

test("a measurement inside a body counts as without an observation, and the body counts on", () => {
  begin(512 * 1024);
  mark("hooks");
  let inner = 0;
  body(() => {
    kept.push(Buffer.alloc(10_000));
    inner = figuresOf(() => kept.push(Buffer.alloc(20_000)), { sampleInterval: 1 }).spaces[BUFFERS].allocatedBytes;
  });
  const raw = end();
  expect(inner).toBe(20_000);
  expect(figure(bodyOf(raw, 0), SPAN.allocated, BUFFERS)).toBe(30_000);
});

test("a measurement with every stack has them, though the observation samples rarely", () => {
  begin(512 * 1024);
  mark("hooks");
  const exact = figuresOf(() => kept.push(Array.from({ length: 50 }, (_, i) => ({ i }))), { sampleInterval: 1 });
  expect(exact.heapSampleInterval).toBe(1);
  expect(exact.spaces[HEAP].allocationCount).toBeGreaterThanOrEqual(50);
});

const sitesOf = (raw: RawObservation, span: number, space: number): readonly (readonly [string, number])[] => {
  const found: [string, number][] = [];
  for (let at = 0; at < raw.sites.length; at += SITE.length) {
    if (raw.sites[at + SITE.span] !== span || raw.sites[at + SITE.space] !== space) continue;
    const stack = raw.stacks[raw.sites[at + SITE.stack] ?? 0] ?? [];
    found.push([
      Array.from(stack, (frame) => raw.frames[frame]?.functionName).join(" < "),
      raw.sites[at + SITE.bytes] ?? 0,
    ]);
  }
  return found;
};

function makeBuffer(): void {
  kept.push(Buffer.alloc(4_000_000));
}
function makeObjects(): void {
  for (let i = 0; i < 200_000; i++) kept.push({ i, text: `number ${i}` });
}

test("sites are those of the span in which the memory was allocated: buffers and heap", () => {
  begin(64 * 1024);
  makeBuffer();
  mark("hooks");
  body(makeObjects);
  body(makeBuffer);
  body(() => undefined);
  const raw = end();
  const named = (span: number, space: number, name: string): number =>
    sitesOf(raw, span, space)
      .filter(([stack]) => stack.includes(name))
      .reduce((sum, [, bytes]) => sum + bytes, 0);
  expect(named(SITE_SPANS.modules, BUFFERS, "makeBuffer")).toBeGreaterThanOrEqual(4_000_000);
  expect(named(1, BUFFERS, "makeBuffer")).toBeGreaterThanOrEqual(4_000_000);
  expect(named(0, BUFFERS, "makeBuffer")).toBe(0);
  const allocated = figure(bodyOf(raw, 0), SPAN.allocated, HEAP);
  expect(named(0, HEAP, "makeObjects")).toBeGreaterThan(allocated * 0.8);
  expect(named(0, HEAP, "makeObjects")).toBeLessThan(allocated * 1.2);
  expect(named(1, HEAP, "makeObjects")).toBe(0);
  expect(sitesOf(raw, 2, HEAP)).toEqual([]);
});

test("heap sites of a body are not lost when a measurement in another one takes the sampler", () => {
  begin(64 * 1024);
  mark("hooks");
  body(makeObjects);
  body(() => figuresOf(() => kept.push({}), { sampleInterval: 1 }));
  body(makeObjects);
  const raw = end();
  const bytes = (span: number): number =>
    sitesOf(raw, span, HEAP)
      .filter(([stack]) => stack.includes("makeObjects"))
      .reduce((sum, [, own]) => sum + own, 0);
  expect(bytes(0)).toBeGreaterThan(10_000_000);
  expect(bytes(2)).toBeGreaterThan(10_000_000);
  expect(bytes(1)).toBe(0);
});

test("the timeline is short, in order, and has the highest and the lowest point", async () => {
  // 3,000 bodies are time for a collection, which frees what the runner's objects of before own.
  await settled();
  begin();
  mark("hooks");
  for (let i = 0; i < 3000; i++) {
    if (i === 1234) probe.allocate("malloc", 9_000_000, 1, 1, 0);
    if (i === 1235) probe.freeKept();
    body(() => undefined);
  }
  const raw = end();
  const points = Array.from({ length: raw.timeline.length / POINT.length }, (_, i) =>
    raw.timeline.subarray(i * POINT.length, (i + 1) * POINT.length),
  );
  expect(points.length).toBeLessThanOrEqual(200);
  expect(points.length).toBeGreaterThan(50);
  const times = points.map((point) => point[POINT.ms] ?? 0);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(points[0]).toEqual(raw.baseline);
  expect(Math.max(...points.map((point) => point[POINT.native] ?? 0))).toBe(
    (raw.baseline[POINT.native] ?? 0) + 9_000_000,
  );
  expect(raw.end[POINT.native]).toBe(raw.baseline[POINT.native]);
  expect(points[0]?.[POINT.rss]).toBeGreaterThan(1_000_000);
});

test("levels at the end less those at the start are the net figures of the file", () => {
  begin();
  mark("hooks");
  body(() => {
    kept.push(Buffer.alloc(11_000));
    probe.allocate("malloc", 600, 5, 5, 0);
  });
  const raw = end();
  for (const [space, index] of [
    [HEAP, POINT.heap],
    [BUFFERS, POINT.buffers],
    [NATIVE, POINT.native],
  ] as const) {
    expect((raw.end[index] ?? 0) - (raw.baseline[index] ?? 0)).toBe(raw.file[SPAN.net + space]);
  }
});

test("memory that is older than the observation is in the baseline, and its end in the file's net", () => {
  const truth = probe.allocate("malloc", 50_000, 4, 4, 0);
  begin();
  mark("hooks");
  probe.freeKept();
  const raw = end();
  expect(raw.baseline[POINT.native]).toBeGreaterThanOrEqual(truth.liveBytes);
  expect(raw.file[SPAN.net + NATIVE]).toBe(-truth.liveBytes);
  expect(raw.file[SPAN.peak + NATIVE]).toBe(0);
});

test("an observation that was not finished is dropped by the next one", () => {
  begin();
  body(() => kept.push(Buffer.alloc(1_000_000)));
  begin();
  mark("hooks");
  const raw = end();
  expect(raw.bodies.length).toBe(0);
  expect(raw.file[SPAN.allocated + BUFFERS]).toBe(0);
  expect(tracker.observeEnd()).toBeNull();
});

test("without an observation marks do nothing", () => {
  mark("body");
  tracker.observeLimitedBody();
  tracker.observeTest("a test");
  expect(tracker.observeEnd()).toBeNull();
});

test("a wrong kind of span is an error with a code", () => {
  begin();
  expect(() => tracker.observeMark(4)).toThrow(expect.objectContaining({ code: "MEMSPEC_INVALID_OPTION" }));
  expect(() => tracker.observeBegin({ sampleInterval: -1, stateFile: "" })).toThrow(
    expect.objectContaining({ code: "MEMSPEC_INVALID_OPTION" }),
  );
});

test("the state file says which test runs and what the levels are, without being written", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "memspec-state-"));
  const file = path.join(folder, "state");
  const handle = openSync(file, "w");
  writeSync(handle, Buffer.alloc(4096));
  closeSync(handle);
  begin(0, file);
  mark("hooks");
  tracker.observeTest("outer\u0000größer");
  body(() => kept.push(Buffer.alloc(123_456)));
  const bytes = readFileSync(file);
  const buffers = bytes.readDoubleLE(24);
  tracker.observeTest("");
  const cleared = readFileSync(file).readUInt32LE(4);
  const raw = end();
  rmSync(folder, { recursive: true });
  expect(bytes.toString("latin1", 0, 4)).toBe("MSPC");
  expect(bytes.toString("utf8", 64, 64 + bytes.readUInt32LE(4))).toBe("outer\u0000größer");
  expect(buffers).toBe((raw.baseline[POINT.buffers] ?? 0) + 123_456);
  expect(cleared).toBe(0);
});

test("a state file that is not there is no reason to observe nothing", () => {
  begin(0, "/nonexistent/state");
  body(() => undefined);
  expect(end().bodies.length).toBe(SPAN.length);
});
