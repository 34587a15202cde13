/** Writes captures for tests, by `docs/capture-format.md` alone: none of the reader's code, and none of its numbers. */

import { brotliCompressSync, crc32, deflateRawSync } from "node:zlib";
import { ByteWriter } from "./byte-writer.js";
import type { TestDefinitions, TestEvent } from "./events.js";
import { TestPacker } from "./pack-events.js";

export const FILE_HEADER: Buffer = new ByteWriter()
  .raw([0x89, 0x4d, 0x53, 0x50, 0x43, 0x41, 0x50, 0x0a])
  .fixed(1, 2)
  .fixed(0, 2)
  .fixed(0, 4)
  .bytes();

export interface TestMeta {
  readonly [key: string]: unknown;
}

export const META: TestMeta = {
  contents: "all",
  nativeStacks: false,
  heapInterval: 32768,
  timelineIntervalMs: 10,
  pageBytes: 4096,
  allocators: ["", "malloc", "mmap", "operator new"],
  startedAt: "2026-01-02T03:04:05.678Z",
  process: {
    pid: 100,
    parentPid: 1,
    argv: ["node", "app.js"],
    execArgv: [],
    cwd: "/app",
    node: "20.19.0",
    v8: "11.3",
    platform: "linux",
    architecture: "x64",
  },
  memspec: "0.1.0",
  notes: [],
  run: null,
};

export const END = {
  time: 1_000_000,
  reason: "exit",
  detail: "",
  exitCode: 0,
  dropped: { stacks: 0, blocks: 0, unknownFrees: 0, bytes: 0 },
};

/** `true`: raw deflate; `false`: the bytes as they are. */
export type Compressed = boolean | "brotli";

export function chunk(kind: number, payload: Buffer, compressed: Compressed = false): Buffer {
  const stored = compressedBytes(payload, compressed);
  const header = new ByteWriter()
    .u8(kind)
    .u8(compressionNumber(compressed))
    .fixed(0, 2)
    .fixed(stored.length, 4)
    .fixed(payload.length, 4)
    .fixed(crc32(stored), 4)
    .bytes();
  return Buffer.concat([header, stored]);
}

export function compressedBytes(payload: Buffer, compressed: Compressed): Buffer {
  if (compressed === "brotli") return brotliCompressSync(payload);
  return compressed ? deflateRawSync(payload) : payload;
}

export function compressionNumber(compressed: Compressed): number {
  return compressed === "brotli" ? 2 : Number(compressed);
}

export function jsonChunk(kind: number, value: unknown, compressed: Compressed = false): Buffer {
  return chunk(kind, Buffer.from(JSON.stringify(value), "utf8"), compressed);
}

export const metaChunk = (meta: TestMeta = META): Buffer => jsonChunk(1, meta);
export const endChunk = (end: unknown = END): Buffer => jsonChunk(5, end);

export function definitionsPayload(definitions: TestDefinitions): Buffer {
  const to = new ByteWriter();
  for (const text of definitions.strings) to.u8(1).text(text);
  for (const { name, map } of definitions.scripts) to.u8(2).u(name).u(map);
  for (const { path, buildId, bias, first, end } of definitions.modules ?? []) {
    to.u8(3).u(path).u(buildId).u(bias).u(first).u(end);
  }
  for (const frame of definitions.frames) {
    if ("module" in frame) to.u8(5).u(frame.module).u(frame.offset).u(frame.symbol);
    else to.u8(4).u(frame.function).u(frame.script).u(frame.line).u(frame.column).u(frame.flags);
  }
  for (const { parent, frame } of definitions.nodes) to.u8(6).u(parent).u(frame);
  for (const { id, node, flags = 0 } of definitions.stacks) to.u8(7).u(id).u(node).u(flags);
  for (const { id, systemId, name, isolate } of definitions.threads) to.u8(8).u(id).u(systemId).u(name).u(isolate);
  return to.bytes();
}

const SPACES = { buffers: 1, native: 2 };
const OTHERS = { levels: 1, collectionBegins: 2, collectionEnded: 3, restored: 4, map: 5, commit: 6, unmap: 7 };

/** One events chunk's payload: what "before" means begins anew. */
export function eventsPayload(events: readonly TestEvent[]): Buffer {
  const to = new ByteWriter();
  let thread = 0;
  let allocator = 0;
  let address = 0;
  let stack = 0;
  let handle = 0;
  /** The first byte, and the thread where it is another. */
  const begin = (kind: number, ofThread: number | null, bits = 0): void => {
    const changes = ofThread !== null && ofThread !== thread;
    to.u8(kind | bits | (changes ? 8 : 0));
    if (changes) to.u(ofThread);
    thread = ofThread ?? thread;
  };
  const place = (at: number): { readonly bits: number; readonly difference: number } => {
    const difference = at - address;
    address = at;
    return difference % 16 === 0 ? { bits: 0, difference: difference / 16 } : { bits: 0x80, difference };
  };
  for (const event of events) {
    switch (event.do) {
      case "allocate": {
        const { bits, difference } = place(event.address);
        const changes = event.allocator !== allocator;
        begin(1, event.thread, bits | (SPACES[event.space] << 4) | (changes ? 0x40 : 0));
        if (changes) to.u8(event.allocator);
        allocator = event.allocator;
        to.s(difference)
          .u(event.bytes)
          .s(event.stack - stack);
        stack = event.stack;
        break;
      }
      case "free": {
        const { bits, difference } = place(event.address);
        begin(2, event.thread, bits);
        to.s(difference);
        break;
      }
      case "born":
        begin(3, event.thread);
        to.s(event.handle - handle)
          .u(event.bytes)
          .s(event.stack - stack);
        handle = event.handle;
        stack = event.stack;
        break;
      case "collected":
        begin(4, event.thread);
        to.s(event.handle - handle);
        handle = event.handle;
        break;
      case "restored":
        begin(0, event.thread);
        to.u8(OTHERS.restored);
        break;
      case "map":
      case "commit":
        begin(0, event.thread);
        to.u8(OTHERS[event.do]).u(event.address).u(event.bytes);
        to.u(SPACES[event.space]).u(event.allocator).u(event.stack);
        break;
      case "unmap":
        begin(0, event.thread);
        to.u8(OTHERS.unmap).u(event.address).u(event.bytes);
        break;
      case "sampling":
        begin(0, event.thread);
        to.u8(8).u(event.interval).u(event.flags);
        break;
      case "levels":
        begin(0, null);
        to.u8(OTHERS.levels).u(event.timeUs).u(event.rss).u(event.buffers).u(event.native).u(event.engine);
        to.u(event.heaps.length);
        for (const { isolate, used, committed } of event.heaps) to.u(isolate).u(used).u(committed);
        break;
      case "collectionBegins":
      case "collectionEnded":
        begin(0, null);
        to.u8(OTHERS[event.do]).u(event.timeUs).u(event.isolate).u(event.kind).u(event.used);
        break;
      case "heapEnds":
        begin(0, null);
        to.u8(9).u(event.isolate);
        break;
      case "missed":
        begin(0, null);
        to.u8(10).u(event.count);
        break;
    }
  }
  return to.bytes();
}

export interface TestCapture {
  readonly meta?: TestMeta;
  readonly definitions?: TestDefinitions;
  /** Each list is a chunk of its own. */
  readonly events: readonly (readonly TestEvent[])[];
  readonly compressed?: Compressed;
  readonly packed?: boolean;
  /** Default: `END`; `null`: none is written. */
  readonly end?: unknown;
}

/** The chunks of one process, without the file's header. */
export function processChunks(capture: TestCapture): Buffer {
  const { meta, definitions, events, compressed = false, packed = false, end = END } = capture;
  const packer = new TestPacker();
  return Buffer.concat([
    metaChunk(meta ?? META),
    ...(definitions === undefined ? [] : [chunk(2, definitionsPayload(definitions), compressed)]),
    ...events.map((list) =>
      packed ? chunk(6, packer.pack(list), compressed) : chunk(3, eventsPayload(list), compressed),
    ),
    ...(end === null ? [] : [endChunk(end)]),
  ]);
}

export function captureFile(capture: TestCapture): Buffer {
  return Buffer.concat([FILE_HEADER, processChunks(capture)]);
}
