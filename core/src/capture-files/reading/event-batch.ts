/** Decoded events as columns: no object for each. */

import { Malformed } from "./malformed.js";

const CAPACITY = 4096;

/** Of packed events that are told by numbers: an allocation that is freed at once by its thread; a block whose address is given out anew. */
export const PAIR = 6;
export const GONE = 7;

/** Kinds above those of `EventKind`: `OTHER + OtherEvent.…`. */
export const OTHER = 16;

export class EventBatch {
  count = 0;
  /** `EventKind`, or `OTHER + OtherEvent`. */
  readonly kind: Uint8Array = new Uint8Array(CAPACITY);
  readonly thread: Uint32Array = new Uint32Array(CAPACITY);
  readonly space: Uint8Array = new Uint8Array(CAPACITY);
  readonly allocator: Uint8Array = new Uint8Array(CAPACITY);
  /** Of memory, or the block's number; a heap object's handle; where `levels` and collections have their fields in `values`; of `heapEnds`, the isolate. */
  readonly address: Float64Array = new Float64Array(CAPACITY);
  /** Of `sampling`, the interval; of `missed`, the count. */
  readonly bytes: Float64Array = new Float64Array(CAPACITY);
  /** Of `sampling`, its flags. */
  readonly stack: Uint32Array = new Uint32Array(CAPACITY);
  /** Of an allocation: left to whoever works on the batch. */
  readonly group: Uint32Array = new Uint32Array(CAPACITY);
  /** Of an allocation, where `hasKeys`: equal for those of one stack, thread, space and allocator. */
  readonly key: Uint32Array = new Uint32Array(CAPACITY);
  hasKeys = false;
  /** Blocks are known by the numbers of their allocations: none comes twice. */
  hasNumbers = false;
  /** `levels`: time, resident, buffers, native, engine, number of isolates, isolate, used, committed, …; collections: time, isolate, kind, used. */
  values: Float64Array = new Float64Array(CAPACITY);
  valueCount = 0;

  get isFull(): boolean {
    return this.count === CAPACITY;
  }

  clear(): void {
    this.count = 0;
    this.valueCount = 0;
    this.hasKeys = false;
    this.hasNumbers = false;
  }

  addValue(value: number): void {
    if (this.valueCount === this.values.length) {
      const larger = new Float64Array(this.values.length * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.valueCount] = value;
    this.valueCount += 1;
  }

  valueAt(index: number): number {
    const value = this.values[index];
    if (value === undefined) throw new Malformed("a field is missing");
    return value;
  }
}
