/** Captures with something wrong in them, for the fuzzer: the same for the same seed. */

import { brotliDecompressSync, crc32, inflateRawSync } from "node:zlib";
import { ByteWriter } from "./byte-writer.js";
import { below, DEFINITIONS, inPieces, type Random, randomProgram, seeded } from "./random-program.js";
import {
  type Compressed,
  captureFile,
  chunk,
  compressedBytes,
  compressionNumber,
  FILE_HEADER,
  META,
  processChunks,
} from "./write-capture.js";

interface Piece {
  header: Buffer;
  payload: Buffer;
}

export function mutated(seed: number): Buffer {
  const random = seeded(seed);
  const pieces = piecesOf(sound(random));
  const times = 1 + below(random, 6);
  for (let time = 0; time < times; time += 1) mutateOne(pieces, random);
  const file = Buffer.concat([FILE_HEADER, ...pieces.flatMap(({ header, payload }) => [header, payload])]);
  if (random() < 0.2) return file.subarray(0, below(random, file.length));
  if (random() < 0.1) flip(file, random, 1 + below(random, 20));
  return file;
}

function sound(random: Random): Buffer {
  const events = randomProgram(below(random, 2 ** 32), 20 + below(random, 400));
  const capture = {
    definitions: DEFINITIONS,
    events: inPieces(events, random, 100),
    compressed: ([true, "brotli"] as const)[below(random, 4)] ?? false,
    packed: random() < 0.5,
    meta: { ...META, contents: random() < 0.2 ? "sums" : "all" },
  };
  const file = captureFile(capture);
  const parts = [file];
  if (random() < 0.3) parts.push(chunk(4, sums(random), random() < 0.5));
  if (random() < 0.2) parts.push(processChunks(capture));
  return Buffer.concat(parts);
}

function sums(random: Random): Buffer {
  const to = new ByteWriter();
  for (let field = 0; field < 9; field += 1) to.u(below(random, 1000));
  to.u(2).u(1).u(5).u(6).u(2).u(7).u(8);
  const rows = below(random, 20);
  to.u(rows);
  for (let row = 0; row < rows; row += 1) {
    to.u(below(random, 10)).u(below(random, 4)).u(below(random, 3)).u(below(random, 4));
    for (let field = 0; field < 10; field += 1) to.u(below(random, 100_000));
  }
  return to.bytes();
}

function piecesOf(file: Buffer): Piece[] {
  const pieces: Piece[] = [];
  for (let at = FILE_HEADER.length; at < file.length; ) {
    const header = Buffer.from(file.subarray(at, at + 16));
    const length = header.readUInt32LE(4);
    pieces.push({ header, payload: Buffer.from(file.subarray(at + 16, at + 16 + length)) });
    at += 16 + length;
  }
  return pieces;
}

function mutateOne(pieces: Piece[], random: Random): void {
  const index = below(random, pieces.length);
  const piece = pieces[index];
  if (piece === undefined) return;
  const what = below(random, 10);
  if (what === 0) pieces.splice(index, 1);
  else if (what === 1) pieces.splice(below(random, pieces.length), 0, { ...piece });
  else if (what === 2) pieces.push(...pieces.splice(index, 1));
  else if (what === 3) piece.header.writeUInt8(below(random, 8), 0);
  else if (what === 4) piece.header.writeUInt32LE(below(random, 2 ** 32), 4 + 4 * below(random, 3));
  else if (what === 5) flip(piece.payload, random, 1 + below(random, 4));
  else {
    // What a checksum does not catch: the payload is wrong, and its sum right.
    const compressed = ([false, true, "brotli"] as const)[piece.header.readUInt8(1)] ?? false;
    let payload = plainOr(piece.payload, compressed);
    if (what === 6) payload = payload.subarray(0, below(random, payload.length + 1));
    else if (what === 7) payload = Buffer.concat([payload, Buffer.from(longNumber(random))]);
    else if (what === 8) {
      const at = below(random, payload.length + 1);
      payload = Buffer.concat([payload.subarray(0, at), Buffer.from(longNumber(random)), payload.subarray(at)]);
    } else {
      payload = Buffer.from(payload);
      flip(payload, random, 1 + below(random, 8));
    }
    seal(piece, payload, compressed, random);
  }
}

function plainOr(payload: Buffer, compressed: Compressed): Buffer {
  try {
    if (compressed === false) return payload;
    return compressed === "brotli" ? brotliDecompressSync(payload) : inflateRawSync(payload);
  } catch {
    return payload;
  }
}

function seal(piece: Piece, payload: Buffer, compressed: Compressed, random: Random): void {
  piece.payload = compressedBytes(payload, compressed);
  piece.header.writeUInt8(compressionNumber(compressed), 1);
  piece.header.writeUInt32LE(piece.payload.length, 4);
  // Now and then the length that is told is not that of the data.
  piece.header.writeUInt32LE(random() < 0.05 ? below(random, 2 ** 24) : payload.length, 8);
  piece.header.writeUInt32LE(crc32(piece.payload), 12);
}

/** A number from one to eleven bytes long. */
function longNumber(random: Random): readonly number[] {
  const length = 1 + below(random, 11);
  return Array.from({ length }, (_, index) => below(random, 128) | (index === length - 1 ? 0 : 128));
}

function flip(bytes: Buffer, random: Random, times: number): void {
  if (bytes.length === 0) return;
  for (let time = 0; time < times; time += 1) {
    const at = below(random, bytes.length);
    bytes[at] = random() < 0.5 ? below(random, 256) : (bytes[at] ?? 0) ^ (1 << below(random, 8));
  }
}
