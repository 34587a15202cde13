/**
 * Compression of a capture, into a new file that takes the old one's place once it is whole: events are packed where the addon is there to do it, and each
 * chunk is deflated. It may begin while the capture is still being written.
 */

import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { brotliCompress, constants, crc32, deflateRaw } from "node:zlib";
import { MemspecError } from "../../errors/memspec-error.js";
import { CHUNK_HEADER_BYTES, ChunkKind, Compression, FILE_HEADER_BYTES } from "../format/format.js";
import { type Chunk, chunksIn, withCaptureFile } from "../reading/chunks.js";
import { FileWindow } from "../reading/file-window.js";
import { EventPacker } from "./event-packer.js";

export interface CompressOptions {
  /** Called with the share of the file that is done, 0 to 1. */
  readonly onProgress?: (share: number) => void;
  /** Settles when nobody writes to the capture any more: until then what comes is compressed as it comes. Default: nobody does. */
  readonly written?: Promise<unknown>;
}

/** Plain events are small numbers already: more effort gains little, and takes several times as long. */
const LEVEL = 4;
/** Of packed events brotli makes a tenth less than deflate, in about the time. A wider window gains nothing. */
const BROTLI_QUALITY = 5;
const BROTLI_WINDOW_BITS = 18;
/** In one piece, mostly: zlib's own are small, and would have to be joined. */
const PIECE_BYTES = 2 ** 18;
/** Chunks that are compressed at once, on libuv's threads. */
const AT_ONCE = 4;
/** Between two looks at a capture that is still being written. */
const LOOK_MS = 25;
/** While it is, what is compressed is held in memory: the disk may be short of room for the capture itself. */
const MOST_HELD_BYTES = 2 ** 26;

const deflate = promisify(deflateRaw);
const brotli = promisify(brotliCompress);

/**
 * Compresses a capture in its place. Nothing is lost: what cannot be read stays as it is, at the end. The file is replaced in one step, once the new one is
 * whole.
 *
 * @throws MemspecError `MEMSPEC_CAPTURE_UNREADABLE`, `MEMSPEC_CAPTURE_FOREIGN`, `MEMSPEC_CAPTURE_NEWER`, `MEMSPEC_FILE_UNWRITABLE`; the capture is then as it was
 */
export async function compressCapture(
  path: string,
  { onProgress = () => {}, written }: CompressOptions = {},
): Promise<void> {
  const beside = `${path}.compressing`;
  await withCaptureFile(path, async (file) => {
    try {
      const compressor = new Compressor(file);
      const held = written === undefined ? [] : await followed(file, compressor, written);
      await writeCompressed(file, compressor, held, beside, onProgress);
      await rename(beside, path);
    } catch (cause) {
      await rm(beside, { force: true });
      const reason = (cause as Error).message.replace(/, \w+(?: '.*')?$/u, "");
      throw new MemspecError("MEMSPEC_FILE_UNWRITABLE", `${path} cannot be compressed: ${reason}.`, {
        value: path,
        cause,
      });
    }
  });
}

/** Goes through a capture from its first chunk on, and may go on where it stopped. */
class Compressor {
  readonly #window: FileWindow;
  readonly #packer: EventPacker = new EventPacker();
  /** All whole chunks before this byte were given. */
  done: number = FILE_HEADER_BYTES;

  constructor(file: FileHandle) {
    this.#window = new FileWindow(file, FILE_HEADER_BYTES);
  }

  /** The next whole chunks before this byte, as they are to be stored. To be gone through to its end. */
  async *upTo(end: number): AsyncGenerator<Buffer, void, void> {
    let pending: Promise<Buffer>[] = [];
    this.#window.end = end;
    for await (const chunk of chunksIn(this.#window, this.done, { damage: null })) {
      // The one before is deflated while this one is packed, both on other threads. A copy: the reader's window moves on before it is deflated.
      const packed = await this.#packer.packed(chunk);
      pending.push(compressed(packed ?? { ...chunk, payload: Uint8Array.from(chunk.payload) }));
      this.done = chunk.to;
      if (pending.length < AT_ONCE) continue;
      for (const part of await Promise.all(pending)) yield part;
      pending = [];
    }
    for (const part of await Promise.all(pending)) yield part;
  }
}

/** What was compressed while the capture was being written. What is not whole yet is looked at again. */
async function followed(
  file: FileHandle,
  compressor: Compressor,
  written: Promise<unknown>,
): Promise<readonly Buffer[]> {
  const held: Buffer[] = [];
  let heldBytes = 0;
  let seen = 0;
  let isWritten = false;
  const settled = written.then(
    () => {
      isWritten = true;
    },
    () => {
      isWritten = true;
    },
  );
  while (!isWritten && heldBytes < MOST_HELD_BYTES) {
    const { size } = await file.stat();
    if (size > seen) {
      seen = Math.min(size, compressor.done + MOST_HELD_BYTES);
      for await (const part of compressor.upTo(seen)) {
        held.push(part);
        heldBytes += part.length;
      }
    }
    const look = new AbortController();
    await Promise.race([settled, delay(LOOK_MS, undefined, look).catch(() => undefined)]);
    // A timer that nobody awaits any more would keep the process alive.
    look.abort();
  }
  await settled;
  return held;
}

async function writeCompressed(
  from: FileHandle,
  compressor: Compressor,
  held: readonly Buffer[],
  path: string,
  onProgress: (share: number) => void,
): Promise<void> {
  const { size } = await from.stat();
  const to = await open(path, "w");
  try {
    await to.write(await readAll(from, 0, FILE_HEADER_BYTES));
    for (const part of held) await to.write(part);
    for await (const part of compressor.upTo(size)) {
      await to.write(part);
      onProgress(compressor.done / size);
    }
    await copyRest(from, compressor.done, size, to);
    onProgress(1);
  } finally {
    await to.close();
  }
}

/** A chunk as it is to be stored; as it was where compressing it gains nothing. */
async function compressed(chunk: Chunk): Promise<Buffer> {
  const isText = chunk.kind === ChunkKind.meta || chunk.kind === ChunkKind.end;
  const isPlain = chunk.compression === Compression.none;
  const smaller = isPlain && !isText ? await smallerOf(chunk) : null;
  const gains = smaller !== null && smaller.length < chunk.payload.length;
  const payload = gains ? smaller : chunk.payload;
  const header = Buffer.alloc(CHUNK_HEADER_BYTES);
  header.writeUInt8(chunk.kind, 0);
  header.writeUInt8(gains ? compressionOf(chunk) : chunk.compression, 1);
  header.writeUInt32LE(payload.length, 4);
  header.writeUInt32LE(chunk.bytes, 8);
  header.writeUInt32LE(crc32(payload), 12);
  return Buffer.concat([header, payload]);
}

function compressionOf({ kind }: Chunk): number {
  return kind === ChunkKind.packedEvents ? Compression.brotli : Compression.deflateRaw;
}

async function smallerOf(chunk: Chunk): Promise<Buffer> {
  if (compressionOf(chunk) === Compression.deflateRaw)
    return await deflate(chunk.payload, { level: LEVEL, chunkSize: PIECE_BYTES });
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: BROTLI_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: chunk.payload.length,
  };
  return await brotli(chunk.payload, { params, chunkSize: PIECE_BYTES });
}

const COPY_BYTES = 2 ** 20;

async function copyRest(from: FileHandle, start: number, end: number, to: FileHandle): Promise<void> {
  for (let at = start; at < end; at += COPY_BYTES)
    await to.write(await readAll(from, at, Math.min(COPY_BYTES, end - at)));
}

async function readAll(file: FileHandle, from: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, from + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
