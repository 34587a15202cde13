import { expect, test } from "vitest";
import type { ViewOptions } from "../../../core/src/capture-files/model/capture.js";
import { ByteWriter } from "./harness/byte-writer.js";
import { opened } from "./harness/files.js";
import { DEFINITIONS } from "./harness/random-program.js";
import {
  chunk,
  definitionsPayload,
  endChunk,
  eventsPayload,
  FILE_HEADER,
  META,
  metaChunk,
} from "./harness/write-capture.js";

/** All, at the peak, at the peak off the heap, at the end, temporary: bytes and count each. */
type Figures = readonly [number, number, number, number, number, number, number, number, number, number];
type Row = readonly [stack: number, thread: number, space: number, allocator: number, figures: Figures];

const ROWS: readonly Row[] = [
  [1, 1, 2, 1, [1000, 10, 500, 5, 600, 6, 100, 1, 300, 3]],
  [2, 2, 1, 1, [4096, 1, 4096, 1, 4096, 1, 0, 0, 0, 0]],
  [1, 1, 0, 0, [99_000, 33, 66_000, 22, 33_000, 11, 3000, 1, 6000, 2]],
];

function sumsPayload(rows: readonly Row[]): Buffer {
  const to = new ByteWriter().u(123_456);
  to.u(20_000).u(5_000_000).u(4096).u(500);
  to.u(30_000).u(4_000_000).u(4096).u(600);
  to.u(2).u(64).u(10).u(0).u(4096).u(0).u(1).u(rows.length);
  for (const [stack, thread, space, allocator, figures] of rows) {
    to.u(stack).u(thread).u(space).u(allocator);
    for (const figure of figures) to.u(figure);
  }
  return to.bytes();
}

const LEVELS = eventsPayload([
  {
    do: "levels",
    timeUs: 10_000,
    rss: 9_000_000,
    buffers: 4096,
    native: 500,
    engine: 10,
    heaps: [{ isolate: 1, used: 5_000_000, committed: 6_000_000 }],
  },
]);

const BYTES = Buffer.concat([
  FILE_HEADER,
  metaChunk({ ...META, contents: "sums" }),
  chunk(2, definitionsPayload(DEFINITIONS)),
  chunk(4, sumsPayload(ROWS.slice(0, 1))),
  chunk(3, LEVELS),
  chunk(4, sumsPayload(ROWS), true),
  endChunk(),
]);

test("views of an aggregated file are the columns of its last sums", async () => {
  const views: readonly ViewOptions[] = [
    { kind: "allocated" },
    { kind: "peak" },
    { kind: "peak", spaces: ["buffers", "native"] },
    { kind: "leaked" },
    { kind: "temporary" },
    { kind: "leaked", spaces: ["native"], thread: 1 },
  ];
  const reading = await (await opened(BYTES)).read({ views });
  expect(reading.views.map(({ bytes, count, time }) => [bytes, count, time])).toEqual([
    [104_096, 44, null],
    [70_596, 28, 20_000],
    [4696, 7, 30_000],
    [3100, 2, 1_000_000],
    [6300, 5, null],
    [100, 1, 1_000_000],
  ]);
  expect(reading.views[0]?.rows[0]).toMatchObject({
    thread: 1,
    space: "heap",
    allocator: "",
    bytes: 99_000,
    count: 33,
  });
});

test("statistics and timeline of an aggregated file", async () => {
  const { statistics, timeline } = await (await opened(BYTES)).read({ views: [] });
  expect(statistics.peak).toEqual({ timeUs: 20_000, heapBytes: 5_000_000, buffersBytes: 4096, nativeBytes: 500 });
  expect(statistics.offHeapPeak).toEqual({
    timeUs: 30_000,
    heapBytes: 4_000_000,
    buffersBytes: 4096,
    nativeBytes: 600,
  });
  expect(statistics.spaces.native).toEqual({
    allocatedBytes: 1000,
    allocationCount: 10,
    leakedBytes: 100,
    leakedCount: 1,
    peakBytes: null,
  });
  expect(statistics.sizes.filter(({ nativeCount, buffersCount }) => nativeCount + buffersCount > 0)).toEqual([
    { from: 64, to: 128, nativeCount: 10, buffersCount: 0 },
    { from: 4096, to: 8192, nativeCount: 0, buffersCount: 1 },
  ]);
  expect(statistics.heapFragmentationBytes).toBe(1_000_000);
  expect([...timeline.timeUs]).toEqual([10_000]);
  expect([...timeline.heapUsed]).toEqual([5_000_000]);
});

test.each<readonly [string, ViewOptions, string]>([
  ["a window", { kind: "window", fromUs: 0 }, "what was born in a window of time"],
  ["another threshold", { kind: "temporary", threshold: 2 }, "within 2 further allocations"],
  ["the peak of one space", { kind: "peak", spaces: ["native"] }, "the peak of native"],
  ["the peak of two other spaces", { kind: "peak", spaces: ["heap", "native"] }, "the peak of heap and native"],
])("an aggregated file cannot tell %s, and says which question it was", async (_what, view, question) => {
  await expect((await opened(BYTES)).read({ views: [view] })).rejects.toMatchObject({
    code: "MEMSPEC_CAPTURE_SUMS",
    message: expect.stringContaining(question),
  });
});

test("an aggregated file has no records", async () => {
  const records = (await opened(BYTES)).records();
  await expect(records[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: "MEMSPEC_CAPTURE_SUMS" });
});

test("sums that are damaged are damage, where they begin", async () => {
  const before = Buffer.concat([FILE_HEADER, metaChunk({ ...META, contents: "sums" })]);
  const payload = sumsPayload(ROWS);
  const capture = await opened(Buffer.concat([before, chunk(4, payload.subarray(0, payload.length - 1)), endChunk()]));
  const { damage } = await capture.read({ views: [{ kind: "leaked" }] });
  expect(damage).toEqual({ atByte: before.length, reason: "a record is cut off" });
});
