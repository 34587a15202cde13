/** Packs events for tests, by `docs/capture-format.md` alone: none of the packer's code, and none of the reader's numbers. One for all chunks of a process. */

import { ByteWriter } from "./byte-writer.js";
import type { TestEvent } from "./events.js";

interface Block {
  readonly number: number;
  readonly address: number;
  readonly size: number;
}

const SPACES = { buffers: 1, native: 2 };
const OTHERS = { levels: 1, collectionBegins: 2, collectionEnded: 3, map: 5, commit: 6, unmap: 7 };

export class TestPacker {
  readonly #keys = new Map<string, number>();
  readonly #alive = new Map<number, Block>();
  readonly #freed = new Map<number, number[]>();
  readonly #lastFree = new Map<number, Block | null>();
  #count = 0;
  #freedNumber = 0;
  #behind = 0;
  #handle = 0;

  pack(events: readonly TestEvent[]): Buffer {
    const columns = Array.from({ length: 7 }, () => new ByteWriter());
    const [ops, threads, keys, sizes, addresses, frees, fields] = columns as [
      ByteWriter,
      ByteWriter,
      ByteWriter,
      ByteWriter,
      ByteWriter,
      ByteWriter,
      ByteWriter,
    ];
    let thread = 0;
    const begin = (kind: number, ofThread: number | null): void => {
      const changes = ofThread !== null && ofThread !== thread;
      ops.u8(kind | (changes ? 8 : 0));
      if (changes) threads.u(ofThread);
      thread = ofThread ?? thread;
    };
    /** Bits 4 and 5. */
    const tell = (address: number): number => {
      const difference = address - this.#behind;
      const isWhole = difference % 16 === 0;
      addresses.s(isWhole ? difference / 16 : difference);
      return isWhole ? 0x20 : 0x30;
    };
    const forget = (block: Block): void => {
      frees.s(block.number - this.#freedNumber);
      this.#freedNumber = block.number;
      this.#release(block);
    };
    for (const [index, event] of events.entries()) {
      switch (event.do) {
        case "allocate": {
          const old = this.#alive.get(event.address);
          if (old !== undefined) {
            begin(7, event.thread);
            forget(old);
          }
          const size = sizeClass(event.bytes);
          const guess = this.#freed.get(size)?.pop();
          let how = 0;
          if (guess !== event.address) how = event.address === this.#behind ? 0x10 : tell(event.address);
          const next = events[index + 1];
          const isPair = next?.do === "free" && next.thread === event.thread && next.address === event.address;
          ops.u8((isPair ? 5 : 1) | how);
          thread = event.thread;
          const name = [event.stack, event.thread, event.space, event.allocator].join();
          const key = this.#keys.get(name) ?? this.#keys.size;
          keys.u(key);
          if (key === this.#keys.size) {
            this.#keys.set(name, key);
            fields.u(event.stack).u(event.thread).u8(SPACES[event.space]).u8(event.allocator);
          }
          sizes.u(event.bytes);
          this.#count += 1;
          this.#behind = event.address + chunkBytes(event.bytes);
          this.#alive.set(event.address, { number: this.#count, address: event.address, size });
          break;
        }
        case "free": {
          const block = this.#alive.get(event.address);
          const before = events[index - 1];
          if (before?.do === "allocate" && before.thread === event.thread && before.address === event.address) {
            // Told with its allocation.
            this.#freedNumber = this.#count;
            if (block !== undefined) this.#release(block);
          } else if (block === undefined) {
            const how = tell(event.address);
            begin(6 | how, event.thread);
          } else {
            begin(2, event.thread);
            forget(block);
          }
          this.#lastFree.set(event.thread, block ?? null);
          this.#behind = event.address;
          break;
        }
        case "restored": {
          begin(0, event.thread);
          fields.u8(4);
          const block = this.#lastFree.get(event.thread) ?? null;
          const isBack = block !== null && !this.#alive.has(block.address);
          fields.u8(isBack ? 1 : 0);
          this.#lastFree.set(event.thread, null);
          if (!isBack) break;
          fields
            .u(this.#count - block.number)
            .u(block.address)
            .u8(block.size);
          this.#freed.get(block.size)?.pop();
          this.#alive.set(block.address, block);
          break;
        }
        case "born":
        case "collected":
          begin(event.do === "born" ? 3 : 4, event.thread);
          fields.s(event.handle - this.#handle);
          this.#handle = event.handle;
          if (event.do === "born") fields.u(event.bytes).u(event.stack);
          break;
        case "map":
        case "commit":
          begin(0, event.thread);
          fields.u8(OTHERS[event.do]).u(event.address).u(event.bytes);
          fields.u(SPACES[event.space]).u(event.allocator).u(event.stack);
          break;
        case "unmap":
          begin(0, event.thread);
          fields.u8(OTHERS.unmap).u(event.address).u(event.bytes);
          break;
        case "sampling":
          begin(0, event.thread);
          fields.u8(8).u(event.interval).u(event.flags);
          break;
        case "levels":
          begin(0, null);
          fields.u8(OTHERS.levels).u(event.timeUs).u(event.rss).u(event.buffers).u(event.native).u(event.engine);
          fields.u(event.heaps.length);
          for (const { isolate, used, committed } of event.heaps) fields.u(isolate).u(used).u(committed);
          break;
        case "collectionBegins":
        case "collectionEnded":
          begin(0, null);
          fields.u8(OTHERS[event.do]).u(event.timeUs).u(event.isolate).u(event.kind).u(event.used);
          break;
        case "heapEnds":
          begin(0, null);
          fields.u8(9).u(event.isolate);
          break;
        case "missed":
          begin(0, null);
          fields.u8(10).u(event.count);
          break;
      }
    }
    const lengths = new ByteWriter();
    for (const column of columns) lengths.u(column.length);
    return Buffer.concat([lengths.bytes(), ...columns.map((column) => column.bytes())]);
  }

  #release({ address, size }: Block): void {
    this.#alive.delete(address);
    const list = this.#freed.get(size) ?? [];
    list.push(address);
    this.#freed.set(size, list);
  }
}

function chunkBytes(bytes: number): number {
  return bytes <= 24 ? 32 : (Math.floor((bytes + 7) / 16) + 1) * 16;
}

function sizeClass(bytes: number): number {
  if (bytes <= 1032) return chunkBytes(bytes) / 16;
  if (bytes >= 2 ** 32) return 154;
  let power = 10;
  while (2 ** (power + 1) <= bytes) power += 1;
  return 66 + 4 * (power - 10) + Math.floor((bytes - 2 ** power) / 2 ** (power - 2));
}
