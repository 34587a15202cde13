/** Numbers and bytes out of a payload, one after the other. For what is not hot: definitions and sums. */

import { Malformed } from "./malformed.js";

const LARGEST = Number.MAX_SAFE_INTEGER;

export class ByteCursor {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get at(): number {
    return this.#at;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  u8(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new Malformed("a record is cut off");
    this.#at += 1;
    return byte;
  }

  /** Above 2^53, which only addresses of code reach, the nearest double. */
  uLarge(): number {
    let value = 0;
    let scale = 1;
    for (let length = 1; length <= 10; length += 1) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw new Malformed("a number is longer than ten bytes");
  }

  u(): number {
    const value = this.uLarge();
    if (value > LARGEST) throw new Malformed("a number is too large");
    return value;
  }

  /** A number below `limit`. */
  below(limit: number, what: string): number {
    const value = this.uLarge();
    if (value >= limit) throw new Malformed(`${what} ${value} is out of range`);
    return value;
  }

  bytes(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw new Malformed("a record is cut off");
    const from = this.#at;
    this.#at += length;
    return this.#bytes.subarray(from, this.#at);
  }
}
