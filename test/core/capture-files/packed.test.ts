import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type {
  Capture,
  CaptureReading,
  CaptureRecord,
  ViewOptions,
} from "../../../core/src/capture-files/model/capture.js";
import { mergeCaptures } from "../../../core/src/capture-files/reading/merge-captures.js";
import { openCapture } from "../../../core/src/capture-files/reading/open-capture.js";
import { compressCapture } from "../../../core/src/capture-files/recording/compress-capture.js";
import { ByteWriter } from "./harness/byte-writer.js";
import type { TestEvent } from "./harness/events.js";
import { fileOf, opened } from "./harness/files.js";
import { DEFINITIONS, inPieces, randomProgram, seeded } from "./harness/random-program.js";
import { sortedCells } from "./harness/temporal-cells.js";
import {
  captureFile,
  chunk,
  definitionsPayload,
  endChunk,
  eventsPayload,
  FILE_HEADER,
  META,
  metaChunk,
} from "./harness/write-capture.js";

const SEEDS = Array.from({ length: 24 }, (_, index) => index + 1);
const VIEWS: readonly ViewOptions[] = [
  { kind: "peak" },
  { kind: "peak", spaces: ["native"] },
  { kind: "leaked" },
  { kind: "allocated" },
  { kind: "temporary" },
  { kind: "temporary", threshold: 4 },
  { kind: "allocated", thread: 2 },
];
const WINDOWS: readonly ViewOptions[] = [
  { kind: "window", fromUs: 0, toUs: 60_000 },
  { kind: "window", fromUs: 50_000, toUs: 200_000 },
];

/** All that a capture says, without where it lies and how long it is. */
async function everything(capture: Capture): Promise<{
  readonly views: CaptureReading;
  readonly windows: CaptureReading;
  readonly temporal: readonly string[];
  readonly records: readonly CaptureRecord[];
}> {
  const records: CaptureRecord[] = [];
  for await (const record of capture.records()) records.push(record);
  const temporal = sortedCells(await capture.read({ views: VIEWS, temporal: { mostBuckets: 20 } }));
  return {
    views: await capture.read({ views: VIEWS }),
    windows: await capture.read({ views: WINDOWS }),
    temporal,
    records,
  };
}

/** A random program with more of what packing has names for: frees at once, by the same thread and by others. */
function program(seed: number): readonly TestEvent[] {
  const random = seeded(seed + 1000);
  return randomProgram(seed, 200 + 40 * seed).flatMap((event): readonly TestEvent[] => {
    if (event.do !== "allocate" || random() < 0.5) return [event];
    const thread = random() < 0.8 ? event.thread : 3;
    const free = { do: "free", thread, address: event.address } as const;
    return random() < 0.1 ? [event, free, { do: "restored", thread }] : [event, free];
  });
}

/** Kinds of a file's chunks. */
function kindsOf(file: string): readonly number[] {
  const bytes = readFileSync(file);
  const kinds: number[] = [];
  for (let at = FILE_HEADER.length; at < bytes.length; at += 16 + bytes.readUInt32LE(at + 4))
    kinds.push(bytes.readUInt8(at));
  return kinds;
}

const packedKinds = (pieces: readonly unknown[]): readonly number[] => [1, 2, ...pieces.map(() => 6), 5];

describe("packed events", () => {
  test.each(SEEDS)("say what the events say that were packed, by the document's words (seed %i)", async (seed) => {
    const events = inPieces(program(seed), seeded(seed), 1 + (seed % 5) * 60);
    const plain = await everything(await opened(captureFile({ definitions: DEFINITIONS, events })));
    const packed = await opened(
      captureFile({
        definitions: DEFINITIONS,
        events,
        packed: true,
        compressed: ([false, true, "brotli"] as const)[seed % 3] ?? false,
      }),
    );
    expect(packed.info.damage).toBeNull();
    expect(await everything(packed)).toEqual(plain);
  });

  test.each(SEEDS)("are what compressing makes, and change no figure and no record (seed %i)", async (seed) => {
    const events = inPieces(program(seed), seeded(seed), 1 + (seed % 5) * 60);
    const file = fileOf(captureFile({ definitions: DEFINITIONS, events }));
    const plain = await everything(await openCapture(file));
    await compressCapture(file);
    expect(kindsOf(file)).toEqual(packedKinds(events));
    expect(await everything(await openCapture(file))).toEqual(plain);
  });

  test("name what they are of in the same order, though a batch of them ends elsewhere", async () => {
    const allocation = { do: "allocate", thread: 1, space: "native", allocator: 1, bytes: 20, stack: 1 } as const;
    const pair = [
      { ...allocation, address: 16 },
      { do: "free", thread: 1, address: 16 },
    ] as const;
    // The 4096th is the object: here the reader's first batch ends; where each pair is one event, it goes on.
    const events: readonly TestEvent[] = [
      ...Array.from({ length: 2047 }, () => pair).flat(),
      { ...allocation, address: 64 },
      { do: "born", thread: 1, handle: 1, bytes: 32, stack: 8 },
      { ...allocation, address: 128, stack: 9 },
    ];
    const plain = await everything(await opened(captureFile({ definitions: DEFINITIONS, events: [events] })));
    const packed = await opened(captureFile({ definitions: DEFINITIONS, events: [events], packed: true }));
    expect(await everything(packed)).toEqual(plain);
  });

  test("are the same bytes from the addon and by the document's words", async () => {
    const events = inPieces(program(7), seeded(7), 100);
    const file = fileOf(captureFile({ definitions: DEFINITIONS, events }));
    const byHand = fileOf(captureFile({ definitions: DEFINITIONS, events, packed: true }));
    await compressCapture(file);
    await compressCapture(byHand);
    expect(readFileSync(file).equals(readFileSync(byHand))).toBe(true);
  });

  test("of several processes are packed each by itself, and merged as they are", async () => {
    const files = [100, 200].map((pid) =>
      fileOf(
        captureFile({
          meta: { ...META, run: "run-1", process: { ...(META["process"] as object), pid } },
          definitions: DEFINITIONS,
          events: inPieces(program(pid), seeded(pid), 150),
        }),
      ),
    );
    const together = await everything(await openCapture(files));
    const merged = `${files[0]}.merged`;
    await mergeCaptures(files, merged);
    await compressCapture(merged);
    expect(kindsOf(merged).filter((kind) => kind === 3)).toEqual([]);
    expect(await everything(await openCapture(merged))).toEqual(together);
    for (const file of files) await compressCapture(file);
    expect(await everything(await openCapture(files))).toEqual(together);
    const after = `${files[0]}.after`;
    await mergeCaptures(files, after);
    expect(readFileSync(after).equals(readFileSync(merged))).toBe(true);
  });

  test("before events that cannot be packed are read with them", async () => {
    const [first = [], second = []] = inPieces(program(3), () => 0.999, 200);
    const wrong = Buffer.concat([eventsPayload(second), Buffer.from([0x07])]);
    const definitions = chunk(2, definitionsPayload(DEFINITIONS));
    const parts = [FILE_HEADER, metaChunk(), definitions, chunk(3, eventsPayload(first)), chunk(3, wrong), endChunk()];
    const file = fileOf(Buffer.concat(parts));
    const plain = await everything(await openCapture(file));
    await compressCapture(file);
    expect(kindsOf(file)).toEqual([1, 2, 6, 3, 5]);
    const after = await everything(await openCapture(file));
    const reason = `an event of kind 7 is not known (at or before byte ${wrong.length} of a chunk's events)`;
    expect(plain.views.damage?.reason).toBe(reason);
    expect(after.views.damage?.reason).toBe(reason);
    expect({ ...after.views, damage: null }).toEqual({ ...plain.views, damage: null });
    expect(after.records.slice(0, -1)).toEqual(plain.records.slice(0, -1));
  });

  test("are left alone where they were packed before", async () => {
    const events = inPieces(program(5), seeded(5), 150);
    const chunks = events.map((list) => chunk(3, eventsPayload(list)));
    const file = fileOf(captureFile({ definitions: DEFINITIONS, events, packed: true }));
    const packed = readFileSync(file);
    // One more chunk behind them, as if somebody had gone on writing.
    writeFileSync(file, Buffer.concat([packed, chunks[0] ?? Buffer.alloc(0)]));
    const before = await everything(await openCapture(file));
    await compressCapture(file);
    expect(kindsOf(file)).toEqual([...packedKinds(events), 3]);
    expect(await everything(await openCapture(file))).toEqual(before);
  });
});

/** A capture with one packed chunk: its columns, each written by hand. */
function byHand(columns: readonly (readonly number[])[]): Buffer {
  const payload = new ByteWriter();
  for (const column of columns) payload.u(column.length);
  for (const column of columns) payload.raw(column);
  return Buffer.concat([FILE_HEADER, metaChunk(), chunk(6, payload.bytes()), endChunk()]);
}

async function recordsOf(capture: Capture): Promise<readonly CaptureRecord[]> {
  const records: CaptureRecord[] = [];
  for await (const record of capture.records()) records.push(record);
  return records;
}

describe("a packed chunk", () => {
  // Two allocations of 24 bytes one behind the other, a free of the second by thread 3, one of the same class at its address that is freed at once.
  const EVENTS = [0x21, 0x11, 0x0a, 0x05];
  const GOOD = [EVENTS, [3], [0, 0, 1], [24, 24, 20], [0x80, 0x02], [4], [9, 1, 2, 1, 9, 2, 1, 3]];

  test("says what its bytes say", async () => {
    const block = { type: "allocation", space: "native", bytes: 24, thread: 1, allocator: "malloc", stack: 9 };
    expect(await recordsOf(await opened(byHand(GOOD)))).toEqual([
      { ...block, address: 2048 },
      { ...block, address: 2080 },
      { type: "free", address: 2080, thread: 3 },
      { ...block, address: 2080, bytes: 20, thread: 2, space: "buffers", allocator: "operator new" },
      { type: "free", address: 2080, thread: 2 },
    ]);
  });

  const change = (column: number, at: number, value: number): readonly (readonly number[])[] =>
    GOOD.map((bytes, index) => (index === column ? bytes.with(at, value) : bytes));

  test.each([
    ["a thread out of range", [EVENTS, [0x80, 0x80, 0x40], ...GOOD.slice(2)], "a thread is out of range", 2],
    ["a key that is not known", change(2, 2, 9), "key 9 is not known", 3],
    ["a space that is not known", change(6, 2, 3), "space 3 is not known", 0],
    ["an allocator that is not known", change(6, 3, 4), "an allocator is out of range", 0],
    ["a block that never was", change(5, 0, 6), "a block's number is out of range", 2],
    ["bits that are not known", change(0, 2, 0x4a), "an event has bits that are not known", 2],
    ["a column that ends too early", [...GOOD.slice(0, 6), [9, 1]], "an event is cut off", 0],
    ["an event without its size", [EVENTS, [3], [0, 0, 1], [24], ...GOOD.slice(4)], "an event is cut off", 1],
  ])("with %s is damaged there, and all before it counts", async (_, columns, reason, event) => {
    const capture = await opened(byHand(columns));
    const atByte = FILE_HEADER.length + metaChunk().length;
    const damage = { atByte, reason: `${reason} (at or before event ${event} of a chunk's events)` };
    expect((await capture.read({ views: [{ kind: "allocated" }] })).damage).toEqual(damage);
    const records = await recordsOf(capture);
    expect(records.at(-1)).toEqual({ type: "damage", damage });
    expect(records.length).toBe(event + 1);
  });

  test("whose lengths are not its own is damaged", async () => {
    const payload = Buffer.from([4, 0, 0, 0, 0, 0, 0, 1, 1, 1]);
    const capture = await opened(Buffer.concat([FILE_HEADER, metaChunk(), chunk(6, payload), endChunk()]));
    const { damage } = await capture.read({ views: [] });
    expect(damage?.reason).toMatch(/^the columns' lengths are not the chunk's/u);
  });

  test("that frees a block twice is damaged where addresses are asked for", async () => {
    const capture = await opened(byHand([[0x21, 0x02, 0x02], [], [0], [24], [0], [2, 0], [9, 1, 2, 1]]));
    const records = await recordsOf(capture);
    expect(records.at(-1)).toMatchObject({ damage: { reason: expect.stringMatching(/^block 1 is not alive/u) } });
    const { views } = await capture.read({ views: [{ kind: "leaked" }] });
    expect(views[0]?.bytes).toBe(0);
  });
});
