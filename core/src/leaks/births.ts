/** What a check has read so far: how much of what was born in each batch is alive. Plain data, in the rule's terms. */

import type { RawAlive } from "../capture/leak-binding.js";

export type Alive = RawAlive;

/** Spaces of memory for which births are told apart. */
export const MEMORY_SPACES = ["heap", "buffers", "native"] as const;
export type MemorySpace = (typeof MEMORY_SPACES)[number];

/** What one boundary read. Births: by interval, as many as there were boundaries before; `null`: not told here. */
export interface Reading {
  /** Of the heap. */
  readonly usedBytes: number;
  /** On the heap up to here, garbage included; `null`: not told. */
  readonly allocatedBytes: number | null;
  /** Of the buffers; `null` where births are told. */
  readonly buffersBytes: number | null;
  readonly heap: readonly Alive[] | null;
  readonly buffers: readonly Alive[] | null;
  readonly native: readonly Alive[] | null;
  /** Open handles by kind. */
  readonly handles: Readonly<Record<string, number>>;
}

/** A batch of calls: the interval between two boundaries. */
export interface Batch {
  readonly calls: number;
  /** Number of the interval in which the calls were made; it ends with the boundary `interval + 1`. */
  readonly interval: number;
  /** Numbers of the boundaries before its setup and after its teardown. */
  readonly from: number;
  readonly to: number;
}

/** Batches of one size, with every reading from the boundary before the first to the last one that is looked at. */
export interface BatchTable {
  readonly readings: readonly Reading[];
  readonly batches: readonly Batch[];
}

const NONE: Alive = { bytes: 0, count: 0 };

/** What was born in each batch and is alive at the last reading; `null`: births are not told for the space. */
export function survivors(table: BatchTable, space: MemorySpace): readonly Alive[] | null {
  const births = table.readings.at(-1)?.[space] ?? null;
  return births === null ? null : table.batches.map((batch) => births[batch.interval] ?? NONE);
}

/**
 * Bytes that were born in the batches and were not garbage soon, also those that have made room for newer ones since: a container's
 * store that is made anew. Of each batch what was alive when the next one had ended too; of the newest what it has alive beyond
 * the least that another one had at its own end, for something always hangs on the newest. `null`: births are not told.
 */
export function bornToStay(table: BatchTable, space: MemorySpace): number | null {
  if ((table.readings.at(-1)?.[space] ?? null) === null) return null;
  const bytesAt = (of: Batch, at: number): number => (table.readings[at]?.[space]?.[of.interval] ?? NONE).bytes;
  const older = table.batches.slice(0, -1);
  const [newest] = table.batches.slice(-1);
  const stayed = older.reduce((sum, batch, index) => sum + bytesAt(batch, table.batches[index + 1]?.to ?? batch.to), 0);
  if (newest === undefined || older.length === 0) return stayed;
  const atOwnEnd = Math.min(...older.map((batch) => bytesAt(batch, batch.to)));
  return stayed + Math.max(0, bytesAt(newest, newest.to) - atOwnEnd);
}

/** How much a level rose with each batch: negative where it fell. */
export function rises(table: BatchTable, level: (reading: Reading) => number): readonly number[] {
  return table.batches.map(({ from, to }) => {
    const [before, after] = [table.readings[from], table.readings[to]];
    return before === undefined || after === undefined ? 0 : level(after) - level(before);
  });
}

/** Bytes that a call allocates on the heap, garbage included; `null`: not told. */
export function allocatedPerCall({ readings, batches }: BatchTable): number | null {
  const [first, last] = [batches[0], batches.at(-1)];
  const [from, to] = [readings[first?.from ?? 0]?.allocatedBytes, readings[last?.to ?? 0]?.allocatedBytes];
  const calls = batches.reduce((sum, batch) => sum + batch.calls, 0);
  return typeof from !== "number" || typeof to !== "number" || calls === 0 ? null : (to - from) / calls;
}

/** Bytes of a space at a reading: what was used, or all that was born since the check began. */
export function levelOf(reading: Reading, space: MemorySpace): number {
  if (space === "heap") return reading.usedBytes;
  const births = reading[space];
  if (births !== null) return births.reduce((sum, { bytes }) => sum + bytes, 0);
  return space === "buffers" ? (reading.buffersBytes ?? 0) : 0;
}

/** How much a space's level rose from before the first batch to the last reading. */
export function risen(table: BatchTable, space: MemorySpace): number {
  const before = table.readings[table.batches[0]?.from ?? 0];
  const after = table.readings.at(-1);
  return before === undefined || after === undefined ? 0 : levelOf(after, space) - levelOf(before, space);
}

/**
 * Whether a space's level rose by so much a batch: by its slope, which one reading out of line does not change, or in sum, for a
 * container's store is made anew only now and then.
 */
export function roseBy(table: BatchTable, space: MemorySpace, least: number): boolean {
  return slope(table, space) >= least || risen(table, space) >= least * table.batches.length;
}

/** Rise a batch, as the median of the slopes between all pairs of readings (Theil 1950, Sen 1968). */
function slope(table: BatchTable, space: MemorySpace): number {
  const boundaries = [table.batches[0]?.from ?? 0, ...table.batches.map(({ to }) => to)];
  const levels = boundaries.map((at) => {
    const reading = table.readings[at];
    return reading === undefined ? 0 : levelOf(reading, space);
  });
  const slopes = levels.flatMap((level, index) =>
    levels.slice(0, index).map((earlier, at) => (level - earlier) / (index - at)),
  );
  return slopes.sort((a, b) => a - b)[Math.floor((slopes.length - 1) / 2)] ?? 0;
}

/** Kinds of handles of which there were any. */
export function handleKinds(table: BatchTable): readonly string[] {
  return [...new Set(table.readings.flatMap((reading) => Object.keys(reading.handles)))].sort();
}
