/** The events chunks of one process, inflated ahead on other threads while this one decodes. */

import type { FileHandle } from "node:fs/promises";
import { ChunkKind, Compression } from "../format/format.js";
import type { CaptureDamage } from "../model/capture.js";
import { type ChunksEnd, payloadOf, readChunks } from "./chunks.js";

/** Chunks that are on their way. */
const AHEAD = 4;

export interface EventPayload {
  /** `ChunkKind.events` or `packedEvents`. */
  readonly kind: number;
  /** Where its chunk begins and ends in the file. */
  readonly from: number;
  readonly to: number;
  /** Valid until the next one is asked for. `null`: it cannot be inflated. */
  readonly payload: Uint8Array | null;
}

/** `damage` of `ended`: the file has changed since it was opened. */
export async function* eventPayloads(
  file: FileHandle,
  range: { readonly from: number; readonly to: number },
  ended: ChunksEnd,
): AsyncGenerator<EventPayload, void, void> {
  const pending: Promise<EventPayload>[] = [];
  for await (const chunk of readChunks(file, range.from, range.to, ended)) {
    const { kind, from, to } = chunk;
    if (kind !== ChunkKind.events && kind !== ChunkKind.packedEvents) continue;
    if (chunk.compression === Compression.none) {
      for (let next = pending.shift(); next !== undefined; next = pending.shift()) yield await next;
      yield { kind, from, to, payload: chunk.payload };
      continue;
    }
    // A copy: the next chunk is read into the same buffer.
    const payload = payloadOf({ ...chunk, payload: new Uint8Array(chunk.payload) });
    pending.push(payload.then((inflated) => ({ kind, from, to, payload: inflated })));
    const first = pending.length > AHEAD ? pending.shift() : undefined;
    if (first !== undefined) yield await first;
  }
  for (const each of pending) yield await each;
}

/** Where a payload is wrong. */
export function damageIn({ from }: EventPayload, reason: string): CaptureDamage {
  return { atByte: from, reason };
}
