/** A file's chunks: checked, inflated, one after the other. */

import { type FileHandle, open } from "node:fs/promises";
import { promisify } from "node:util";
import { brotliDecompress, crc32, inflateRaw } from "node:zlib";
import {
  CAPTURE_MAGIC,
  CAPTURE_MAJOR,
  CHUNK_HEADER_BYTES,
  Compression,
  FILE_HEADER_BYTES,
  MAX_PAYLOAD_BYTES,
} from "../format/format.js";
import type { CaptureDamage } from "../model/capture.js";
import { foreign, newer, unreadable } from "./capture-errors.js";
import { FileWindow } from "./file-window.js";

export interface Chunk {
  readonly kind: number;
  /** Where in the file it begins and ends. */
  readonly from: number;
  readonly to: number;
  /** As the file says: not compressed. */
  readonly bytes: number;
  /** Stored payload: a copy, or valid until the next chunk is asked for. */
  readonly payload: Uint8Array;
  /** One of `Compression`. */
  readonly compression: number;
}

const inflate = promisify(inflateRaw);
const unbrotli = promisify(brotliDecompress);
const KNOWN_COMPRESSIONS: ReadonlySet<number> = new Set(Object.values(Compression));
/** Of zlib's. */
const SMALLEST_PIECE = 64;

/**
 * Opens a capture, calls `use`, and closes it.
 *
 * @throws MemspecError `MEMSPEC_CAPTURE_UNREADABLE`, `MEMSPEC_CAPTURE_FOREIGN`, `MEMSPEC_CAPTURE_NEWER`
 */
export async function withCaptureFile<T>(
  path: string,
  use: (file: FileHandle, bytes: number) => Promise<T>,
): Promise<T> {
  const file = await openFile(path);
  try {
    const bytes = await checkHeader(path, file);
    return await use(file, bytes);
  } finally {
    await file.close();
  }
}

/** @throws MemspecError `MEMSPEC_CAPTURE_UNREADABLE` */
export async function openFile(path: string): Promise<FileHandle> {
  return await open(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
}

async function checkHeader(path: string, file: FileHandle): Promise<number> {
  const header = Buffer.alloc(FILE_HEADER_BYTES);
  let bytes = 0;
  try {
    const stat = await file.stat();
    if (stat.isDirectory()) throw new Error("it is a directory");
    if (!stat.isFile()) throw new Error("it is no regular file");
    bytes = stat.size;
    if (bytes > 0) await file.read(header, 0, FILE_HEADER_BYTES, 0);
  } catch (cause) {
    throw unreadable(path, cause);
  }
  if (bytes === 0) throw foreign(path, "is empty");
  if (CAPTURE_MAGIC.some((byte, index) => header[index] !== byte)) throw foreign(path, "is no capture of memspec's");
  if (bytes < FILE_HEADER_BYTES) throw foreign(path, "ends within its header");
  const major = header.readUInt16LE(8);
  if (major > CAPTURE_MAJOR) throw newer(path, major, header.readUInt16LE(10));
  return bytes;
}

/** What `readChunks` came to: the end, or what is wrong and where. */
export interface ChunksEnd {
  damage: CaptureDamage | null;
}

/**
 * @param from where the first chunk begins
 * @param to what is behind it is not looked at
 * @param ended is told how it ended
 */
export async function* readChunks(
  file: FileHandle,
  from: number,
  to: number,
  ended: ChunksEnd,
): AsyncGenerator<Chunk, void, void> {
  yield* chunksIn(new FileWindow(file, to), from, ended);
}

/** The same up to where the window ends: whoever comes again reads into the same memory. */
export async function* chunksIn(window: FileWindow, from: number, ended: ChunksEnd): AsyncGenerator<Chunk, void, void> {
  const to = window.end;
  let at = from;
  const damaged = (reason: string): void => {
    ended.damage = { atByte: at, reason };
  };
  while (at < to) {
    const header = await window.bytes(at, CHUNK_HEADER_BYTES);
    if (header.length < CHUNK_HEADER_BYTES) return damaged("the file ends within a chunk");
    const kind = header.readUInt8(0);
    const compression = header.readUInt8(1);
    const stored = header.readUInt32LE(4);
    const bytes = header.readUInt32LE(8);
    const sum = header.readUInt32LE(12);
    if (stored > MAX_PAYLOAD_BYTES || bytes > MAX_PAYLOAD_BYTES) return damaged("a chunk's length is impossible");
    if (!KNOWN_COMPRESSIONS.has(compression)) return damaged(`compression ${compression} is not known`);
    const isPlain = compression === Compression.none;
    if (isPlain && stored !== bytes) return damaged("a chunk's lengths contradict each other");
    const payload = await window.bytes(at + CHUNK_HEADER_BYTES, stored);
    if (payload.length < stored) return damaged("the file ends within a chunk");
    if (crc32(payload) !== sum) return damaged("a chunk's sum is wrong");
    const end = at + CHUNK_HEADER_BYTES + stored;
    yield { kind, from: at, to: end, bytes, payload, compression };
    at = end;
  }
}

/** A chunk's payload, not compressed; `null`: it is no compressed data, or not as long as the chunk says. */
export async function payloadOf(chunk: Chunk): Promise<Uint8Array | null> {
  if (chunk.compression === Compression.none) return chunk.payload;
  // A byte more than it says, so that a longer one is seen; never more, whatever the data would make. In one piece: zlib's own are small, and would
  // have to be joined.
  const most = chunk.bytes + 1;
  const options = { maxOutputLength: most, chunkSize: Math.max(SMALLEST_PIECE, most) };
  const decompress = chunk.compression === Compression.brotli ? unbrotli : inflate;
  const inflated = await decompress(chunk.payload, options).catch(() => null);
  return inflated?.length === chunk.bytes ? inflated : null;
}
