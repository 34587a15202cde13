/**
 * What was born in one bucket of time and freed in a later one, by group: a table with open addressing. Time is counted in ticks; a bucket is
 * 2^shift of them. Where there would be too many buckets or cells, neighbours become one.
 */

import type { Budget } from "./malformed.js";

const FIRST_CAPACITY = 2 ** 12;
const CELL_BYTES = 24;
const MIX_GROUP = 0x9e3779b1;
const MIX_TIME = 0x85ebca6b;
/** In place of a bucket: alive at the end. Buckets are below it. */
export const AT_END = 0xffff;
const MAX_TICK = 2 ** 32 - 1;

export interface TemporalLimits {
  /** Microseconds of a tick. */
  readonly tickUs: number;
  /** What is added to times of the process, for the clock that all processes share. */
  readonly offsetUs: number;
  readonly mostBuckets: number;
  readonly mostCells: number;
}

export interface TemporalCell {
  readonly group: number;
  readonly born: number;
  /** `AT_END`: not freed. */
  readonly freed: number;
  readonly bytes: number;
  readonly count: number;
}

export class TemporalCells {
  /** The present. */
  tick = 0;
  readonly #limits: TemporalLimits;
  readonly #budget: Budget;
  #shift = 0;
  #count = 0;
  #mask = FIRST_CAPACITY - 1;
  /** Group + 1; 0: empty. */
  #groups = new Uint32Array(FIRST_CAPACITY);
  /** Born << 16 | freed. */
  #times = new Uint32Array(FIRST_CAPACITY);
  /** Bytes and count. */
  #amounts = new Float64Array(2 * FIRST_CAPACITY);
  /** Bytes that are gone of mappings that are not. */
  readonly #cut = new Map<number, number>();

  constructor(limits: TemporalLimits, budget: Budget) {
    this.#limits = limits;
    this.#budget = budget;
  }

  /** A bucket is 2^shift ticks. */
  get shift(): number {
    return this.#shift;
  }

  setTime(timeUs: number): void {
    const { tickUs, offsetUs, mostBuckets } = this.#limits;
    this.tick = Math.min(MAX_TICK, Math.floor((timeUs + offsetUs) / tickUs));
    while (this.#bucket(this.tick) >= mostBuckets) this.#joinNeighbours();
  }

  /** @param born the tick; so is `freed`, by default the present */
  free(group: number, born: number, bytes: number, count: number, freed: number = this.tick): void {
    const [from, to] = [this.#bucket(born), this.#bucket(freed)];
    if (from !== to) this.#add(group, from, to, bytes, count);
  }

  /** Told once all events are read. */
  live(group: number, born: number, bytes: number, count: number): void {
    this.#add(group, this.#bucket(born), AT_END, bytes, count);
  }

  /** Part of a mapping is gone. */
  cut(mapping: number, bytes: number): void {
    this.#cut.set(mapping, (this.#cut.get(mapping) ?? 0) + bytes);
  }

  /** A mapping is gone. */
  forget(mapping: number): void {
    this.#cut.delete(mapping);
  }

  cutOf(mapping: number): number {
    return this.#cut.get(mapping) ?? 0;
  }

  /** Those that hold anything, in no order. */
  *cells(): Generator<TemporalCell, void, void> {
    for (let slot = 0; slot <= this.#mask; slot += 1) {
      const group = (this.#groups[slot] as number) - 1;
      const [bytes = 0, count = 0] = this.#amounts.subarray(2 * slot, 2 * slot + 2);
      if (group === -1 || (bytes === 0 && count === 0)) continue;
      const time = this.#times[slot] as number;
      yield { group, born: time >>> 16, freed: time & 0xffff, bytes, count };
    }
  }

  #bucket(tick: number): number {
    return Math.floor(tick / 2 ** this.#shift);
  }

  #add(group: number, born: number, freed: number, bytes: number, count: number): void {
    const time = ((born << 16) | freed) >>> 0;
    let slot = this.#home(group, time);
    while (this.#groups[slot] !== 0) {
      if (this.#groups[slot] === group + 1 && this.#times[slot] === time) break;
      slot = (slot + 1) & this.#mask;
    }
    const isNew = this.#groups[slot] === 0;
    this.#groups[slot] = group + 1;
    this.#times[slot] = time;
    this.#amounts[2 * slot] = (this.#amounts[2 * slot] as number) + bytes;
    this.#amounts[2 * slot + 1] = (this.#amounts[2 * slot + 1] as number) + count;
    if (!isNew) return;
    this.#count += 1;
    while (this.#count > this.#limits.mostCells && this.#bucket(this.tick) > 0) this.#joinNeighbours();
    if (this.#count * 3 > this.#mask * 2) this.#rebuild(2 * (this.#mask + 1));
  }

  #home(group: number, time: number): number {
    const mixed = Math.imul(group, MIX_GROUP) ^ Math.imul(time, MIX_TIME);
    return (mixed ^ (mixed >>> 15)) & this.#mask;
  }

  #joinNeighbours(): void {
    this.#shift += 1;
    this.#rebuild(this.#mask + 1, true);
  }

  #rebuild(capacity: number, joins = false): void {
    const [groups, times, amounts] = [this.#groups, this.#times, this.#amounts];
    if (capacity > groups.length) this.#budget.take((capacity - groups.length) * CELL_BYTES);
    this.#groups = new Uint32Array(capacity);
    this.#times = new Uint32Array(capacity);
    this.#amounts = new Float64Array(2 * capacity);
    this.#mask = capacity - 1;
    this.#count = 0;
    for (let slot = 0; slot < groups.length; slot += 1) {
      if (groups[slot] === 0) continue;
      const time = times[slot] as number;
      let [born, freed] = [time >>> 16, time & 0xffff];
      if (joins) {
        born >>>= 1;
        if (freed !== AT_END) freed >>>= 1;
      }
      if (born !== freed)
        this.#add(
          (groups[slot] as number) - 1,
          born,
          freed,
          amounts[2 * slot] as number,
          amounts[2 * slot + 1] as number,
        );
    }
  }
}
