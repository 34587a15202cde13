/**
 * Groups of allocations, one for each stack, thread, space and allocator, numbered from 0 in the order of their first allocation. Their figures
 * are columns of one flat array: `stride` numbers a group, of which its owner says what they are.
 */

import type { Budget } from "./malformed.js";

const FIRST_CAPACITY = 2 ** 10;
/** Numbers of a slot of the index: stack, the rest of the key, group + 1 (0: empty), nothing. So a look-up touches one line of the cache. */
const SLOT = 4;
const MIX_STACK = 0x9e3779b1;
const MIX_REST = 0x85ebca6b;

export class GroupTable {
  readonly stride: number;
  readonly #budget: Budget;
  #count = 0;
  #slots: Uint32Array = new Uint32Array(FIRST_CAPACITY * 2 * SLOT);
  #shift = 32 - Math.log2(FIRST_CAPACITY * 2);
  #stacks: Uint32Array = new Uint32Array(FIRST_CAPACITY);
  /** Thread, space and allocator. */
  #rest: Uint32Array = new Uint32Array(FIRST_CAPACITY);
  figures: Float64Array;

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
    const rest = ((thread << 10) | (space << 8) | allocator) >>> 0;
    const slots = this.#slots;
    const mask = slots.length / SLOT - 1;
    let slot = (Math.imul(stack, MIX_STACK) ^ Math.imul(rest, MIX_REST)) >>> this.#shift;
    for (;;) {
      const at = slot * SLOT;
      const group = slots[at + 2] as number;
      if (group === 0) return this.#add(slot, stack, rest);
      if (slots[at] === stack && slots[at + 1] === rest) return group - 1;
      slot = (slot + 1) & mask;
    }
  }

  #add(slot: number, stack: number, rest: number): number {
    const group = this.#count;
    this.#fill(slot, stack, rest, group);
    if (group === this.#stacks.length) this.#grow();
    this.#stacks[group] = stack;
    this.#rest[group] = rest;
    this.#count += 1;
    return group;
  }

  #fill(slot: number, stack: number, rest: number, group: number): void {
    const at = slot * SLOT;
    this.#slots[at] = stack;
    this.#slots[at + 1] = rest;
    this.#slots[at + 2] = group + 1;
  }

  #grow(): void {
    const capacity = this.#stacks.length * 2;
    this.#budget.take((capacity / 2) * (8 + 8 * SLOT + 8 * this.stride));
    const stacks = new Uint32Array(capacity);
    stacks.set(this.#stacks);
    const rests = new Uint32Array(capacity);
    rests.set(this.#rest);
    const figures = new Float64Array(capacity * this.stride);
    figures.set(this.figures);
    this.#stacks = stacks;
    this.#rest = rests;
    this.figures = figures;
    const old = this.#slots;
    this.#slots = new Uint32Array(capacity * 2 * SLOT);
    this.#shift -= 1;
    const mask = capacity * 2 - 1;
    for (let from = 0; from < old.length; from += SLOT) {
      const group = old[from + 2] as number;
      if (group === 0) continue;
      const stack = old[from] as number;
      const rest = old[from + 1] as number;
      let slot = (Math.imul(stack, MIX_STACK) ^ Math.imul(rest, MIX_REST)) >>> this.#shift;
      while (this.#slots[slot * SLOT + 2] !== 0) slot = (slot + 1) & mask;
      this.#fill(slot, stack, rest, group - 1);
    }
  }
}
