/**
 * What is alive, by address: one flat table with open addressing, linear probing and deletion that closes the gap. 24 bytes a slot, at most
 * two thirds of the slots in use.
 *
 * Addresses come as a column and an index in it: as an argument by itself, a number above 2^31 would be an object on the heap at each call.
 *
 * A slot as 64-bit numbers: [address + 1 (0: empty), -, -]; as 32-bit ones: [-, -, bytes, group, born, windows].
 */

import { type Budget, checkCount } from "./malformed.js";

const FIRST_CAPACITY = 2 ** 12;
const SLOT_BYTES = 24;
/** The bytes of a block that has so many or more are in a map of their own. */
const HUGE = 2 ** 32 - 1;

/** Odd numbers that a file cannot know: addresses that all fall into one place cannot be made up. */
const MIX_LOW = (Math.random() * 2 ** 32) | 1;
const MIX_HIGH = (Math.random() * 2 ** 32) | 1;

export class LiveTable {
  readonly #budget: Budget;
  readonly #huge = new Map<number, number>();
  #shift = 32 - Math.log2(FIRST_CAPACITY);
  #mask = FIRST_CAPACITY - 1;
  #limit = limitOf(FIRST_CAPACITY);
  #count = 0;
  #wide: Float64Array;
  #narrow: Uint32Array;

  constructor(budget: Budget) {
    this.#budget = budget;
    const memory = new ArrayBuffer(FIRST_CAPACITY * SLOT_BYTES);
    this.#wide = new Float64Array(memory);
    this.#narrow = new Uint32Array(memory);
  }

  get count(): number {
    return this.#count;
  }

  get capacity(): number {
    return this.#mask + 1;
  }

  /** @returns the slot, -1: none; valid until the table changes */
  find(addresses: Float64Array, index: number): number {
    const wide = this.#wide;
    const mask = this.#mask;
    const key = (addresses[index] as number) + 1;
    let slot = (Math.imul(key | 0, MIX_LOW) + Math.imul((key / 2 ** 32) | 0, MIX_HIGH)) >>> this.#shift;
    for (;;) {
      const found = wide[slot * 3] as number;
      if (found === key) return slot;
      if (found === 0) return -1;
      slot = (slot + 1) & mask;
    }
  }

  /** The address is not in the table. */
  add(addresses: Float64Array, index: number, bytes: number, group: number, born: number, windows: number): void {
    if (this.#count >= this.#limit) this.#grow();
    const mask = this.#mask;
    const wide = this.#wide;
    const key = (addresses[index] as number) + 1;
    let slot = (Math.imul(key | 0, MIX_LOW) + Math.imul((key / 2 ** 32) | 0, MIX_HIGH)) >>> this.#shift;
    while (wide[slot * 3] !== 0) slot = (slot + 1) & mask;
    wide[slot * 3] = key;
    const at = slot * 6;
    const narrow = this.#narrow;
    if (bytes < HUGE) narrow[at + 2] = bytes;
    else {
      narrow[at + 2] = HUGE;
      this.#huge.set(key - 1, bytes);
      checkCount(this.#huge.size, "blocks of 4 GiB or more");
    }
    narrow[at + 3] = group;
    narrow[at + 4] = born;
    narrow[at + 5] = windows;
    this.#count += 1;
  }

  isUsed(slot: number): boolean {
    return this.#wide[slot * 3] !== 0;
  }

  bytes(slot: number): number {
    const bytes = this.#narrow[slot * 6 + 2] as number;
    return bytes < HUGE ? bytes : (this.#huge.get((this.#wide[slot * 3] as number) - 1) ?? 0);
  }

  group(slot: number): number {
    return this.#narrow[slot * 6 + 3] as number;
  }

  born(slot: number): number {
    return this.#narrow[slot * 6 + 4] as number;
  }

  windows(slot: number): number {
    return this.#narrow[slot * 6 + 5] as number;
  }

  /** Takes a slot out. Others may move into it. */
  remove(slot: number): void {
    const wide = this.#wide;
    const narrow = this.#narrow;
    const mask = this.#mask;
    if (narrow[slot * 6 + 2] === HUGE) this.#huge.delete((wide[slot * 3] as number) - 1);
    let hole = slot;
    let at = slot;
    for (;;) {
      at = (at + 1) & mask;
      const key = wide[at * 3] as number;
      if (key === 0) break;
      const home = (Math.imul(key | 0, MIX_LOW) + Math.imul((key / 2 ** 32) | 0, MIX_HIGH)) >>> this.#shift;
      // What is as far from its home as the hole, or farther, moves into it.
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        wide[hole * 3] = key;
        for (let field = 2; field < 6; field += 1) narrow[hole * 6 + field] = narrow[at * 6 + field] as number;
        hole = at;
      }
    }
    wide[hole * 3] = 0;
    narrow[hole * 6 + 2] = 0;
    this.#count -= 1;
  }

  #grow(): void {
    const capacity = (this.#mask + 1) * 2;
    this.#budget.take((capacity * SLOT_BYTES) / 2);
    const oldWide = this.#wide;
    const oldNarrow = this.#narrow;
    const oldCapacity = this.#mask + 1;
    const memory = new ArrayBuffer(capacity * SLOT_BYTES);
    const wide = new Float64Array(memory);
    const narrow = new Uint32Array(memory);
    const mask = capacity - 1;
    this.#wide = wide;
    this.#narrow = narrow;
    this.#mask = mask;
    this.#shift -= 1;
    this.#limit = limitOf(capacity);
    for (let from = 0; from < oldCapacity; from += 1) {
      const key = oldWide[from * 3] as number;
      if (key === 0) continue;
      let slot = (Math.imul(key | 0, MIX_LOW) + Math.imul((key / 2 ** 32) | 0, MIX_HIGH)) >>> this.#shift;
      while (wide[slot * 3] !== 0) slot = (slot + 1) & mask;
      wide[slot * 3] = key;
      for (let field = 2; field < 6; field += 1) narrow[slot * 6 + field] = oldNarrow[from * 6 + field] as number;
    }
  }
}

function limitOf(capacity: number): number {
  return Math.floor((capacity * 2) / 3);
}
