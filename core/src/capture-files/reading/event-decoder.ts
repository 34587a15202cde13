/** Decodes the payload of an events chunk into batches. The loop that every record goes through: numbers are read in place, nothing is allocated. */

import { EventBits, EventKind, SpaceCode } from "../format/format.js";
import { type EventBatch, OTHER } from "./event-batch.js";
import { EventFields, MAX_HANDLES, MAX_STACKS, MAX_THREADS, PADDING, TWO_TO_53 } from "./event-fields.js";
import { Malformed } from "./malformed.js";

export class EventDecoder {
  readonly #allocators: number;
  readonly #fields = new EventFields();
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
    const fields = this.#fields;
    if (fields.bytes.length < needed) fields.bytes = new Uint8Array(Math.max(needed, fields.bytes.length * 2));
    fields.bytes.set(payload);
    fields.bytes.fill(0, payload.length, needed);
    fields.at = 0;
    fields.end = payload.length;
    this.#thread = 0;
    this.#allocator = 0;
    this.#address = 0;
    this.#stack = 0;
    this.#handle = 0;
  }

  /** Bytes of the payload that were decoded: whole records. */
  get at(): number {
    return this.#fields.at;
  }

  /**
   * Fills the batch anew.
   *
   * @returns `false`: there was nothing left
   * @throws Malformed the batch then holds the records before it
   */
  next(batch: EventBatch): boolean {
    batch.clear();
    const fields = this.#fields;
    const { bytes, end } = fields;
    const { kind: kinds, thread: threads, address: addresses, bytes: sizes, stack: stacks } = batch;
    let index = 0;
    while (fields.at < end && !(index === kinds.length)) {
      let at = fields.at;
      const first = bytes[at] as number;
      at += 1;
      const kind = first & EventBits.kind;
      let byte = 0;
      if ((first & EventBits.thread) !== 0) {
        byte = bytes[at] as number;
        at += 1;
        if (byte < 0x80) this.#thread = byte;
        else {
          fields.at = at - 1;
          this.#thread = fields.below(MAX_THREADS, "a thread");
          at = fields.at;
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
            fields.at = at - 4;
            delta = fields.signed();
            at = fields.at;
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
              fields.at = at - 2;
              size = fields.unsigned();
              at = fields.at;
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
              fields.at = at - 2;
              step = fields.signed();
              at = fields.at;
            }
          }
          const stack = this.#stack + step;
          if (!(stack >= 0 && stack < MAX_STACKS)) throw new Malformed("a stack is out of range");
          this.#stack = stack;
          stacks[index] = stack;
        }
        if (at > end) throw new Malformed("a record is cut off");
        fields.at = at;
        kinds[index] = kind;
      } else {
        fields.at = at;
        if (kind === EventKind.other) kinds[index] = OTHER + fields.other(batch, index, this.#allocators);
        else if (kind === EventKind.heapAllocation || kind === EventKind.heapFree) {
          this.#heap(batch, index, kind);
          kinds[index] = kind;
        } else throw new Malformed(`an event of kind ${kind} is not known`);
        if (fields.at > end) throw new Malformed("a record is cut off");
      }
      index += 1;
      batch.count = index;
    }
    return index > 0;
  }

  #heap(batch: EventBatch, index: number, kind: number): void {
    const fields = this.#fields;
    const handle = this.#handle + fields.signed();
    if (!(handle >= 0 && handle < MAX_HANDLES)) throw new Malformed("a handle is out of range");
    this.#handle = handle;
    batch.address[index] = handle;
    batch.space[index] = SpaceCode.heap;
    batch.allocator[index] = 0;
    if (kind === EventKind.heapFree) return;
    batch.bytes[index] = fields.unsigned();
    const stack = this.#stack + fields.signed();
    if (!(stack >= 0 && stack < MAX_STACKS)) throw new Malformed("a stack is out of range");
    this.#stack = stack;
    batch.stack[index] = stack;
  }
}
