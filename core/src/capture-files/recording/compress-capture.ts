/**
 * Compression of a capture once its program has ended, into a new file that takes the old one's place: events are packed where the addon is there to do
 * it, and each chunk is deflated.
 */

import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { promisify } from "node:util";
import { crc32, deflateRaw } from "node:zlib";
import { MemspecError } from "../../errors/memspec-error.js";
import { CHUNK_HEADER_BYTES, ChunkKind, Compression, FILE_HEADER_BYTES } from "../format/format.js";
import { type Chunk, type ChunksEnd, readChunks, withCaptureFile } from "../reading/chunks.js";
import { EventPacker } from "./event-packer.js";

export interface CompressOptions {
  /** Called with the share of the file that is done, 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

/** Plain events are small numbers already: more effort gains little, and takes several times as long. Of packed ones there is less to compress. */
const LEVEL = 4;
const PACKED_LEVEL = 5;
/** Chunks that are compressed at once, on libuv's threads. */
const AT_ONCE = 4;

const deflate = promisify(deflateRaw);

/**
 * Compresses a capture in its place. Nothing is lost: what cannot be read stays as it is, at the end. The file is replaced in one step, once the new one is
 * whole.
 *
 * @throws MemspecError `MEMSPEC_CAPTURE_UNREADABLE`, `MEMSPEC_CAPTURE_FOREIGN`, `MEMSPEC_CAPTURE_NEWER`, `MEMSPEC_FILE_UNWRITABLE`; the capture is then as it was
 */
export async function compressCapture(path: string, { onProgress }: CompressOptions = {}): Promise<void> {
  const beside = `${path}.compressing`;
  await withCaptureFile(path, async (file, bytes) => {
    try {
      await writeCompressed(file, bytes, beside, onProgress ?? (() => {}));
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

async function writeCompressed(
  from: FileHandle,
  bytes: number,
  path: string,
  onProgress: (share: number) => void,
): Promise<void> {
  const to = await open(path, "w");
  try {
    await to.write(await readAll(from, 0, FILE_HEADER_BYTES));
    const ended: ChunksEnd = { damage: null };
    let pending: Promise<Buffer>[] = [];
    let done = FILE_HEADER_BYTES;
    const packer = new EventPacker();
    const flush = async (): Promise<void> => {
      for (const part of await Promise.all(pending)) await to.write(part);
      pending = [];
      onProgress(done / bytes);
    };
    for await (const chunk of readChunks(from, FILE_HEADER_BYTES, bytes, ended)) {
      // The one before is deflated while this one is packed, both on other threads. A copy: the reader's window moves on before it is deflated.
      const packed = await packer.packed(chunk);
      pending.push(compressed(packed ?? { ...chunk, payload: Uint8Array.from(chunk.payload) }));
      done = chunk.to;
      if (pending.length >= AT_ONCE) await flush();
    }
    await flush();
    await copyRest(from, done, bytes, to);
  } finally {
    await to.close();
  }
}

/** A chunk as it is to be stored; as it was where compressing it gains nothing. */
async function compressed(chunk: Chunk): Promise<Buffer> {
  const isText = chunk.kind === ChunkKind.meta || chunk.kind === ChunkKind.end;
  const smaller = chunk.compressed || isText ? null : await deflate(chunk.payload, { level: levelOf(chunk) });
  const gains = smaller !== null && smaller.length < chunk.payload.length;
  const payload = gains ? smaller : chunk.payload;
  const header = Buffer.alloc(CHUNK_HEADER_BYTES);
  header.writeUInt8(chunk.kind, 0);
  header.writeUInt8(gains || chunk.compressed ? Compression.deflateRaw : Compression.none, 1);
  header.writeUInt32LE(payload.length, 4);
  header.writeUInt32LE(chunk.bytes, 8);
  header.writeUInt32LE(crc32(payload), 12);
  return Buffer.concat([header, payload]);
}

function levelOf({ kind }: Chunk): number {
  return kind === ChunkKind.packedEvents ? PACKED_LEVEL : LEVEL;
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
