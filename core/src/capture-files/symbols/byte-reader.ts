/** Reads little-endian numbers and strings, one after the other. Past the end it throws a RangeError, which whoever opened the file takes for "not understood". */

const decoder = new TextDecoder();

export class ByteReader {
  readonly #view: DataView;
  readonly bytes: Uint8Array;
  offset: number;

  constructor(bytes: Uint8Array, offset = 0) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.offset = offset;
  }

  get atEnd(): boolean {
    return this.offset >= this.bytes.length;
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }
  u16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }
  u24(): number {
    return this.u16() + this.u8() * 0x1_0000;
  }
  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }
  /** Above 2^53 it is rounded: no address or size of a file that exists is. */
  u64(): number {
    const low = this.u32();
    return low + this.u32() * 0x1_0000_0000;
  }
  s8(): number {
    return this.#view.getInt8(this.#advance(1));
  }
  /** Of 1, 2, 4 or 8 bytes. */
  unsigned(bytes: number): number {
    switch (bytes) {
      case 1:
        return this.u8();
      case 2:
        return this.u16();
      case 4:
        return this.u32();
      case 8:
        return this.u64();
      default:
        throw new RangeError(`a number of ${bytes} bytes`);
    }
  }
  uleb(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }
  sleb(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return (byte & 0x40) === 0 ? value : value - scale * 128;
    }
  }
  cString(): string {
    const end = this.bytes.indexOf(0, this.offset);
    if (end < 0) throw new RangeError("a string without an end");
    const text = decoder.decode(this.bytes.subarray(this.offset, end));
    this.offset = end + 1;
    return text;
  }
  take(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.bytes.subarray(start, start + length);
  }
  skip(length: number): void {
    this.#advance(length);
  }

  #advance(length: number): number {
    const start = this.offset;
    if (length < 0 || start + length > this.bytes.length) throw new RangeError("past the end");
    this.offset = start + length;
    return start;
  }
}
