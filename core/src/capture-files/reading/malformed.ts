/** What is wrong in a file's bytes: ends the reading there, and becomes the file's `damage`. Never reaches a user as an error. */
export class Malformed extends Error {}

/**
 * Memory that reading may take for its tables, so that a hostile file cannot take all there is: for the definitions of one file, and for what is alive
 * and its groups. Counted are tables that grow with the file; buffers for chunks come on top, some hundred MiB at worst.
 */
export const DEFINITIONS_LIMIT_BYTES: number = 2 ** 30;
export const EVENTS_LIMIT_BYTES: number = 2 ** 31;

/** Counts the memory of tables that grow. */
export interface Budget {
  /**
   * @param bytes may be negative: given back
   * @throws Malformed where it would be more than the limit
   */
  take(bytes: number): void;
}

export function createBudget(limitBytes: number): Budget {
  let taken = 0;
  return {
    take(bytes) {
      taken += bytes;
      if (taken > limitBytes)
        throw new Malformed(`what follows needs more memory than reading may take (${limitBytes} bytes)`);
    },
  };
}

/** Of one kind of definition, of live mappings: more than a recording has room for, and than JavaScript's own maps hold. */
export const MAX_ENTRIES: number = 2 ** 23;

/** @throws Malformed where there would be more than `MAX_ENTRIES` */
export function checkCount(count: number, what: string): void {
  if (count > MAX_ENTRIES) throw new Malformed(`there are more than ${MAX_ENTRIES} ${what}`);
}
