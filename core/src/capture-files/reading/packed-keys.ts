/** Keys of packed allocations: what stack, thread, space and allocator they have. Numbered from 0 in the order in which they come. */

import type { Budget } from "./malformed.js";

const FIRST_CAPACITY = 256;
const KEY_BYTES = 10;

export class PackedKeys {
  readonly #budget: Budget;
  count = 0;
  stack: Uint32Array = new Uint32Array(FIRST_CAPACITY);
  thread: Uint32Array = new Uint32Array(FIRST_CAPACITY);
  space: Uint8Array = new Uint8Array(FIRST_CAPACITY);
  allocator: Uint8Array = new Uint8Array(FIRST_CAPACITY);

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  add(stack: number, thread: number, space: number, allocator: number): void {
    if (this.count === this.stack.length) this.#grow();
    this.stack[this.count] = stack;
    this.thread[this.count] = thread;
    this.space[this.count] = space;
    this.allocator[this.count] = allocator;
    this.count += 1;
  }

  #grow(): void {
    const capacity = this.count * 2;
    this.#budget.take(this.count * KEY_BYTES);
    const larger = <T extends Uint32Array | Uint8Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.stack = larger(this.stack, new Uint32Array(capacity));
    this.thread = larger(this.thread, new Uint32Array(capacity));
    this.space = larger(this.space, new Uint8Array(capacity));
    this.allocator = larger(this.allocator, new Uint8Array(capacity));
  }
}
