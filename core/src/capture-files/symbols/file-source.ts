/** Files as sources of bytes: the only place of the room that touches the file system. */

import { closeSync, openSync, readSync, statSync } from "node:fs";
import type { ByteSource } from "./byte-source.js";

const PAGE = 1 << 16;
const KEPT_PAGES = 64;

/**
 * Nothing is held open between two readings: a capture has hundreds of modules, and nobody says when the last frame was asked for.
 *
 * @returns `null` when the file cannot be read
 */
export function openFile(path: string): ByteSource | null {
  let length: number;
  try {
    closeSync(openSync(path, "r"));
    length = statSync(path).size;
  } catch {
    return null;
  }
  // Strings and headers are read in small pieces, often near one another.
  const pages = new Map<number, Uint8Array>();
  const page = (number: number): Uint8Array => {
    const known = pages.get(number);
    if (known !== undefined) return known;
    const fresh = read(path, number * PAGE, Math.min(PAGE, length - number * PAGE));
    const oldest = pages.keys().next();
    if (pages.size === KEPT_PAGES && !oldest.done) pages.delete(oldest.value);
    pages.set(number, fresh);
    return fresh;
  };
  return {
    length,
    slice: (offset, wanted) => {
      const bytes = Math.max(0, Math.min(wanted, length - offset));
      const number = Math.floor(offset / PAGE);
      const within = offset - number * PAGE;
      return within + bytes <= PAGE ? page(number).subarray(within, within + bytes) : read(path, offset, bytes);
    },
  };
}

/** Fewer bytes where the file has become shorter. */
function read(path: string, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(0, length));
  let got = 0;
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch {
    return bytes.subarray(0, 0);
  }
  try {
    while (got < bytes.length) {
      const count = readSync(descriptor, bytes, got, bytes.length - got, offset + got);
      if (count === 0) break;
      got += count;
    }
  } finally {
    closeSync(descriptor);
  }
  return bytes.subarray(0, got);
}
