/** Every event of a process as an object: for those who want to see them all. */

import type { FileHandle } from "node:fs/promises";
import { EventKind, OtherEvent, SpaceCode } from "../format/format.js";
import type { CaptureDamage, CaptureRecord } from "../model/capture.js";
import type { ChunksEnd } from "./chunks.js";
import { EventBatch, OTHER } from "./event-batch.js";
import { damageIn, eventPayloads } from "./event-payloads.js";
import { EventSource } from "./event-source.js";
import { createBudget, EVENTS_LIMIT_BYTES } from "./malformed.js";
import type { RecordedProcess } from "./recorded-process.js";
import { collectionKind } from "./timeline-builder.js";

/** @param threadOf the number by which a thread of the file is known */
export async function* readRecords(
  file: FileHandle,
  process: RecordedProcess,
  threadOf: (thread: number) => number,
): AsyncGenerator<CaptureRecord, void, void> {
  const source = new EventSource(process, "addresses", createBudget(EVENTS_LIMIT_BYTES));
  const batch = new EventBatch();
  const ended: ChunksEnd = { damage: null };
  let damage: CaptureDamage | null = null;
  for await (const chunk of eventPayloads(file, process, ended)) {
    let wrong: string | null = null;
    let more = true;
    batch.clear();
    try {
      source.start(chunk);
    } catch (error) {
      wrong = source.reasonOf(error);
    }
    while (more && wrong === null) {
      try {
        more = source.next(batch);
      } catch (error) {
        wrong = source.reasonOf(error);
      }
      for (let index = 0; index < batch.count; index += 1) yield recordOf(batch, index, process, threadOf);
    }
    if (wrong === null) continue;
    damage = damageIn(chunk, wrong);
    break;
  }
  damage ??= ended.damage ?? process.damage;
  if (damage !== null) yield { type: "damage", damage };
}

function recordOf(
  batch: EventBatch,
  index: number,
  { meta }: RecordedProcess,
  threadOf: (thread: number) => number,
): CaptureRecord {
  const kind = batch.kind[index];
  const thread = threadOf(batch.thread[index] ?? 0);
  const address = batch.address[index] ?? 0;
  const bytes = batch.bytes[index] ?? 0;
  const stack = batch.stack[index] ?? 0;
  const space = batch.space[index] === SpaceCode.buffers ? "buffers" : "native";
  const allocator = meta.allocators[batch.allocator[index] ?? 0] ?? "";
  switch (kind) {
    case EventKind.allocation:
      return { type: "allocation", space, address, bytes, thread, allocator, stack };
    case EventKind.free:
      return { type: "free", address, thread };
    case EventKind.heapAllocation:
      return { type: "heapAllocation", handle: address, bytes, thread, stack };
    case EventKind.heapFree:
      return { type: "heapFree", handle: address, thread };
    case OTHER + OtherEvent.levels:
      return levelsAt(batch, address);
    case OTHER + OtherEvent.collectionBegins:
    case OTHER + OtherEvent.collectionEnded:
      return {
        type: kind === OTHER + OtherEvent.collectionBegins ? "collectionBegins" : "collectionEnded",
        timeUs: batch.valueAt(address),
        isolate: batch.valueAt(address + 1),
        kind: collectionKind(batch.valueAt(address + 2)),
        used: batch.valueAt(address + 3),
      };
    case OTHER + OtherEvent.restored:
      return { type: "restored", thread };
    case OTHER + OtherEvent.map:
    case OTHER + OtherEvent.commit:
      return {
        type: kind === OTHER + OtherEvent.map ? "map" : "commit",
        space,
        address,
        bytes,
        thread,
        allocator,
        stack,
      };
    case OTHER + OtherEvent.unmap:
      return { type: "unmap", address, bytes, thread };
    case OTHER + OtherEvent.sampling:
      return { type: "sampling", thread, interval: bytes, collectedAreTold: (stack & 1) === 0 };
    case OTHER + OtherEvent.heapEnds:
      return { type: "heapEnds", isolate: address };
    default:
      return { type: "missed", count: bytes };
  }
}

function levelsAt(batch: EventBatch, at: number): CaptureRecord {
  return {
    type: "levels",
    timeUs: batch.valueAt(at),
    rss: batch.valueAt(at + 1),
    buffers: batch.valueAt(at + 2),
    native: batch.valueAt(at + 3),
    engine: batch.valueAt(at + 4),
    heaps: Array.from({ length: batch.valueAt(at + 5) }, (_, index) => ({
      isolate: batch.valueAt(at + 6 + 3 * index),
      used: batch.valueAt(at + 7 + 3 * index),
      committed: batch.valueAt(at + 8 + 3 * index),
    })),
  };
}
