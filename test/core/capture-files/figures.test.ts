import { expect, test } from "vitest";
import type { CaptureView, ViewOptions } from "../../../core/src/capture-files/model/capture.js";
import type { TestEvent } from "./harness/events.js";
import { opened } from "./harness/files.js";
import { DEFINITIONS } from "./harness/random-program.js";
import { captureFile, META } from "./harness/write-capture.js";

const malloc = (address: number, bytes: number, thread = 1, stack = 1): TestEvent => ({
  do: "allocate",
  thread,
  space: "native",
  allocator: 1,
  address,
  bytes,
  stack,
});
const free = (address: number, thread = 1): TestEvent => ({ do: "free", thread, address });
const levels = (timeUs: number, used = 0): TestEvent => ({
  do: "levels",
  timeUs,
  rss: 1000,
  buffers: 1,
  native: 2,
  engine: 3,
  heaps: [{ isolate: 1, used, committed: used + 50 }],
});
const born = (handle: number, bytes: number): TestEvent => ({ do: "born", thread: 1, handle, bytes, stack: 1 });
const collection = (timeUs: number, used: number, begins: boolean): TestEvent => ({
  do: begins ? "collectionBegins" : "collectionEnded",
  timeUs,
  isolate: 1,
  kind: 1,
  used,
});

async function read(events: readonly TestEvent[], views: readonly ViewOptions[], meta = META) {
  return (await opened(captureFile({ definitions: DEFINITIONS, events: [events], meta }))).read({ views });
}

async function amounts(events: readonly TestEvent[], views: readonly ViewOptions[]): Promise<readonly unknown[]> {
  return (await read(events, views)).views.map(({ bytes, count }: CaptureView) => [bytes, count]);
}

test("a peak is the first moment with the highest level", async () => {
  const events = [levels(10), malloc(16, 100), levels(20), free(16), levels(30), malloc(32, 100, 1, 2), levels(40)];
  const { views, statistics, tree } = await read(events, [{ kind: "peak", spaces: ["native"] }]);
  expect(views[0]?.time).toBe(10);
  expect(tree.frames[tree.frameOf[views[0]?.rows[0]?.node ?? 0] ?? -1]?.functionName).toBe("f1");
  expect(statistics.offHeapPeak).toEqual({ timeUs: 10, heapBytes: 0, buffersBytes: 0, nativeBytes: 100 });
});

test("a peak that two spaces reach together by turns is seen", async () => {
  const buffer = (address: number, bytes: number): TestEvent => ({
    do: "allocate",
    thread: 1,
    space: "buffers",
    allocator: 1,
    address,
    bytes,
    stack: 2,
  });
  const before = [malloc(16, 100), free(16), buffer(16, 100), free(16)];
  const events = [...before, malloc(32, 60), buffer(48, 30), malloc(64, 30)];
  const { views, statistics } = await read(events, [{ kind: "peak" }]);
  expect(views[0]?.bytes).toBe(120);
  expect(statistics.peak).toMatchObject({ buffersBytes: 30, nativeBytes: 90 });
});

test("a block is temporary up to the threshold's number of further allocations, and not beyond it", async () => {
  const others = (count: number): readonly TestEvent[] =>
    Array.from({ length: count }, (_, index) => malloc(1600 + index * 16, 1));
  for (const further of [0, 1, 2, 3]) {
    const events = [malloc(16, 100), ...others(further), free(16)];
    const views = [0, 1, 2].map((threshold) => ({ kind: "temporary", threshold }) as const);
    expect(await amounts(events, views)).toEqual(
      [0, 1, 2].map((threshold) => (further <= threshold ? [100, 1] : [0, 0])),
    );
  }
});

test("allocations of other threads do not count against a temporary one, and any thread may free it", async () => {
  expect(
    await amounts([malloc(16, 100), malloc(32, 1, 2), malloc(48, 1, 2), free(16, 3)], [{ kind: "temporary" }]),
  ).toEqual([[100, 1]]);
});

test("a free that was restored did not happen", async () => {
  const views: readonly ViewOptions[] = [{ kind: "leaked" }, { kind: "temporary" }, { kind: "allocated" }];
  const restored: TestEvent = { do: "restored", thread: 1 };
  expect(await amounts([malloc(16, 100), free(16), restored], views)).toEqual([
    [100, 1],
    [0, 0],
    [100, 1],
  ]);
  expect(await amounts([malloc(16, 100), free(16), free(999), restored], views)).toEqual([
    [0, 0],
    [100, 1],
    [100, 1],
  ]);
  expect(await amounts([malloc(16, 100), free(16), restored, free(16)], views)).toEqual([
    [0, 0],
    [100, 1],
    [100, 1],
  ]);
  // A free is restored once: what another thread freed after that stays free.
  const twice = [malloc(16, 100), free(16), restored, free(16, 2), restored];
  expect(await amounts(twice, [{ kind: "leaked" }])).toEqual([[0, 0]]);
});

test("an allocation where a block is alive frees that block", async () => {
  expect(await amounts([malloc(16, 100), malloc(16, 30)], [{ kind: "leaked" }, { kind: "temporary" }])).toEqual([
    [30, 1],
    [0, 0],
  ]);
});

test("a free of what is older than the recording changes nothing", async () => {
  expect(await amounts([free(16), malloc(32, 5)], [{ kind: "leaked" }, { kind: "temporary" }])).toEqual([
    [5, 1],
    [0, 0],
  ]);
});

test("blocks of 4 GiB and more keep their size", async () => {
  const sizes = [2 ** 32 - 2, 2 ** 32 - 1, 2 ** 32, 2 ** 40];
  const events = sizes.flatMap((bytes, index) => [
    malloc(1600 * (index + 1), bytes),
    malloc(1600 * (index + 1) + 16, bytes),
  ]);
  const freed = sizes.map((_, index) => free(1600 * (index + 1)));
  const sum = sizes.reduce((total, bytes) => total + bytes, 0);
  expect(await amounts([...events, ...freed], [{ kind: "allocated" }, { kind: "leaked" }])).toEqual([
    [2 * sum, 8],
    [sum, 4],
  ]);
});

test("parts of a mapping are freed with their bytes, the mapping with its last part", async () => {
  const map: TestEvent = {
    do: "map",
    thread: 1,
    space: "native",
    allocator: 2,
    address: 0x10_0000,
    bytes: 3 * 4096 - 96,
    stack: 1,
  };
  const unmap = (page: number): TestEvent => ({ do: "unmap", thread: 1, address: 0x10_0000 + page * 4096, bytes: 1 });
  const leaked: readonly ViewOptions[] = [{ kind: "leaked" }, { kind: "temporary" }];
  expect(await amounts([map, unmap(1)], leaked)).toEqual([
    [2 * 4096 - 96, 1],
    [0, 0],
  ]);
  expect(await amounts([map, unmap(1), unmap(2)], leaked)).toEqual([
    [4096, 1],
    [0, 0],
  ]);
  expect(await amounts([map, unmap(1), unmap(2), unmap(0)], leaked)).toEqual([
    [0, 0],
    [3 * 4096 - 96, 1],
  ]);
});

test("pages are as large as the recording says", async () => {
  const events: readonly TestEvent[] = [
    { do: "map", thread: 1, space: "native", allocator: 2, address: 0x10_0000, bytes: 2 * 65_536, stack: 1 },
    { do: "unmap", thread: 1, address: 0x10_0000, bytes: 4096 },
  ];
  const { views } = await read(events, [{ kind: "leaked" }], { ...META, pageBytes: 65_536 });
  expect(views[0]).toMatchObject({ bytes: 65_536, count: 1 });
});

test("objects of the heap stand for what the sampler passed over", async () => {
  const sampling: TestEvent = { do: "sampling", thread: 1, interval: 1000, flags: 0 };
  const weight = 1 / (1 - Math.exp(-100 / 1000));
  expect(await amounts([sampling, born(1, 100)], [{ kind: "allocated" }])).toEqual([
    [Math.round(100 * weight), Math.round(weight)],
  ]);
  const exact: TestEvent = { do: "sampling", thread: 1, interval: 1, flags: 0 };
  expect(await amounts([exact, born(1, 24), born(2, 8)], [{ kind: "allocated" }])).toEqual([[32, 2]]);
});

test("an object is temporary if the first collection after its birth collects it", async () => {
  const exact: TestEvent = { do: "sampling", thread: 1, interval: 1, flags: 0 };
  const dies: TestEvent = { do: "collected", thread: 1, handle: 1 };
  const views: readonly ViewOptions[] = [{ kind: "temporary" }, { kind: "temporary", threshold: 9 }];
  const first = [exact, collection(5, 10, true), born(1, 50), collection(10, 100, true)];
  expect(await amounts([...first, dies, collection(11, 50, false)], views)).toEqual([
    [50, 1],
    [50, 1],
  ]);
  expect(await amounts([...first, collection(12, 90, true), dies], views)).toEqual([
    [0, 0],
    [0, 0],
  ]);
});

test("with its isolate, all its objects go, and its heap", async () => {
  const exact: TestEvent = { do: "sampling", thread: 1, interval: 1, flags: 0 };
  const other: TestEvent = { do: "born", thread: 2, handle: 9, bytes: 7, stack: 1 };
  const many = Array.from({ length: 3000 }, (_, index) => born(100 + index, 10));
  const events = [exact, levels(1, 500), ...many, other, { do: "heapEnds", isolate: 1 } as const, malloc(16, 400)];
  const { views, statistics } = await read(events, [{ kind: "leaked", spaces: ["heap"] }]);
  expect(views[0]).toMatchObject({ bytes: 7, count: 1 });
  expect(statistics.peak).toEqual({ timeUs: 1, heapBytes: 500, buffersBytes: 0, nativeBytes: 0 });
});

test("where the heap was not sampled, nothing is said of it", async () => {
  const events = [levels(1, 500), malloc(16, 100)];
  const { views, statistics } = await read(events, [{ kind: "leaked" }, { kind: "leaked", spaces: ["native"] }], {
    ...META,
    heapInterval: 0,
  });
  expect(views.map(({ unknownSpaces }) => unknownSpaces)).toEqual([["heap"], []]);
  expect(statistics.spaces.heap).toEqual({
    allocatedBytes: null,
    allocationCount: null,
    leakedBytes: null,
    leakedCount: null,
    peakBytes: 500,
  });
});

test("where collected objects are not told, only what was allocated is said of the heap", async () => {
  const events = [{ do: "sampling", thread: 1, interval: 1, flags: 1 } as const, born(1, 100), malloc(16, 10)];
  const { views, statistics } = await read(events, [{ kind: "allocated" }, { kind: "leaked" }, { kind: "peak" }]);
  expect(views.map(({ bytes, unknownSpaces }) => [bytes, unknownSpaces])).toEqual([
    [110, []],
    [10, ["heap"]],
    [10, ["heap"]],
  ]);
  expect(statistics.spaces.heap).toMatchObject({ allocatedBytes: 100, leakedBytes: null, leakedCount: null });
});

test("the timeline is the readings, and the collections that were seen whole", async () => {
  const { timeline } = await read(
    [collection(5, 70, false), levels(10, 100), collection(20, 150, true), collection(25, 80, false), levels(30, 90)],
    [],
  );
  expect([...timeline.timeUs]).toEqual([10, 30]);
  expect([...timeline.heapUsed]).toEqual([100, 90]);
  expect([...timeline.heapCommitted]).toEqual([150, 140]);
  expect([...timeline.rss]).toEqual([1000, 1000]);
  expect([timeline.buffers[0], timeline.native[0], timeline.engine[0]]).toEqual([1, 2, 3]);
  expect(timeline.collections).toEqual([
    { process: 0, isolate: 1, kind: "young", beginUs: 20, endUs: 25, usedBefore: 150, usedAfter: 80 },
  ]);
});

test("statistics add up", async () => {
  const buffer: TestEvent = {
    do: "allocate",
    thread: 1,
    space: "buffers",
    allocator: 3,
    address: 64,
    bytes: 4096,
    stack: 2,
  };
  const events = [
    malloc(16, 0),
    malloc(32, 1),
    malloc(48, 3),
    buffer,
    free(48),
    { do: "missed", count: 4 } as const,
    levels(7, 10),
  ];
  const { statistics } = await read(events, []);
  expect(statistics).toMatchObject({
    durationUs: 1_000_000,
    heapFragmentationBytes: 50,
    missedCount: 4,
    temporary: { bytes: 3, count: 1 },
    withoutStack: { bytes: 0, count: 0 },
  });
  expect(statistics.spaces.native).toEqual({
    allocatedBytes: 4,
    allocationCount: 3,
    leakedBytes: 1,
    leakedCount: 2,
    peakBytes: 4,
  });
  expect(statistics.byAllocator).toEqual([
    { allocator: "operator new", space: "buffers", bytes: 4096, count: 1 },
    { allocator: "malloc", space: "native", bytes: 4, count: 3 },
  ]);
  expect(statistics.sizes.slice(0, 3)).toEqual([
    { from: 0, to: 1, nativeCount: 1, buffersCount: 0 },
    { from: 1, to: 2, nativeCount: 1, buffersCount: 0 },
    { from: 2, to: 4, nativeCount: 1, buffersCount: 0 },
  ]);
  expect(statistics.sizes.at(-1)).toEqual({ from: 4096, to: 8192, nativeCount: 0, buffersCount: 1 });
  expect(statistics.sizes.every(({ from }, index, all) => index === 0 || from === all[index - 1]?.to)).toBe(true);
});

test("without a reading, the heap's fragmentation is not known", async () => {
  expect((await read([malloc(16, 1)], [])).statistics.heapFragmentationBytes).toBeNull();
});

test("progress goes up, and options that are wrong are named", async () => {
  const capture = await opened(captureFile({ definitions: DEFINITIONS, events: [[malloc(16, 1)]] }));
  const shares: number[] = [];
  await capture.read({ views: [], onProgress: (share) => shares.push(share) });
  expect(shares.every((share, index) => share >= (shares[index - 1] ?? 0) && share <= 1)).toBe(true);
  const refused: readonly (readonly [unknown, string, string])[] = [
    [{}, "MEMSPEC_INVALID_OPTION", '"views"'],
    [{ views: [], speed: 1 }, "MEMSPEC_UNKNOWN_OPTION", '"speed"'],
    [{ views: [{ kind: "peek" }] }, "MEMSPEC_INVALID_OPTION", '"kind"'],
    [{ views: [{ kind: "peak", space: "heap" }] }, "MEMSPEC_UNKNOWN_OPTION", '"space"'],
    [{ views: [{ kind: "peak", spaces: [] }] }, "MEMSPEC_INVALID_OPTION", '"spaces"'],
    [{ views: [{ kind: "peak", spaces: ["engine"] }] }, "MEMSPEC_INVALID_OPTION", '"spaces"'],
    [{ views: [{ kind: "peak", threshold: 1 }] }, "MEMSPEC_INVALID_OPTION", '"threshold"'],
    [{ views: [{ kind: "temporary", threshold: -1 }] }, "MEMSPEC_INVALID_OPTION", '"threshold"'],
    [{ views: [{ kind: "leaked", fromUs: 1 }] }, "MEMSPEC_INVALID_OPTION", '"fromUs"'],
    [{ views: [{ kind: "window", fromUs: 2, toUs: 1 }] }, "MEMSPEC_INVALID_OPTION", '"toUs"'],
    [{ views: [{ kind: "peak", thread: 77 }] }, "MEMSPEC_INVALID_OPTION", '"thread"'],
    [{ views: [{ kind: "peak", process: 1 }] }, "MEMSPEC_INVALID_OPTION", '"process"'],
    [{ views: [], onProgress: 1 }, "MEMSPEC_INVALID_OPTION", '"onProgress"'],
    [{ views: Array(33).fill({ kind: "window" }) }, "MEMSPEC_INVALID_OPTION", "32 windows"],
    [null, "MEMSPEC_INVALID_OPTION", "an object"],
  ];
  for (const [options, code, part] of refused) {
    await expect(capture.read(options as never)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(part),
    });
  }
  expect((await capture.read({ views: Array(32).fill({ kind: "window" }) })).views.length).toBe(32);
});
