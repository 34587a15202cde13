/** Writes numbers as `docs/capture-format.md` says it. Of its own: it shares no code with the reader. */

export class ByteWriter {
  readonly #bytes: number[] = [];

  get length(): number {
    return this.#bytes.length;
  }

  u8(value: number): this {
    this.#bytes.push(value & 0xff);
    return this;
  }

  /** Any number of bytes, lowest first. */
  fixed(value: number, bytes: number): this {
    for (let rest = BigInt(value), left = bytes; left > 0; left -= 1, rest >>= 8n)
      this.#bytes.push(Number(rest & 0xffn));
    return this;
  }

  u(value: number | bigint): this {
    let rest = BigInt(value);
    while (rest >= 0x80n) {
      this.#bytes.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.#bytes.push(Number(rest));
    return this;
  }

  s(value: number | bigint): this {
    const whole = BigInt(value);
    return this.u(whole >= 0n ? whole * 2n : -whole * 2n - 1n);
  }

  raw(bytes: Iterable<number>): this {
    for (const byte of bytes) this.#bytes.push(byte);
    return this;
  }

  text(text: string): this {
    const bytes = Buffer.from(text, "utf8");
    return this.u(bytes.length).raw(bytes);
  }

  bytes(): Buffer {
    return Buffer.from(this.#bytes);
  }
}
