/** Bytes that may be far too many to have in memory at once. */
export interface ByteSource {
  readonly length: number;
  /** Fewer bytes where the source ends before. */
  slice(offset: number, length: number): Uint8Array;
}

export function sourceOf(bytes: Uint8Array): ByteSource {
  return { length: bytes.length, slice: (offset, length) => bytes.subarray(offset, offset + length) };
}

/** A part of a source. */
export function partOf(source: ByteSource, start: number, length: number): ByteSource {
  return {
    length,
    slice: (offset, wanted) =>
      offset >= length ? new Uint8Array(0) : source.slice(start + offset, Math.min(wanted, length - offset)),
  };
}

const decoder = new TextDecoder();

/** The text from `offset` to the next zero byte. */
export function textAt(source: ByteSource, offset: number): string {
  for (let length = 256; ; length *= 8) {
    const bytes = source.slice(offset, length);
    const end = bytes.indexOf(0);
    if (end >= 0) return decoder.decode(bytes.subarray(0, end));
    if (bytes.length < length) return "";
  }
}
