/** Sampled objects of the heap, from their birth to the collection that ends them. */

import { SpaceCode } from "../format/format.js";
import type { Accounts } from "./accounts.js";
import { LiveTable } from "./live-table.js";
import { type Budget, Malformed } from "./malformed.js";

const MAX_INTERVALS = 256;
/** Slots that all ends of heaps together may look at: a file of a real program has a few thousand ends. */
const MAX_SWEPT = 2 ** 32;
/** Bits of "born" in the table that hold how many collections had begun; above them is the number of the interval. */
const BEGUN_BITS = 24;
const BEGUN_MASK: number = 2 ** BEGUN_BITS - 1;

export class HeapObjects {
  readonly #accounts: Accounts;
  readonly #isolateOf: (thread: number) => number;
  readonly #objects: LiveTable;
  /** Intervals of sampling that occur, and the number of the one that a thread has now, from 1. */
  readonly #intervals: number[] = [];
  readonly #intervalOf = new Map<number, number>();
  readonly #keys = new Float64Array(1);
  #swept = 0;

  /** @param isolateOf a thread's; 0: none is known */
  constructor(accounts: Accounts, isolateOf: (thread: number) => number, budget: Budget) {
    this.#accounts = accounts;
    this.#isolateOf = isolateOf;
    this.#objects = new LiveTable(budget);
  }

  sampling(thread: number, interval: number): void {
    let number = this.#intervals.indexOf(interval) + 1;
    if (number === 0) number = this.#intervals.push(interval);
    if (number >= MAX_INTERVALS) throw new Malformed("there are too many intervals of sampling");
    this.#intervalOf.set(thread, number);
  }

  born(thread: number, handle: number, bytes: number, stack: number): void {
    // 0: no `sampling` came before, so it stands for itself, which is the least it can be.
    const interval = this.#intervalOf.get(thread) ?? 0;
    const weight = weightOf(bytes, this.#intervals[interval - 1] ?? 1);
    const there = this.#objects.find(this.#key(handle), 0);
    if (there >= 0) this.#take(there);
    const accounts = this.#accounts;
    const group = accounts.groups.of(stack, thread, SpaceCode.heap, 0);
    const begun = accounts.heap.collectionsBegun(this.#isolateOf(thread)) & BEGUN_MASK;
    const born = ((interval << BEGUN_BITS) | begun) >>> 0;
    this.#objects.add(this.#key(handle), 0, bytes, group, born, accounts.openWindows);
    accounts.countAllocated(group, weight * bytes, weight);
    accounts.give(group, SpaceCode.heap, weight * bytes, weight, accounts.openWindows);
  }

  collected(handle: number): void {
    const objects = this.#objects;
    const slot = objects.find(this.#key(handle), 0);
    if (slot < 0) return;
    const group = objects.group(slot);
    const born = objects.born(slot);
    const begun = this.#accounts.heap.collectionsBegun(this.#isolateOf(this.#accounts.groups.thread(group)));
    if (((begun - born) & BEGUN_MASK) <= 1) {
      const bytes = objects.bytes(slot);
      const weight = this.#weight(bytes, born);
      // The heap's is the same for all thresholds.
      this.#accounts.countTemporary(group, bytes * weight, weight, 0);
    }
    this.#take(slot);
  }

  /** The isolate is gone, with all its objects. */
  end(isolate: number): void {
    const objects = this.#objects;
    if (objects.count === 0) return;
    this.#swept += objects.capacity;
    if (this.#swept > MAX_SWEPT) throw new Malformed("heaps end too often");
    for (let slot = 0; slot < objects.capacity; ) {
      const isIts =
        objects.isUsed(slot) && this.#isolateOf(this.#accounts.groups.thread(objects.group(slot))) === isolate;
      if (isIts) this.#take(slot);
      // Another may have moved into the slot.
      else slot += 1;
    }
  }

  /** All events were read: what is alive is told to `temporal`. */
  tellLive(): void {
    const objects = this.#objects;
    for (let slot = 0; slot < objects.capacity; slot += 1) {
      if (!objects.isUsed(slot)) continue;
      const bytes = objects.bytes(slot);
      const weight = this.#weight(bytes, objects.born(slot));
      this.#accounts.temporal?.live(objects.group(slot), objects.windows(slot), bytes * weight, weight);
    }
  }

  #take(slot: number): void {
    const objects = this.#objects;
    const bytes = objects.bytes(slot);
    const weight = this.#weight(bytes, objects.born(slot));
    this.#accounts.take(objects.group(slot), bytes * weight, weight, objects.windows(slot));
    objects.remove(slot);
  }

  #weight(bytes: number, born: number): number {
    return weightOf(bytes, this.#intervals[(born >>> BEGUN_BITS) - 1] ?? 1);
  }

  /** As the table wants it: an address of 16 bytes. */
  #key(handle: number): Float64Array {
    this.#keys[0] = handle * 16;
    return this.#keys;
  }
}

/** Objects that a sample stands for. */
function weightOf(bytes: number, interval: number): number {
  return interval <= 1 || bytes === 0 ? 1 : 1 / -Math.expm1(-bytes / interval);
}
