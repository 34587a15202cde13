/** One process of a file, as found when the file is opened: everything but its events. */

import type { FileHandle } from "node:fs/promises";
import { ChunkKind, FILE_HEADER_BYTES } from "../format/format.js";
import type { CaptureDamage, CaptureProcess } from "../model/capture.js";
import { nothingReadable } from "./capture-errors.js";
import { type ChunksEnd, payloadOf, readChunks } from "./chunks.js";
import { Definitions } from "./definitions.js";
import { createBudget, DEFINITIONS_LIMIT_BYTES, Malformed } from "./malformed.js";
import { parseEnd, parseMeta } from "./parse-json-chunk.js";

export interface RecordedProcess extends Omit<CaptureProcess, "unreadModules"> {
  readonly fileBytes: number;
  /** Where its chunks begin and end in the file. */
  readonly from: number;
  readonly to: number;
  readonly definitions: Definitions;
  /** Some of its events are not packed. */
  readonly hasPlainEvents: boolean;
  /** Where its last chunk of sums begins; `null`: there is none. */
  readonly sumsFrom: number | null;
}

type Found = { -readonly [Key in keyof RecordedProcess]: RecordedProcess[Key] };

/** @throws MemspecError `MEMSPEC_CAPTURE_DAMAGED` where not even the first chunk can be read */
export async function findProcesses(
  path: string,
  file: FileHandle,
  fileBytes: number,
): Promise<readonly RecordedProcess[]> {
  const found: Found[] = [];
  const budget = createBudget(DEFINITIONS_LIMIT_BYTES);
  const ended: ChunksEnd = { damage: null };
  let damage: CaptureDamage | null = null;
  for await (const chunk of readChunks(file, FILE_HEADER_BYTES, fileBytes, ended)) {
    if (chunk.kind === ChunkKind.events || chunk.kind === ChunkKind.packedEvents) {
      setEnd(found, chunk.to);
      const process = found.at(-1);
      if (process !== undefined && chunk.kind === ChunkKind.events) process.hasPlainEvents = true;
      continue;
    }
    const payload = await payloadOf(chunk);
    try {
      if (payload === null) throw new Malformed("a chunk cannot be inflated");
      const last = found.at(-1);
      if (chunk.kind === ChunkKind.meta) {
        const meta = parseMeta(payload);
        const definitions = new Definitions(budget);
        const at = { from: chunk.from, to: chunk.to };
        found.push({
          path,
          fileBytes,
          meta,
          end: null,
          damage: null,
          ...at,
          definitions,
          hasPlainEvents: false,
          sumsFrom: null,
        });
      } else if (last === undefined) throw new Malformed("the description of the recording is missing");
      else if (chunk.kind === ChunkKind.definitions) last.definitions.read(payload);
      else if (chunk.kind === ChunkKind.end) last.end = parseEnd(payload);
      else if (chunk.kind === ChunkKind.sums) last.sumsFrom = chunk.from;
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      damage = { atByte: chunk.from, reason: error.message };
      break;
    }
    setEnd(found, chunk.to);
  }
  damage ??= ended.damage;
  const last = found.at(-1);
  if (last === undefined) {
    const { atByte, reason } = damage ?? { atByte: FILE_HEADER_BYTES, reason: "there is nothing behind the header" };
    throw nothingReadable(path, atByte, reason);
  }
  last.damage = damage;
  return found;
}

function setEnd(found: readonly Found[], to: number): void {
  const last = found.at(-1);
  if (last !== undefined) last.to = to;
}
