/** A column of whole numbers that grows. */

import type { Budget } from "./malformed.js";

export class Column32 {
  readonly #budget: Budget;
  #values: Uint32Array = new Uint32Array(256);
  #length = 0;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  get length(): number {
    return this.#length;
  }

  /** 0 beyond the end. */
  at(index: number): number {
    return index < this.#length ? (this.#values[index] as number) : 0;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      this.#budget.take(this.#values.length * 4);
      const larger = new Uint32Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length] = value;
    this.#length += 1;
  }
}

/** Likewise of numbers up to 2^53. */
export class Column64 {
  readonly #budget: Budget;
  #values: Float64Array = new Float64Array(256);
  #length = 0;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  at(index: number): number {
    return index < this.#length ? (this.#values[index] as number) : 0;
  }

  /** `undefined`: it is empty. */
  pop(): number | undefined {
    if (this.#length === 0) return undefined;
    this.#length -= 1;
    return this.#values[this.#length];
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      this.#budget.take(this.#values.length * 8);
      const larger = new Float64Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length] = value;
    this.#length += 1;
  }
}
