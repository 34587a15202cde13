/** Statistics of a reading, added up process by process. */

import type { CaptureStatistics, Peak, SpaceStatistics } from "../model/capture.js";
import { lacksNativeFrames } from "./definitions.js";
import type { Amount, ProcessFigures } from "./figures.js";
import { DEFAULT_THRESHOLD } from "./questions.js";
import type { RecordedProcess } from "./recorded-process.js";
import { SizeHistogram } from "./size-histogram.js";
import { ALL_BITS, HEAP_BIT, OFF_HEAP_BITS, spaceName } from "./spaces.js";

type Totals = { bytes: number; count: number };
type AllocatorTotals = Totals & { readonly allocator: string; readonly space: number };

interface SpaceTotals {
  readonly all: Totals;
  readonly live: Totals;
  highest: number | null;
}

const HEAP = 0;

export class StatisticsBuilder {
  readonly #spaces: readonly SpaceTotals[] = [0, 1, 2].map(() => ({ all: zero(), live: zero(), highest: null }));
  readonly #allocators = new Map<string, AllocatorTotals>();
  readonly #sizes = new SizeHistogram();
  readonly #temporary = zero();
  readonly #withoutStack = zero();
  readonly #withoutNativeFrames = zero();
  readonly #peaks: Peak[] = [];
  readonly #offHeapPeaks: Peak[] = [];
  #missed = 0;
  #heapIsSampled = true;
  #heapLifetimesKnown = true;
  #fragmentation: number | null = 0;

  add(process: RecordedProcess, figures: ProcessFigures): void {
    const { groups } = figures;
    const temporary = figures.temporary(DEFAULT_THRESHOLD);
    if (process.meta.heapInterval === 0) this.#heapIsSampled = false;
    if (figures.heapLifetimesUnknown) this.#heapLifetimesKnown = false;
    for (let group = 0; group < groups.count; group += 1) {
      const all = figures.all(group);
      const space = groups.space(group);
      const totals = this.#spaces[space];
      if (totals === undefined) continue;
      grow(totals.all, all);
      grow(totals.live, figures.live(group));
      if (space !== HEAP || !figures.heapLifetimesUnknown) grow(this.#temporary, temporary(group));
      grow(this.#allocator(process.meta.allocators[groups.allocator(group)] ?? "", space), all);
      const stack = groups.stack(group) === 0 ? undefined : process.definitions.stack(groups.stack(group));
      if (stack === undefined || stack.node === 0) grow(this.#withoutStack, all);
      if (stack !== undefined && lacksNativeFrames(stack.flags)) grow(this.#withoutNativeFrames, all);
    }
    for (const [space, totals] of this.#spaces.entries()) totals.highest = figures.highest(space);
    this.#sizes.addAll(figures.sizes);
    this.#missed += figures.missedCount;
    this.#peaks.push(figures.peak(ALL_BITS));
    this.#offHeapPeaks.push(figures.peak(OFF_HEAP_BITS));
    const last = figures.timeline.timeUs.length - 1;
    const own = last < 0 ? null : (figures.timeline.heapCommitted[last] ?? 0) - (figures.timeline.heapUsed[last] ?? 0);
    this.#fragmentation = own === null || this.#fragmentation === null ? null : this.#fragmentation + own;
  }

  build(durationUs: number): CaptureStatistics {
    return {
      durationUs,
      spaces: { heap: this.#space(0), buffers: this.#space(1), native: this.#space(2) },
      peak: sumOf(this.#peaks),
      offHeapPeak: sumOf(this.#offHeapPeaks),
      byAllocator: [...this.#allocators.values()]
        .map(({ allocator, space, ...totals }) => ({ allocator, space: spaceName(space), ...rounded(totals) }))
        .sort((a, b) => b.bytes - a.bytes || b.count - a.count),
      sizes: this.#sizes.bins(),
      temporary: rounded(this.#temporary),
      heapFragmentationBytes: this.#fragmentation,
      withoutStack: rounded(this.#withoutStack),
      withoutNativeFrames: rounded(this.#withoutNativeFrames),
      missedCount: this.#missed,
    };
  }

  #space(space: number): SpaceStatistics {
    const { all, live, highest } = this.#spaces[space] ?? { all: zero(), live: zero(), highest: null };
    const isHeap = 1 << space === HEAP_BIT;
    const isKnown = !isHeap || this.#heapIsSampled;
    const lives = isKnown && (!isHeap || this.#heapLifetimesKnown);
    return {
      allocatedBytes: isKnown ? Math.round(all.bytes) : null,
      allocationCount: isKnown ? Math.round(all.count) : null,
      leakedBytes: lives ? Math.round(live.bytes) : null,
      leakedCount: lives ? Math.round(live.count) : null,
      peakBytes: this.#peaks.length === 1 ? highest : null,
    };
  }

  #allocator(allocator: string, space: number): Totals {
    const key = `${space} ${allocator}`;
    const known = this.#allocators.get(key) ?? { allocator, space, ...zero() };
    this.#allocators.set(key, known);
    return known;
  }
}

function zero(): Totals {
  return { bytes: 0, count: 0 };
}

function grow(totals: Totals, { bytes, count }: Amount): void {
  totals.bytes += bytes;
  totals.count += count;
}

function rounded({ bytes, count }: Totals): Amount {
  return { bytes: Math.round(bytes), count: Math.round(count) };
}

/** One process's peak, or the sum of several, which is no moment's. */
function sumOf(peaks: readonly Peak[]): Peak {
  const sum = (name: "heapBytes" | "buffersBytes" | "nativeBytes"): number =>
    peaks.reduce((total, peak) => total + peak[name], 0);
  return {
    timeUs: peaks.length === 1 ? (peaks[0]?.timeUs ?? null) : null,
    heapBytes: sum("heapBytes"),
    buffersBytes: sum("buffersBytes"),
    nativeBytes: sum("nativeBytes"),
  };
}
