/** A file that is read from front to back through one buffer. */

import type { FileHandle } from "node:fs/promises";

const WINDOW_BYTES = 2 ** 21;

export class FileWindow {
  readonly #file: FileHandle;
  /** Bytes beyond it are not there, even if the file has grown meanwhile. It may be moved on. */
  end: number;
  #buffer: Buffer = Buffer.allocUnsafe(WINDOW_BYTES);
  /** What of the file the buffer holds. */
  #from = 0;
  #to = 0;

  constructor(file: FileHandle, end: number) {
    this.#file = file;
    this.end = end;
  }

  /** Bytes of the file; fewer than asked for where it ends. Valid until the next call. */
  async bytes(from: number, length: number): Promise<Buffer> {
    const to = Math.min(from + length, this.end);
    if (from < this.#from || to > this.#to) await this.#load(from, Math.max(0, to - from));
    return this.#buffer.subarray(from - this.#from, Math.max(0, Math.min(to, this.#to) - this.#from));
  }

  async #load(from: number, length: number): Promise<void> {
    if (length > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(length);
    const wanted = Math.min(this.#buffer.length, this.end - from);
    let filled = 0;
    while (filled < wanted) {
      const { bytesRead } = await this.#file.read(this.#buffer, filled, wanted - filled, from + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    this.#from = from;
    this.#to = from + filled;
  }
}
