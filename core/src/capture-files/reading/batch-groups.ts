/** Groups of a batch's allocations, and what these add for good. */

import { EventKind, OtherEvent } from "../format/format.js";
import type { Accounts } from "./accounts.js";
import { type EventBatch, OTHER, PAIR } from "./event-batch.js";

export class BatchGroups {
  readonly #accounts: Accounts;
  readonly #groupOfKey: number[] = [];

  constructor(accounts: Accounts) {
    this.#accounts = accounts;
  }

  /**
   * Groups of a whole batch first: each look-up waits for memory, and so they wait together. What an allocation adds for good is counted here, so
   * that the group's figures are near when the rest of them changes.
   */
  find(batch: EventBatch): void {
    if (batch.hasKeys) {
      this.#findOfKeys(batch);
      return;
    }
    const { count, kind, bytes, group: groups } = batch;
    for (let index = 0; index < count; index += 1) {
      const what = kind[index] as number;
      if (what !== EventKind.allocation) {
        if (what !== EventKind.free) this.#meet(batch, index, what);
        continue;
      }
      const group = this.of(batch, index);
      groups[index] = group;
      this.#accounts.countAllocated(group, bytes[index] as number, 1);
    }
  }

  /** Likewise where allocations have keys: those of one key, one behind the other, are counted in one; pairs, which are all temporary, as such too. */
  #findOfKeys(batch: EventBatch): void {
    const { count, kind, bytes, group: groups, key: keys } = batch;
    const groupOfKey = this.#groupOfKey;
    let last = -1;
    let group = 0;
    let sum = 0;
    let times = 0;
    let pairSum = 0;
    let pairs = 0;
    for (let index = 0; index < count; index += 1) {
      const what = kind[index] as number;
      if (what !== EventKind.allocation && what !== PAIR) {
        if (what !== EventKind.free) this.#meet(batch, index, what);
        continue;
      }
      const key = keys[index] as number;
      if (key !== last) {
        this.#countRun(group, sum, times, pairSum, pairs);
        sum = 0;
        times = 0;
        pairSum = 0;
        pairs = 0;
        last = key;
        // Keys come in their order: the array grows one by one.
        if (key === groupOfKey.length) groupOfKey.push(this.of(batch, index));
        group = groupOfKey[key] as number;
      }
      const size = bytes[index] as number;
      groups[index] = group;
      sum += size;
      times += 1;
      if (what === PAIR) {
        pairSum += size;
        pairs += 1;
      }
    }
    this.#countRun(group, sum, times, pairSum, pairs);
  }

  /** What else has a group: they are numbered in the order of their first event, wherever a batch ends. */
  #meet(batch: EventBatch, index: number, what: number): void {
    if (what === EventKind.heapAllocation || what === OTHER + OtherEvent.map || what === OTHER + OtherEvent.commit) {
      this.of(batch, index);
    }
  }

  #countRun(group: number, bytes: number, count: number, pairBytes: number, pairs: number): void {
    if (count > 0) this.#accounts.countAllocated(group, bytes, count);
    if (pairs > 0) this.#accounts.countTemporary(group, pairBytes, pairs, 0);
  }

  /** Of an allocation, an object or a mapping. */
  of({ stack, thread, space, allocator }: EventBatch, index: number): number {
    return this.#accounts.groups.of(
      stack[index] as number,
      thread[index] as number,
      space[index] as number,
      allocator[index] as number,
    );
  }
}
