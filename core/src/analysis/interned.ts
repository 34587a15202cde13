/** A list in which each value stands once, so that others can name it by its number. */
export interface Interned<T> {
  readonly values: readonly T[];
  /** @returns index in `values` */
  add(value: T): number;
}

/**
 * @param keyOf values of one key are one
 * @param keep what is kept of a value that is new
 */
export function createInterned<T>(keyOf: (value: T) => string, keep: (value: T) => T = (value) => value): Interned<T> {
  const values: T[] = [];
  const known = new Map<string, number>();
  return {
    values,
    add(value) {
      const key = keyOf(value);
      const index = known.get(key) ?? values.push(keep(value)) - 1;
      known.set(key, index);
      return index;
    },
  };
}

/** For stacks as numbers of frames. */
export const stackKey = (frames: readonly number[]): string => frames.join(",");
