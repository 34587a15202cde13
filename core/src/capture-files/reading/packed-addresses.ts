/** Addresses of packed events: guessed as their packer guessed them. For those who want addresses; everybody else knows blocks by their numbers. */

import { chunkBytes, PackedHow, SIZE_CLASSES, sizeClass, UNIT } from "../format/packed-format.js";
import { Column64 } from "./columns.js";
import { TWO_TO_53 } from "./event-fields.js";
import { LiveTable } from "./live-table.js";
import { type Budget, Malformed } from "./malformed.js";

const TWO_TO_32 = 2 ** 32;

export class PackedAddresses {
  readonly #budget: Budget;
  /** By the number of a block: its address in two halves, and its class of sizes. */
  readonly #blocks: LiveTable;
  /** By class of sizes: addresses, the one that was freed last at the end. */
  readonly #freed: (Column64 | undefined)[] = [];
  /** Where the block before ends, or where one was freed. */
  #behind = 0;
  readonly #number = new Float64Array(1);

  constructor(budget: Budget) {
    this.#budget = budget;
    this.#blocks = new LiveTable(budget);
  }

  /** @param difference where `how` says that there is one */
  allocate(number: number, bytes: number, how: number, difference: number): number {
    const size = sizeClass(bytes);
    const guess = this.#takeFreed(size);
    const address = how === PackedHow.freedLast ? guess : this.#told(how, difference);
    if (!(address >= 0 && address < TWO_TO_53)) throw new Malformed("an address is out of range");
    this.#add(number, address, size);
    this.#behind = address + chunkBytes(bytes);
    return address;
  }

  free(number: number): number {
    const address = this.gone(number);
    this.#behind = address;
    return address;
  }

  /** Its address is given out anew. */
  gone(number: number): number {
    const slot = this.#find(number);
    if (slot < 0) throw new Malformed(`block ${number} is not alive`);
    const address = this.#blocks.group(slot) + this.#blocks.born(slot) * TWO_TO_32;
    const size = this.#blocks.windows(slot);
    this.#blocks.remove(slot);
    let freed = this.#freed[size];
    if (freed === undefined) {
      freed = new Column64(this.#budget);
      this.#freed[size] = freed;
    }
    freed.push(address);
    return address;
  }

  freeUnknown(how: number, difference: number): number {
    const address = this.#told(how, difference);
    if (!(address >= 0 && address < TWO_TO_53)) throw new Malformed("an address is out of range");
    this.#behind = address;
    return address;
  }

  restore(number: number, address: number, size: number): void {
    if (size >= SIZE_CLASSES || this.#find(number) >= 0) throw new Malformed("a block cannot be restored");
    this.#takeFreed(size);
    this.#add(number, address, size);
  }

  #told(how: number, difference: number): number {
    return this.#behind + (how === PackedHow.units ? difference * UNIT : how === PackedHow.bytes ? difference : 0);
  }

  /** -1: nothing of that class was freed, or all that was is taken again. */
  #takeFreed(size: number): number {
    return this.#freed[size]?.pop() ?? -1;
  }

  #find(number: number): number {
    this.#number[0] = number;
    return this.#blocks.find(this.#number, 0);
  }

  #add(number: number, address: number, size: number): void {
    this.#number[0] = number;
    this.#blocks.add(this.#number, 0, 0, address >>> 0, Math.floor(address / TWO_TO_32), size);
  }
}
