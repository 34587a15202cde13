/**
 * Groups of allocations, one for each stack, thread, space and allocator, numbered from 0 in the order of their first allocation. Their figures
 * are columns of one flat array: `stride` numbers a group, of which `LedgerLayout` says what they are.
 */

import type { Budget } from "./malformed.js";

const FIRST_CAPACITY = 2 ** 10;
const MIX_STACK = 0x9e3779b1;
const MIX_REST = 0x85ebca6b;

export class GroupTable {
  readonly stride: number;
  readonly #budget: Budget;
  #count = 0;
  /** Group + 1; 0: empty. */
  #slots: Int32Array = new Int32Array(FIRST_CAPACITY * 2);
  #shift = 32 - Math.log2(FIRST_CAPACITY * 2);
  #stacks: Uint32Array = new Uint32Array(FIRST_CAPACITY);
  /** Thread, space and allocator. */
  #rest: Uint32Array = new Uint32Array(FIRST_CAPACITY);
  figures: Float64Array;
  #last = 0;

  constructor(stride: number, budget: Budget) {
    this.stride = stride;
    this.#budget = budget;
    this.figures = new Float64Array(FIRST_CAPACITY * stride);
  }

  get count(): number {
    return this.#count;
  }

  stack(group: number): number {
    return this.#stacks[group] as number;
  }

  thread(group: number): number {
    return (this.#rest[group] as number) >>> 10;
  }

  space(group: number): number {
    return ((this.#rest[group] as number) >>> 8) & 3;
  }

  allocator(group: number): number {
    return (this.#rest[group] as number) & 0xff;
  }

  /** The group's number; a new one's figures are zero. */
  of(stack: number, thread: number, space: number, allocator: number): number {
    const rest = (thread << 10) | (space << 8) | allocator;
    const last = this.#last;
    if (this.#stacks[last] === stack && this.#rest[last] === rest && last < this.#count) return last;
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = (Math.imul(stack, MIX_STACK) ^ Math.imul(rest, MIX_REST)) >>> this.#shift;
    for (;;) {
      const group = (slots[slot] as number) - 1;
      if (group === -1) break;
      if (this.#stacks[group] === stack && this.#rest[group] === rest) {
        this.#last = group;
        return group;
      }
      slot = (slot + 1) & mask;
    }
    return this.#add(slot, stack, rest);
  }

  #add(slot: number, stack: number, rest: number): number {
    const group = this.#count;
    this.#slots[slot] = group + 1;
    if (group === this.#stacks.length) this.#grow();
    this.#stacks[group] = stack;
    this.#rest[group] = rest;
    this.#count += 1;
    this.#last = group;
    return group;
  }

  #grow(): void {
    const capacity = this.#stacks.length * 2;
    this.#budget.take((capacity / 2) * (16 + 8 * this.stride));
    const stacks = new Uint32Array(capacity);
    stacks.set(this.#stacks);
    const rests = new Uint32Array(capacity);
    rests.set(this.#rest);
    const figures = new Float64Array(capacity * this.stride);
    figures.set(this.figures);
    this.#stacks = stacks;
    this.#rest = rests;
    this.figures = figures;
    this.#shift -= 1;
    const slots = new Int32Array(capacity * 2);
    const mask = slots.length - 1;
    for (let group = 0; group < this.#count; group += 1) {
      let slot =
        (Math.imul(stacks[group] as number, MIX_STACK) ^ Math.imul(rests[group] as number, MIX_REST)) >>> this.#shift;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = group + 1;
    }
    this.#slots = slots;
  }
}
