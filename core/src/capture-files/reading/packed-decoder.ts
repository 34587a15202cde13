/**
 * Decodes packed events: columns, of which each event takes what it needs. One decoder for all packed chunks of a process: what it knows of one it needs for
 * the next.
 */

import { EventKind, OtherEvent, SpaceCode } from "../format/format.js";
import { PACKED_COLUMNS, PackedBits, PackedColumn, PackedHow, PackedKind } from "../format/packed-format.js";
import { type EventBatch, GONE, OTHER, PAIR } from "./event-batch.js";
import { EventFields, MAX_HANDLES, MAX_STACKS, MAX_THREADS, PADDING, TWO_TO_53 } from "./event-fields.js";
import { type Budget, Malformed } from "./malformed.js";
import { PackedAddresses } from "./packed-addresses.js";
import { PackedKeys } from "./packed-keys.js";

export class PackedDecoder {
  readonly #allocators: number;
  /** `null`: blocks are told by their numbers. */
  readonly #known: PackedAddresses | null;
  readonly #keys: PackedKeys;
  /** The last column; all the others lie before it. */
  readonly #fields = new EventFields();
  /** Any of the others, for what is rare. */
  readonly #column = new EventFields();
  /** Where the next number of each column is. */
  readonly #at = new Uint32Array(PACKED_COLUMNS);
  readonly #ends = new Uint32Array(PACKED_COLUMNS);
  #begin = 0;
  #thread = 0;
  /** Of allocations. */
  #count = 0;
  /** Of the block that was freed last. */
  #freed = 0;
  #handle = 0;

  /**
   * @param allocators how many there are
   * @param told "addresses": batches are as those of events that are not packed; "numbers": blocks are known by the numbers of their allocations, one that
   *   is freed at once is a `PAIR`, and one whose address is given out anew is `GONE`. Frees of unknown blocks, and their like, are then not told, and
   *   what a key says is in the batch where the key comes first
   */
  constructor(allocators: number, told: "addresses" | "numbers", budget: Budget) {
    this.#allocators = allocators;
    this.#known = told === "addresses" ? new PackedAddresses(budget) : null;
    this.#keys = new PackedKeys(budget);
  }

  /**
   * Begins a chunk. The payload is copied.
   *
   * @throws Malformed
   */
  start(payload: Uint8Array): void {
    const needed = payload.length + PADDING;
    const fields = this.#fields;
    if (fields.bytes.length < needed) fields.bytes = new Uint8Array(Math.max(needed, fields.bytes.length * 2));
    fields.bytes.set(payload);
    fields.bytes.fill(0, payload.length, needed);
    this.#column.bytes = fields.bytes;
    // Nothing is decoded where the next lines throw.
    this.#at.fill(0);
    this.#ends.fill(0);
    fields.at = 0;
    const lengths = Array.from({ length: PACKED_COLUMNS }, () => fields.below(payload.length + 1, "a column's length"));
    let at = fields.at;
    if (lengths.reduce((sum, length) => sum + length, at) !== payload.length) {
      throw new Malformed("the columns' lengths are not the chunk's");
    }
    for (const [column, length] of lengths.entries()) {
      this.#at[column] = at;
      at += length;
      this.#ends[column] = at;
    }
    this.#begin = this.#at[PackedColumn.events] as number;
    fields.at = this.#at[PackedColumn.fields] as number;
    fields.end = payload.length;
    this.#thread = 0;
  }

  /** Events that were decoded. */
  get at(): number {
    return (this.#at[PackedColumn.events] as number) - this.#begin;
  }

  /**
   * Fills the batch anew.
   *
   * @returns `false`: there was nothing left
   * @throws Malformed the batch then holds the events before it
   */
  next(batch: EventBatch): boolean {
    batch.clear();
    batch.hasKeys = true;
    batch.hasNumbers = this.#known === null;
    const { bytes } = this.#fields;
    const ends = this.#ends;
    const at = this.#at;
    const end = ends[PackedColumn.events] as number;
    const keysEnd = ends[PackedColumn.keys] as number;
    const sizesEnd = ends[PackedColumn.sizes] as number;
    const keys = this.#keys;
    const known = this.#known;
    const { kind: kinds, thread: threads, address: addresses, bytes: sizes, stack: stacks } = batch;
    const { space: spaces, allocator: allocators, key: keyColumn } = batch;
    // A pair may be two.
    const most = kinds.length - 1;
    let keyAt = at[PackedColumn.keys] as number;
    let sizeAt = at[PackedColumn.sizes] as number;
    let index = 0;
    for (let event = at[PackedColumn.events] as number; event < end && index < most; event += 1) {
      const first = bytes[event] as number;
      if ((first & PackedBits.unused) !== 0) throw new Malformed("an event has bits that are not known");
      const kind = first & PackedBits.kind;
      if (kind === PackedKind.allocation || kind === PackedKind.pair) {
        let key = bytes[keyAt] as number;
        keyAt += 1;
        if (key >= 0x80) {
          key = (key & 0x7f) | ((bytes[keyAt] as number) << 7);
          keyAt += 1;
          if (key >= 0x4000) {
            at[PackedColumn.keys] = keyAt - 2;
            key = this.#unsigned(PackedColumn.keys);
            keyAt = at[PackedColumn.keys] as number;
          }
        }
        let size = bytes[sizeAt] as number;
        sizeAt += 1;
        if (size >= 0x80) {
          size = (size & 0x7f) | ((bytes[sizeAt] as number) << 7);
          sizeAt += 1;
          if (size >= 0x4000) {
            at[PackedColumn.sizes] = sizeAt - 2;
            size = this.#unsigned(PackedColumn.sizes);
            sizeAt = at[PackedColumn.sizes] as number;
          }
        }
        if (sizeAt > sizesEnd || keyAt > keysEnd) throw new Malformed("an event is cut off");
        const isNew = key >= keys.count;
        if (isNew) this.#readKey(key);
        const number = this.#count + 1;
        this.#count = number;
        const thread = keys.thread[key] as number;
        this.#thread = thread;
        kinds[index] = EventKind.allocation;
        threads[index] = thread;
        if (isNew || known !== null) {
          spaces[index] = keys.space[key] as number;
          allocators[index] = keys.allocator[key] as number;
          stacks[index] = keys.stack[key] as number;
        }
        keyColumn[index] = key;
        sizes[index] = size;
        if (known === null) {
          addresses[index] = number;
          if (kind === PackedKind.pair) {
            kinds[index] = PAIR;
            this.#freed = number;
          }
        } else {
          const how = (first >> PackedBits.howShift) & 3;
          addresses[index] = known.allocate(number, size, how, this.#difference(how));
          if (kind === PackedKind.pair) {
            this.#freed = number;
            index += 1;
            kinds[index] = EventKind.free;
            threads[index] = thread;
            addresses[index] = known.free(number);
          }
        }
        index += 1;
      } else {
        index += this.#rare(batch, index, first, kind);
      }
      batch.count = index;
      at[PackedColumn.events] = event + 1;
    }
    at[PackedColumn.keys] = keyAt;
    at[PackedColumn.sizes] = sizeAt;
    return index > 0;
  }

  /** @returns how many events of the batch it is: none or one */
  #rare(batch: EventBatch, index: number, first: number, kind: number): number {
    if ((first & PackedBits.thread) !== 0) {
      this.#thread = this.#unsigned(PackedColumn.threads);
      if (this.#thread >= MAX_THREADS) throw new Malformed("a thread is out of range");
    }
    batch.thread[index] = this.#thread;
    switch (kind) {
      case PackedKind.free:
        batch.kind[index] = EventKind.free;
        batch.address[index] = this.#known?.free(this.#freedNumber()) ?? this.#freedNumber();
        return 1;
      case PackedKind.gone: {
        const number = this.#freedNumber();
        if (this.#known !== null) {
          // The allocation at its address says so.
          this.#known.gone(number);
          return 0;
        }
        batch.kind[index] = GONE;
        batch.address[index] = number;
        return 1;
      }
      case PackedKind.unknownFree: {
        if (this.#known === null) return 0;
        const how = (first >> PackedBits.howShift) & 3;
        batch.kind[index] = EventKind.free;
        batch.address[index] = this.#known.freeUnknown(how, this.#difference(how));
        return 1;
      }
      case PackedKind.heapAllocation:
      case PackedKind.heapFree:
        batch.kind[index] = kind;
        this.#heap(batch, index, kind);
        break;
      default: {
        const other = this.#fields.other(batch, index, this.#allocators);
        batch.kind[index] = OTHER + other;
        if (other === OtherEvent.restored && !this.#restored()) return 0;
      }
    }
    if (this.#fields.at > this.#fields.end) throw new Malformed("an event is cut off");
    return 1;
  }

  /** The number of the block that is freed. */
  #freedNumber(): number {
    const number = this.#freed + this.#signed(PackedColumn.frees);
    if (!(number >= 1 && number <= this.#count)) throw new Malformed("a block's number is out of range");
    this.#freed = number;
    return number;
  }

  #heap(batch: EventBatch, index: number, kind: number): void {
    const fields = this.#fields;
    const handle = this.#handle + fields.signed();
    if (!(handle >= 0 && handle < MAX_HANDLES)) throw new Malformed("a handle is out of range");
    this.#handle = handle;
    batch.address[index] = handle;
    batch.space[index] = SpaceCode.heap;
    batch.allocator[index] = 0;
    if (kind === PackedKind.heapFree) return;
    batch.bytes[index] = fields.unsigned();
    batch.stack[index] = fields.below(MAX_STACKS, "a stack");
  }

  /** @returns `false`: nothing came of it, and nobody who goes by numbers need know */
  #restored(): boolean {
    const fields = this.#fields;
    if (fields.byte() === 0) return this.#known !== null;
    const number = this.#count - fields.unsigned();
    const address = fields.unsigned();
    const size = fields.byte();
    if (number < 1) throw new Malformed("a block's number is out of range");
    this.#known?.restore(number, address, size);
    return true;
  }

  #readKey(key: number): void {
    const fields = this.#fields;
    if (key !== this.#keys.count) throw new Malformed(`key ${key} is not known`);
    const stack = fields.below(MAX_STACKS, "a stack");
    const thread = fields.below(MAX_THREADS, "a thread");
    const space = fields.byte();
    const allocator = fields.byte();
    if (fields.at > fields.end) throw new Malformed("an event is cut off");
    if (space === SpaceCode.heap || space > SpaceCode.native) throw new Malformed(`space ${space} is not known`);
    if (allocator >= this.#allocators) throw new Malformed("an allocator is out of range");
    this.#keys.add(stack, thread, space, allocator);
  }

  #difference(how: number): number {
    return how < PackedHow.units ? 0 : this.#signed(PackedColumn.addresses);
  }

  #unsigned(column: number): number {
    const value = this.#open(column).below(TWO_TO_53, "a number");
    this.#close(column);
    return value;
  }

  #signed(column: number): number {
    const value = this.#open(column).signed();
    this.#close(column);
    return value;
  }

  #open(column: number): EventFields {
    this.#column.at = this.#at[column] as number;
    return this.#column;
  }

  #close(column: number): void {
    if (this.#column.at > (this.#ends[column] as number)) throw new Malformed("an event is cut off");
    this.#at[column] = this.#column.at;
  }
}
