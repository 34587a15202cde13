/** Files as sources of bytes: the only place of the room that touches the file system. */

import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { ByteSource } from "./byte-source.js";

export interface FileSource extends ByteSource {
  close(): void;
}

const PAGE = 1 << 16;
const KEPT_PAGES = 64;

/** @returns `null` when the file cannot be read */
export function openFile(path: string): FileSource | null {
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch {
    return null;
  }
  const { size } = fstatSync(descriptor);
  // Strings and headers are read in small pieces, often near one another.
  const pages = new Map<number, Uint8Array>();
  const read = (offset: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
    let got = 0;
    while (got < bytes.length) {
      const count = readSync(descriptor, bytes, got, bytes.length - got, offset + got);
      if (count === 0) break;
      got += count;
    }
    return bytes.subarray(0, got);
  };
  const page = (number: number): Uint8Array => {
    const known = pages.get(number);
    if (known !== undefined) return known;
    const fresh = read(number * PAGE, PAGE);
    const oldest = pages.keys().next();
    if (pages.size === KEPT_PAGES && !oldest.done) pages.delete(oldest.value);
    pages.set(number, fresh);
    return fresh;
  };
  return {
    length: size,
    slice: (offset, length) => {
      const number = Math.floor(offset / PAGE);
      const within = offset - number * PAGE;
      return within + length <= PAGE ? page(number).subarray(within, within + length) : read(offset, length);
    },
    close: () => closeSync(descriptor),
  };
}
