/** Decodes the payload of an events chunk into batches. The loop that every record goes through: numbers are read in place, nothing is allocated. */

import { EventBits, EventKind, OtherEvent, SpaceCode } from "../format/format.js";
import { type EventBatch, OTHER } from "./event-batch.js";
import { Malformed } from "./malformed.js";

/** Zeros behind the payload: a number that is cut off ends in them, and the record is then seen to be longer than the payload. */
const PADDING = 32;
const TWO_TO_53 = 2 ** 53;
export const MAX_THREADS: number = 2 ** 20;
export const MAX_ISOLATES: number = 2 ** 16;
const MAX_STACKS = 2 ** 32;

export class EventDecoder {
  readonly #allocators: number;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;
  // What "before" means in the format.
  #thread = 0;
  #allocator = 0;
  #address = 0;
  #stack = 0;
  #handle = 0;

  /** @param allocators how many there are */
  constructor(allocators: number) {
    this.#allocators = allocators;
  }

  /** Begins a chunk. The payload is copied. */
  start(payload: Uint8Array): void {
    const needed = payload.length + PADDING;
    if (this.#bytes.length < needed) this.#bytes = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.set(payload);
    this.#bytes.fill(0, payload.length, needed);
    this.#at = 0;
    this.#end = payload.length;
    this.#thread = 0;
    this.#allocator = 0;
    this.#address = 0;
    this.#stack = 0;
    this.#handle = 0;
  }

  /** Bytes of the payload that were decoded: whole records. */
  get at(): number {
    return this.#at;
  }

  /**
   * Fills the batch anew.
   *
   * @returns `false`: there was nothing left
   * @throws Malformed the batch then holds the records before it
   */
  next(batch: EventBatch): boolean {
    batch.clear();
    const bytes = this.#bytes;
    const end = this.#end;
    const { kind: kinds, thread: threads, address: addresses, bytes: sizes, stack: stacks } = batch;
    let index = 0;
    while (this.#at < end && !(index === kinds.length)) {
      let at = this.#at;
      const first = bytes[at] as number;
      at += 1;
      const kind = first & EventBits.kind;
      let byte = 0;
      if ((first & EventBits.thread) !== 0) {
        byte = bytes[at] as number;
        at += 1;
        if (byte < 0x80) this.#thread = byte;
        else {
          this.#at = at - 1;
          this.#thread = this.#below(MAX_THREADS, "a thread");
          at = this.#at;
        }
      }
      threads[index] = this.#thread;
      if (kind === EventKind.allocation || kind === EventKind.free) {
        if (kind === EventKind.allocation) {
          if ((first & EventBits.allocator) !== 0) {
            this.#allocator = bytes[at] as number;
            at += 1;
            if (this.#allocator >= this.#allocators) throw new Malformed("an allocator is out of range");
          }
          batch.allocator[index] = this.#allocator;
          const space = (first & EventBits.space) >> EventBits.spaceShift;
          if (space === SpaceCode.heap || space > SpaceCode.native) throw new Malformed(`space ${space} is not known`);
          batch.space[index] = space;
        }
        // The address: signed.
        let delta = 0;
        byte = bytes[at] as number;
        at += 1;
        if (byte < 0x80) delta = (byte >> 1) ^ -(byte & 1);
        else {
          let value = byte & 0x7f;
          byte = bytes[at] as number;
          at += 1;
          value |= (byte & 0x7f) << 7;
          if (byte >= 0x80) {
            byte = bytes[at] as number;
            at += 1;
            value |= (byte & 0x7f) << 14;
            if (byte >= 0x80) {
              byte = bytes[at] as number;
              at += 1;
              value |= (byte & 0x7f) << 21;
            }
          }
          if (byte < 0x80) delta = (value >> 1) ^ -(value & 1);
          else {
            this.#at = at - 4;
            delta = this.#signed();
            at = this.#at;
          }
        }
        const address = this.#address + ((first & EventBits.unaligned) === 0 ? delta * 16 : delta);
        if (!(address >= 0 && address < TWO_TO_53)) throw new Malformed("an address is out of range");
        this.#address = address;
        addresses[index] = address;
        if (kind === EventKind.allocation) {
          // The size: unsigned.
          let size = bytes[at] as number;
          at += 1;
          if (size >= 0x80) {
            byte = bytes[at] as number;
            at += 1;
            size = (size & 0x7f) | ((byte & 0x7f) << 7);
            if (byte >= 0x80) {
              this.#at = at - 2;
              size = this.#unsigned();
              at = this.#at;
            }
          }
          sizes[index] = size;
          // The stack: signed.
          let step = 0;
          byte = bytes[at] as number;
          at += 1;
          if (byte < 0x80) step = (byte >> 1) ^ -(byte & 1);
          else {
            let value = byte & 0x7f;
            byte = bytes[at] as number;
            at += 1;
            value |= (byte & 0x7f) << 7;
            if (byte < 0x80) step = (value >> 1) ^ -(value & 1);
            else {
              this.#at = at - 2;
              step = this.#signed();
              at = this.#at;
            }
          }
          const stack = this.#stack + step;
          if (!(stack >= 0 && stack < MAX_STACKS)) throw new Malformed("a stack is out of range");
          this.#stack = stack;
          stacks[index] = stack;
        }
        if (at > end) throw new Malformed("a record is cut off");
        this.#at = at;
        kinds[index] = kind;
      } else {
        this.#at = at;
        if (kind === EventKind.other) kinds[index] = OTHER + this.#other(batch, index);
        else if (kind === EventKind.heapAllocation || kind === EventKind.heapFree) {
          this.#heap(batch, index, kind);
          kinds[index] = kind;
        } else throw new Malformed(`an event of kind ${kind} is not known`);
        if (this.#at > end) throw new Malformed("a record is cut off");
      }
      index += 1;
      batch.count = index;
    }
    return index > 0;
  }

  #heap(batch: EventBatch, index: number, kind: number): void {
    const handle = this.#handle + this.#signed();
    // Below 2^49: handles are kept as addresses of 16 bytes each.
    if (!(handle >= 0 && handle < TWO_TO_53 / 16)) throw new Malformed("a handle is out of range");
    this.#handle = handle;
    batch.address[index] = handle;
    batch.space[index] = SpaceCode.heap;
    batch.allocator[index] = 0;
    if (kind === EventKind.heapFree) return;
    batch.bytes[index] = this.#unsigned();
    const stack = this.#stack + this.#signed();
    if (!(stack >= 0 && stack < MAX_STACKS)) throw new Malformed("a stack is out of range");
    this.#stack = stack;
    batch.stack[index] = stack;
  }

  #other(batch: EventBatch, index: number): number {
    const kind = this.#bytes[this.#at] as number;
    this.#at += 1;
    switch (kind) {
      case OtherEvent.levels: {
        batch.address[index] = batch.valueCount;
        for (let field = 0; field < 5; field += 1) batch.addValue(this.#unsigned());
        const isolates = this.#below(MAX_ISOLATES, "a number of isolates");
        if (isolates > this.#end - this.#at) throw new Malformed("a record is cut off");
        batch.addValue(isolates);
        for (let isolate = 0; isolate < isolates; isolate += 1) {
          batch.addValue(this.#below(MAX_ISOLATES, "an isolate"));
          batch.addValue(this.#unsigned());
          batch.addValue(this.#unsigned());
        }
        break;
      }
      case OtherEvent.collectionBegins:
      case OtherEvent.collectionEnded:
        batch.address[index] = batch.valueCount;
        batch.addValue(this.#unsigned());
        batch.addValue(this.#below(MAX_ISOLATES, "an isolate"));
        batch.addValue(this.#unsigned());
        batch.addValue(this.#unsigned());
        break;
      case OtherEvent.restored:
        break;
      case OtherEvent.map:
      case OtherEvent.commit: {
        this.#range(batch, index);
        const space = this.#unsigned();
        if (space === SpaceCode.heap || space > SpaceCode.native) throw new Malformed(`space ${space} is not known`);
        batch.space[index] = space;
        batch.allocator[index] = this.#below(this.#allocators, "an allocator");
        batch.stack[index] = this.#below(MAX_STACKS, "a stack");
        break;
      }
      case OtherEvent.unmap:
        this.#range(batch, index);
        break;
      case OtherEvent.sampling:
        batch.bytes[index] = this.#unsigned();
        batch.stack[index] = this.#below(MAX_STACKS, "flags");
        break;
      case OtherEvent.heapEnds:
        batch.address[index] = this.#below(MAX_ISOLATES, "an isolate");
        break;
      case OtherEvent.missed:
        batch.bytes[index] = this.#unsigned();
        break;
      default:
        throw new Malformed(`an event of kind 0.${kind} is not known`);
    }
    return kind;
  }

  #range(batch: EventBatch, index: number): void {
    const address = this.#unsigned();
    const bytes = this.#unsigned();
    if (address + bytes >= TWO_TO_53) throw new Malformed("an address is out of range");
    batch.address[index] = address;
    batch.bytes[index] = bytes;
  }

  #unsigned(): number {
    return this.#below(TWO_TO_53, "a number");
  }

  #below(limit: number, what: string): number {
    let value = 0;
    let scale = 1;
    for (let length = 1; length <= 10; length += 1) {
      const byte = this.#bytes[this.#at] as number;
      this.#at += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value >= limit) throw new Malformed(`${what} is out of range`);
        return value;
      }
      scale *= 128;
    }
    throw new Malformed("a number is longer than ten bytes");
  }

  #signed(): number {
    let byte = this.#bytes[this.#at] as number;
    const negative = (byte & 1) === 1;
    let half = (byte & 0x7f) >> 1;
    let scale = 64;
    for (let length = 1; byte >= 0x80; length += 1) {
      if (length === 10) throw new Malformed("a number is longer than ten bytes");
      this.#at += 1;
      byte = this.#bytes[this.#at] as number;
      half += (byte & 0x7f) * scale;
      scale *= 128;
    }
    this.#at += 1;
    return negative ? -half - 1 : half;
  }
}
