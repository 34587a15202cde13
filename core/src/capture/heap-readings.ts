import { GCProfiler, getHeapStatistics } from "node:v8";

/** Used size of the heap before and after one collection. */
export interface Collection {
  readonly beforeBytes: number;
  readonly afterBytes: number;
  readonly major: boolean;
  readonly durationNs: number;
}

export interface HeapSpan {
  readonly startBytes: number;
  readonly endBytes: number;
  readonly collections: readonly Collection[];
}

export interface HeapFigures {
  readonly allocatedBytes: number;
  readonly peakBytes: number;
  readonly netBytes: number;
  /** `null`: no collection happened. */
  readonly peakLiveBytes: number | null;
}

/**
 * Figures from readings of the used size, which falls in collections only: allocated is its growth between them, summed;
 * the peak is the highest reading.
 *
 * @param ownBytes what taking the readings allocates on the heap within the span; taken off allocated, peak and net
 */
export function heapFigures(span: HeapSpan, ownBytes: number): HeapFigures {
  let level = span.startBytes;
  let allocated = 0;
  let highest = span.startBytes;
  let highestLive: number | null = null;
  for (const collection of span.collections) {
    allocated += Math.max(0, collection.beforeBytes - level);
    highest = Math.max(highest, collection.beforeBytes);
    highestLive = Math.max(highestLive ?? collection.afterBytes, collection.afterBytes);
    level = collection.afterBytes;
  }
  allocated += Math.max(0, span.endBytes - level);
  highest = Math.max(highest, span.endBytes);
  return {
    allocatedBytes: Math.max(0, allocated - ownBytes),
    peakBytes: Math.max(0, highest - span.startBytes - ownBytes),
    netBytes: span.endBytes - span.startBytes - ownBytes,
    peakLiveBytes: highestLive === null ? null : Math.max(0, highestLive - span.startBytes),
  };
}

/** Reads the heap at both ends of a span and at every collection in it. For one span. */
export class HeapReader {
  readonly #profiler = new GCProfiler();
  #startBytes = 0;
  #started = false;

  begin(): void {
    this.#profiler.start();
    this.#started = true;
    this.#startBytes = getHeapStatistics().used_heap_size;
  }

  end(): HeapSpan {
    const endBytes = getHeapStatistics().used_heap_size;
    const statistics = this.#started ? this.#profiler.stop().statistics : [];
    this.#started = false;
    return {
      startBytes: this.#startBytes,
      endBytes,
      collections: statistics.map((gc) => ({
        beforeBytes: gc.beforeGC.heapStatistics.usedHeapSize,
        afterBytes: gc.afterGC.heapStatistics.usedHeapSize,
        major: gc.gcType !== "Scavenge" && gc.gcType !== "MinorMarkSweep" && gc.gcType !== "MinorMarkCompact",
        // `cost` is in microseconds.
        durationNs: gc.cost * 1000,
      })),
    };
  }
}
