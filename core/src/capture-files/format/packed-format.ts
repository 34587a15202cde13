/** Numbers of packed events. `docs/capture-format.md` ("Packed events") says them byte by byte. */

/** Bits of an event's byte. */
export const PackedBits = { kind: 0b111, thread: 0b1000, howShift: 4, unused: 0b1100_0000 } as const;

export const PackedKind = {
  other: 0,
  allocation: 1,
  free: 2,
  heapAllocation: 3,
  heapFree: 4,
  /** An allocation, and its free as the very next event of the same thread. */
  pair: 5,
  /** By its address. */
  unknownFree: 6,
  /** A block whose address the next allocation is given. */
  gone: 7,
} as const;

/** How an address is told. */
export const PackedHow = { freedLast: 0, behind: 1, units: 2, bytes: 3 } as const;

export const PackedColumn = { events: 0, threads: 1, keys: 2, sizes: 3, addresses: 4, frees: 5, fields: 6 } as const;
export const PACKED_COLUMNS = 7;

/** What malloc makes of a size: 8 bytes of its own, whole units of 16 bytes, at least two. */
export const UNIT = 16;
export function chunkBytes(bytes: number): number {
  return Math.max(2 * UNIT, Math.ceil((bytes + 8) / UNIT) * UNIT);
}

const LARGEST_BY_UNITS = 1032;
export const SIZE_CLASSES = 155;

/** Sizes whose blocks take each other's place: by units up to 1032 bytes, above by quarters of a power of two. */
export function sizeClass(bytes: number): number {
  if (bytes <= LARGEST_BY_UNITS) return chunkBytes(bytes) / UNIT;
  if (bytes >= 2 ** 32) return SIZE_CLASSES - 1;
  const bits = 31 - Math.clz32(bytes);
  return 66 + (bits - 10) * 4 + ((bytes >>> (bits - 2)) & 3);
}
