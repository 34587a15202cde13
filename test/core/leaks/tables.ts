import type { Alive, BatchTable, Reading } from "../../../core/src/leaks/births.js";

/** What a batch of a made-up function leaves behind, by number of the batch and its calls. */
export interface MadeUp {
  /** Survivors of each batch at the end. */
  readonly alive: readonly number[];
  readonly calls: number;
  /** Bytes of a survivor. */
  readonly size?: number;
  /** Rises of the heap's used size that births do not tell. */
  readonly used?: readonly number[];
  /** Open handles of one kind after each batch, beginning before the first. */
  readonly handles?: readonly number[];
}

/** The table of readings that such a function would give, when everything that dies does so at the next boundary. */
export function tableOf({ alive, calls, size = 16, used = [], handles = [] }: MadeUp): BatchTable {
  const readings: Reading[] = [];
  let level = 1_000_000;
  for (let boundary = 0; boundary <= alive.length; boundary += 1) {
    if (boundary > 0) level += (alive[boundary - 1] ?? 0) * size + (used[boundary - 1] ?? 0);
    const births: Alive[] = alive.slice(0, boundary).map((count) => ({ count, bytes: count * size }));
    const none: Alive[] = births.map(() => ({ count: 0, bytes: 0 }));
    const open = handles[boundary];
    readings.push({
      usedBytes: level,
      allocatedBytes: null,
      buffersBytes: null,
      heap: births,
      buffers: none,
      native: none,
      handles: open === undefined ? {} : { tcp: open },
    });
  }
  return {
    readings,
    batches: alive.map((_, index) => ({ calls, interval: index, from: index, to: index + 1 })),
  };
}

/** A generator of numbers from 0 to 1, the same ones for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
