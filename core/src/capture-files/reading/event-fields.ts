/** Fields of events, one after the other: numbers, and whole events of the rare kinds. What is cut off is seen by whoever asks for it: `at` is then beyond `end`. */

import { OtherEvent, SpaceCode } from "../format/format.js";
import type { EventBatch } from "./event-batch.js";
import { Malformed } from "./malformed.js";

/** Zeros behind the bytes: a number that is cut off ends in them. */
export const PADDING = 32;
export const TWO_TO_53: number = 2 ** 53;
export const MAX_THREADS: number = 2 ** 20;
export const MAX_ISOLATES: number = 2 ** 16;
export const MAX_STACKS: number = 2 ** 32;
/** Handles are kept as addresses of 16 bytes each. */
export const MAX_HANDLES: number = 2 ** 49;

export class EventFields {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  end = 0;

  /** An event without a kind of its own. @returns its kind */
  other(batch: EventBatch, index: number, allocators: number): number {
    const kind = this.byte();
    switch (kind) {
      case OtherEvent.levels: {
        batch.address[index] = batch.valueCount;
        for (let field = 0; field < 5; field += 1) batch.addValue(this.unsigned());
        const isolates = this.below(MAX_ISOLATES, "a number of isolates");
        if (isolates > this.end - this.at) throw new Malformed("a record is cut off");
        batch.addValue(isolates);
        for (let isolate = 0; isolate < isolates; isolate += 1) {
          batch.addValue(this.below(MAX_ISOLATES, "an isolate"));
          batch.addValue(this.unsigned());
          batch.addValue(this.unsigned());
        }
        break;
      }
      case OtherEvent.collectionBegins:
      case OtherEvent.collectionEnded:
        batch.address[index] = batch.valueCount;
        batch.addValue(this.unsigned());
        batch.addValue(this.below(MAX_ISOLATES, "an isolate"));
        batch.addValue(this.unsigned());
        batch.addValue(this.unsigned());
        break;
      case OtherEvent.restored:
        break;
      case OtherEvent.map:
      case OtherEvent.commit: {
        this.#range(batch, index);
        const space = this.unsigned();
        if (space === SpaceCode.heap || space > SpaceCode.native) throw new Malformed(`space ${space} is not known`);
        batch.space[index] = space;
        batch.allocator[index] = this.below(allocators, "an allocator");
        batch.stack[index] = this.below(MAX_STACKS, "a stack");
        break;
      }
      case OtherEvent.unmap:
        this.#range(batch, index);
        break;
      case OtherEvent.sampling:
        batch.bytes[index] = this.unsigned();
        batch.stack[index] = this.below(MAX_STACKS, "flags");
        break;
      case OtherEvent.heapEnds:
        batch.address[index] = this.below(MAX_ISOLATES, "an isolate");
        break;
      case OtherEvent.missed:
        batch.bytes[index] = this.unsigned();
        break;
      default:
        throw new Malformed(`an event of kind 0.${kind} is not known`);
    }
    return kind;
  }

  #range(batch: EventBatch, index: number): void {
    const address = this.unsigned();
    const bytes = this.unsigned();
    if (address + bytes >= TWO_TO_53) throw new Malformed("an address is out of range");
    batch.address[index] = address;
    batch.bytes[index] = bytes;
  }

  byte(): number {
    const byte = this.bytes[this.at] as number;
    this.at += 1;
    return byte;
  }

  unsigned(): number {
    return this.below(TWO_TO_53, "a number");
  }

  below(limit: number, what: string): number {
    let value = 0;
    let scale = 1;
    for (let length = 1; length <= 10; length += 1) {
      const byte = this.bytes[this.at] as number;
      this.at += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value >= limit) throw new Malformed(`${what} is out of range`);
        return value;
      }
      scale *= 128;
    }
    throw new Malformed("a number is longer than ten bytes");
  }

  signed(): number {
    let byte = this.bytes[this.at] as number;
    const negative = (byte & 1) === 1;
    let half = (byte & 0x7f) >> 1;
    let scale = 64;
    for (let length = 1; byte >= 0x80; length += 1) {
      if (length === 10) throw new Malformed("a number is longer than ten bytes");
      this.at += 1;
      byte = this.bytes[this.at] as number;
      half += (byte & 0x7f) * scale;
      scale *= 128;
    }
    this.at += 1;
    return negative ? -half - 1 : half;
  }
}
