import { chmodSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import type { CaptureRecord } from "../../../core/src/capture-files/model/capture.js";
import { openCapture } from "../../../core/src/capture-files/reading/open-capture.js";
import { ByteWriter } from "./harness/byte-writer.js";
import type { TestEvent } from "./harness/events.js";
import { fileOf, opened } from "./harness/files.js";
import { DEFINITIONS, inPieces, randomProgram, seeded } from "./harness/random-program.js";
import {
  captureFile,
  chunk,
  definitionsPayload,
  END,
  endChunk,
  eventsPayload,
  FILE_HEADER,
  jsonChunk,
  META,
  metaChunk,
} from "./harness/write-capture.js";

const EVENTS: readonly TestEvent[] = [
  { do: "allocate", thread: 1, space: "native", allocator: 1, address: 4096, bytes: 100, stack: 1 },
  { do: "allocate", thread: 2, space: "buffers", allocator: 1, address: 8192, bytes: 50, stack: 2 },
  { do: "free", thread: 1, address: 4096 },
];

async function recordsOf(bytes: Uint8Array): Promise<readonly CaptureRecord[]> {
  const records: CaptureRecord[] = [];
  for await (const record of (await opened(bytes)).records()) records.push(record);
  return records;
}

test("a file's facts are those that were written", async () => {
  const bytes = captureFile({ definitions: DEFINITIONS, events: [EVENTS] });
  const { info } = await opened(bytes);
  expect(info.meta).toEqual(META);
  expect(info.end).toEqual(END);
  expect(info).toMatchObject({ bytes: bytes.length, damage: null, heapIsExact: false });
  expect(info.processes).toEqual([{ path: info.path, meta: META, end: END, damage: null, unreadModules: [] }]);
  expect(info.threads).toContainEqual({ id: 2, process: 0, systemId: 12, name: "worker", isolate: 2 });
});

test("a file: URL is a path, too", async () => {
  const file = fileOf(captureFile({ events: [] }));
  expect((await openCapture(pathToFileURL(file))).info.path).toBe(file);
});

test.each([
  ["a file that is not there", () => path.join(tmpdir(), "memspec-no-such-file.memspec"), "no such file"],
  ["a folder", () => tmpdir(), "directory"],
])("%s is unreadable", async (_what, file, reason) => {
  await expect(openCapture(file())).rejects.toMatchObject({
    code: "MEMSPEC_CAPTURE_UNREADABLE",
    message: expect.stringContaining(reason),
  });
});

test.skipIf(process.getuid?.() === 0)("a file that is not ours to read is unreadable", async () => {
  const file = fileOf(captureFile({ events: [] }));
  chmodSync(file, 0);
  await expect(openCapture(file)).rejects.toMatchObject({ code: "MEMSPEC_CAPTURE_UNREADABLE" });
});

test.each([
  ["an empty file", Buffer.alloc(0), "is empty"],
  ["a file of something else", Buffer.from("{}"), "is no capture"],
  ["a file that ends within its header", FILE_HEADER.subarray(0, 15), "ends within its header"],
])("%s is foreign", async (_what, bytes, fact) => {
  await expect(opened(bytes)).rejects.toMatchObject({
    code: "MEMSPEC_CAPTURE_FOREIGN",
    message: expect.stringContaining(fact),
  });
});

test("a newer major version is refused by name, a newer minor one is read", async () => {
  const version = (major: number, minor: number): Buffer => {
    const bytes = Buffer.from(captureFile({ events: [EVENTS] }));
    bytes.writeUInt16LE(major, 8);
    bytes.writeUInt16LE(minor, 10);
    return bytes;
  };
  await expect(opened(version(2, 3))).rejects.toMatchObject({
    code: "MEMSPEC_CAPTURE_NEWER",
    value: "2.3",
    message: expect.stringContaining("version 2.3"),
  });
  expect((await opened(version(1, 7))).info.damage).toBeNull();
});

test.each([
  ["nothing behind the header", FILE_HEADER, "nothing behind"],
  ["a first chunk that is cut off", Buffer.concat([FILE_HEADER, metaChunk()]).subarray(0, 100), "ends within a chunk"],
  ["another first chunk", Buffer.concat([FILE_HEADER, endChunk()]), "description of the recording is missing"],
  ["a description that is no JSON", Buffer.concat([FILE_HEADER, chunk(1, Buffer.from("{"))]), "is no JSON"],
  [
    "a description without a process",
    Buffer.concat([FILE_HEADER, jsonChunk(1, { ...META, process: 1 })]),
    '"process" is missing or wrong',
  ],
])("%s: nothing can be read", async (_what, bytes, reason) => {
  await expect(opened(bytes)).rejects.toMatchObject({
    code: "MEMSPEC_CAPTURE_DAMAGED",
    message: expect.stringContaining(reason),
  });
});

test("a file that is cut off at any byte is read up to its last whole chunk", async () => {
  const events = randomProgram(5, 60);
  const lists = inPieces(events, seeded(5), 10);
  const bytes = captureFile({ definitions: DEFINITIONS, events: lists });
  const whole = await recordsOf(bytes);
  expect(whole.length).toBe(events.length);
  // Where each chunk of events ends in the file, and how many records are before it.
  let at = FILE_HEADER.length + metaChunk().length + chunk(2, definitionsPayload(DEFINITIONS)).length;
  const start = at;
  let count = 0;
  const ends = lists.map((list) => {
    at += chunk(3, eventsPayload(list)).length;
    count += list.length;
    return { at, count };
  });
  for (let length = start; length < bytes.length; length += 3) {
    const { info } = await opened(bytes.subarray(0, length));
    const records = await recordsOf(bytes.subarray(0, length));
    const before = ends.filter((end) => end.at <= length).at(-1);
    expect(info.end).toBeNull();
    const isWhole = length === start || ends.some((end) => end.at === length);
    expect(info.damage).toEqual(
      isWhole ? null : { atByte: before?.at ?? start, reason: "the file ends within a chunk" },
    );
    expect(records.filter(({ type }) => type !== "damage")).toEqual(whole.slice(0, before?.count ?? 0));
    expect(records.length - (before?.count ?? 0)).toBe(isWhole ? 0 : 1);
  }
});

test("any byte that is changed ends the reading at its chunk", async () => {
  const bytes = captureFile({ definitions: DEFINITIONS, events: [EVENTS, EVENTS] });
  const first = FILE_HEADER.length + metaChunk().length + chunk(2, definitionsPayload(DEFINITIONS)).length;
  const second = first + chunk(3, eventsPayload(EVENTS)).length;
  for (let at = second + 16; at < second + chunk(3, eventsPayload(EVENTS)).length; at += 1) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 0x10;
    const capture = await opened(changed);
    expect(capture.info.damage).toEqual({ atByte: second, reason: "a chunk's sum is wrong" });
    const { statistics } = await capture.read({ views: [] });
    expect(statistics.spaces.native).toMatchObject({ allocatedBytes: 100, allocationCount: 1 });
  }
});

test("chunks of kinds that are not known are passed over", async () => {
  const bytes = Buffer.concat([
    FILE_HEADER,
    metaChunk(),
    chunk(77, Buffer.from("anything")),
    chunk(3, eventsPayload(EVENTS)),
    endChunk(),
  ]);
  const capture = await opened(bytes);
  expect(capture.info).toMatchObject({ damage: null, end: END });
  expect((await recordsOf(bytes)).length).toBe(3);
});

test("definitions of types that are not known end their chunk, and nothing else", async () => {
  const bytes = Buffer.concat([
    FILE_HEADER,
    metaChunk(),
    chunk(2, Buffer.concat([new ByteWriter().u8(1).text("main").u8(99).bytes(), Buffer.from("of tomorrow")])),
    chunk(2, new ByteWriter().u8(8).u(1).u(11).u(1).u(0).bytes()),
    endChunk(),
  ]);
  expect((await opened(bytes)).info).toMatchObject({ damage: null, threads: [{ id: 1, name: "main" }] });
});

test("keys of the description that are not known are passed over, and a missing page size is 4096", async () => {
  const { pageBytes: _, ...old } = META;
  const bytes = Buffer.concat([FILE_HEADER, jsonChunk(1, { ...old, colour: "green" })]);
  expect((await opened(bytes)).info.meta).toEqual(META);
});

const AFTER = FILE_HEADER.length + metaChunk().length;

test.each([
  ["a compression that is not known", edited((bytes) => bytes.writeUInt8(3, AFTER + 1)), "compression 3 is not known"],
  ["an impossible length", edited((bytes) => bytes.writeUInt32LE(2 ** 24 + 1, AFTER + 4)), "length is impossible"],
  ["a length of 4 GiB", edited((bytes) => bytes.writeUInt32LE(2 ** 32 - 1, AFTER + 8)), "length is impossible"],
  ["lengths that differ", edited((bytes) => bytes.writeUInt32LE(3, AFTER + 8)), "contradict each other"],
])("%s is damage", async (_what, bytes, reason) => {
  const { info } = await opened(bytes);
  expect(info.damage).toEqual({ atByte: AFTER, reason: expect.stringContaining(reason) });
});

function edited(edit: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.from(captureFile({ events: [EVENTS] }));
  edit(bytes);
  return bytes;
}

test.each([
  ["longer", "deflate", -1, true],
  ["shorter", "deflate", 1, true],
  ["longer", "brotli", -1, "brotli"],
  ["shorter", "brotli", 1, "brotli"],
] as const)("data that is %s (%s) than its chunk says is damage", async (_what, _how, more, how) => {
  const compressed = chunk(3, eventsPayload(randomProgram(1, 200)), how);
  compressed.writeUInt32LE(compressed.readUInt32LE(8) + more, 8);
  const capture = await opened(Buffer.concat([FILE_HEADER, metaChunk(), compressed, endChunk()]));
  const { damage } = await capture.read({ views: [] });
  expect(damage).toEqual({ atByte: AFTER, reason: "a chunk cannot be inflated" });
});

const wrongEvents: readonly (readonly [string, Buffer, string])[] = [
  ["a kind that is not known", new ByteWriter().u8(7).bytes(), "an event of kind 7"],
  ["another kind that is not known", new ByteWriter().u8(0).u8(99).bytes(), "kind 0.99"],
  ["a space that is not known", new ByteWriter().u8(1).bytes(), "space 0"],
  ["an allocator out of range", new ByteWriter().u8(0x61).u8(4).s(1).u(1).s(0).bytes(), "an allocator is out of range"],
  ["an address below zero", new ByteWriter().u8(2).s(-1000).bytes(), "an address is out of range"],
  [
    "an address of 2^53",
    new ByteWriter()
      .u8(2)
      .s(2n ** 49n)
      .bytes(),
    "an address is out of range",
  ],
  ["a number that never ends", new ByteWriter().u8(2).raw(Array(12).fill(0xff)).bytes(), "longer than ten bytes"],
  ["a stack below zero", new ByteWriter().u8(0x21).s(1).u(1).s(-1000).bytes(), "a stack is out of range"],
  [
    "a thread out of range",
    new ByteWriter()
      .u8(10)
      .u(2 ** 20)
      .s(1)
      .bytes(),
    "a thread is out of range",
  ],
  [
    "an isolate out of range",
    new ByteWriter()
      .u8(0)
      .u8(9)
      .u(2 ** 16)
      .bytes(),
    "an isolate is out of range",
  ],
  ["a record that is cut off", new ByteWriter().u8(0x21).s(1).bytes(), "cut off"],
  [
    "a mapping beyond 2^53",
    new ByteWriter()
      .u8(0)
      .u8(7)
      .u(2n ** 53n - 1n)
      .u(1)
      .bytes(),
    "an address is out of range",
  ],
];

test.each(wrongEvents)("%s is damage, and the records before it count", async (_what, bytes, reason) => {
  const capture = await opened(
    Buffer.concat([FILE_HEADER, metaChunk(), chunk(3, Buffer.concat([eventsPayload(EVENTS), bytes])), endChunk()]),
  );
  expect(capture.info.damage).toBeNull();
  const reading = await capture.read({ views: [{ kind: "allocated" }] });
  expect(reading.damage).toEqual({ atByte: AFTER, reason: expect.stringContaining(reason) });
  expect(reading.views[0]).toMatchObject({ bytes: 150, count: 2 });
  const records: CaptureRecord[] = [];
  for await (const record of capture.records()) records.push(record);
  expect(records.map(({ type }) => type)).toEqual(["allocation", "allocation", "free", "damage"]);
});

const wrongDefinitions: readonly (readonly [string, Buffer])[] = [
  ["a string that is longer than its chunk", new ByteWriter().u8(1).u(1000).bytes()],
  ["a script without its string", new ByteWriter().u8(2).u(1).u(0).bytes()],
  ["a node that is its own parent", new ByteWriter().u8(6).u(1).u(0).bytes()],
  ["a node of no frame", new ByteWriter().u8(6).u(0).u(1).bytes()],
  ["a stack of no node", new ByteWriter().u8(7).u(1).u(1).u(0).bytes()],
];

test.each(wrongDefinitions)("%s is damage", async (_what, payload) => {
  const { info } = await opened(Buffer.concat([FILE_HEADER, metaChunk(), chunk(2, payload), endChunk()]));
  expect(info.damage?.atByte).toBe(AFTER);
  expect(info.end).toBeNull();
});

test("a path that is none is refused", async () => {
  for (const wrong of ["", 1, null, [], [1]]) {
    await expect(openCapture(wrong as string)).rejects.toMatchObject({ code: "MEMSPEC_INVALID_OPTION" });
  }
});
