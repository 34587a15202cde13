/** A size in bytes (a safe integer, zero or more) or a string such as "24 MB", see `parseSize`. */
export type Size = number | string;

/** Bytes per unit, by the unit's lower-case name. Decimal units are powers of 1000, binary ones powers of 1024. */
export const BYTES_PER_UNIT: ReadonlyMap<string, bigint> = new Map([
  ["b", 1n],
  ["kb", 1000n],
  ["mb", 1000n ** 2n],
  ["gb", 1000n ** 3n],
  ["tb", 1000n ** 4n],
  ["kib", 1024n],
  ["mib", 1024n ** 2n],
  ["gib", 1024n ** 3n],
  ["tib", 1024n ** 4n],
]);

/** Units as they are written in messages and docs. */
export const UNIT_NAMES = "B, kB, MB, GB, TB, KiB, MiB, GiB, TiB";
