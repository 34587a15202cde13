/** Sizes of allocations in bins of powers of two. */

import { SpaceCode } from "../format/format.js";
import type { CaptureStatistics } from "../model/capture.js";

/** Bin 0: no bytes; bin n: from 2^(n-1) to below 2^n. */
const BINS = 54;

export class SizeHistogram {
  readonly #native = new Float64Array(BINS);
  readonly #buffers = new Float64Array(BINS);

  add(space: number, bytes: number, times = 1): void {
    const bin = bytes < 2 ** 31 ? 32 - Math.clz32(bytes) : 64 - Math.clz32(bytes / 2 ** 32);
    const counts = space === SpaceCode.native ? this.#native : this.#buffers;
    counts[bin] = (counts[bin] as number) + times;
  }

  addAll(other: SizeHistogram): void {
    for (let bin = 0; bin < BINS; bin += 1) {
      this.#native[bin] = (this.#native[bin] as number) + (other.#native[bin] as number);
      this.#buffers[bin] = (this.#buffers[bin] as number) + (other.#buffers[bin] as number);
    }
  }

  bins(): CaptureStatistics["sizes"] {
    const last = Math.max(lastUsed(this.#native), lastUsed(this.#buffers));
    return Array.from({ length: last + 1 }, (_, bin) => ({
      from: bin === 0 ? 0 : 2 ** (bin - 1),
      to: 2 ** bin,
      nativeCount: this.#native[bin] ?? 0,
      buffersCount: this.#buffers[bin] ?? 0,
    }));
  }
}

function lastUsed(counts: Float64Array): number {
  return counts.findLastIndex((count) => count > 0);
}
