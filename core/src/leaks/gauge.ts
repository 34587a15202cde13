import { getHeapSpaceStatistics, getHeapStatistics } from "node:v8";
import { SHARED_RECORD } from "../analysis/notes.js";
import { withAddonErrors } from "../capture/addon-errors.js";
import type { NativeBinding } from "../capture/binding.js";
import { collectGarbage } from "../capture/collect-garbage.js";
import type { RawOpened } from "../capture/leak-binding.js";
import { MemspecError } from "../errors/memspec-error.js";
import type { Reading } from "./births.js";

/** What reads a heap and its surroundings at the boundaries of batches: the addon, or V8's JavaScript interfaces. */
export interface LeakGauge {
  /** Readings tell what is alive of each interval, not levels alone. */
  readonly tellsBirths: boolean;
  /** @param traces objects remember where they are allocated: 40 times slower */
  begin(traces: boolean): void;
  /**
   * Calls the function under judgement.
   *
   * @throws what the function throws; an error with the code `MEMSPEC_LEAK_OUT_OF_MEMORY` when it fills the heap
   */
  call(fn: () => unknown): unknown;
  /** Collects and reads. Macrotasks must have gone by. */
  boundary(lastResort: boolean): void;
  /** From the last boundary on objects remember where they are allocated, where that can be had: 40 times slower. */
  recordStacks(): void;
  /** From here on it is noted where the function opens descriptors, where that can be had. */
  watchDescriptors(): void;
  /** Where those were opened that are open now, most first. */
  openedDescriptors(): readonly RawOpened[];
  /** Forgets all boundaries; objects keep their ids, and remember nothing more. */
  startOver(): void;
  /** All readings since `begin`, or since all were forgotten. */
  read(): readonly Reading[];
  /** What makes the readings weaker, in sentences. */
  notes(): readonly string[];
  /** Highest object ids at the boundaries; `null` without the addon. */
  objectIds(): readonly number[] | null;
  end(): void;
}

export function nativeGauge(binding: NativeBinding): LeakGauge {
  let shared = false;
  return {
    tellsBirths: true,
    begin: (traces) => withAddonErrors(() => binding.leakBegin(traces)),
    call: (fn) => binding.leakCall(fn),
    boundary: (lastResort) => withAddonErrors(() => binding.leakBoundary(lastResort)),
    recordStacks: () => withAddonErrors(() => binding.leakRecordStacks()),
    watchDescriptors: () => withAddonErrors(() => binding.leakWatchDescriptors()),
    openedDescriptors: () => withAddonErrors(() => binding.leakOpenedDescriptors()),
    startOver: () => withAddonErrors(() => binding.leakStartOver()),
    read() {
      const rows = withAddonErrors(() => binding.leakRead());
      shared ||= rows.some(({ heap }) => heap === null);
      return rows.map((row) => ({ ...row, buffersBytes: null }));
    },
    notes: () => (shared ? [`The heap was judged by its level first: ${SHARED_RECORD}`] : []),
    objectIds: () => withAddonErrors(() => binding.leakRead().map((row) => row.lastObjectId)),
    end: () => binding.leakEnd(),
  };
}

const MOST_READINGS = 64;
/** Of the heap's limit: garbage included, for nothing tells what is none. */
const FULL = 0.9;

/** The heap's and the buffers' levels, and the handles that Node tells of. */
export function javascriptGauge(): LeakGauge {
  // Written in place: a reading must leave nothing behind.
  const levels = new Float64Array(MOST_READINGS * 2);
  const handles: Record<string, number>[] = [];
  let count = 0;
  const forget = (): void => {
    count = 0;
    handles.length = 0;
  };
  return {
    tellsBirths: false,
    begin: forget,
    call(fn) {
      const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
      if (used > FULL * limit) throw outOfMemory();
      return fn();
    },
    boundary() {
      collectGarbage();
      const { arrayBuffers } = process.memoryUsage();
      levels[2 * count] = usedWithoutCode();
      levels[2 * count + 1] = arrayBuffers;
      handles[count] = countActive();
      count += 1;
    },
    recordStacks: () => undefined,
    watchDescriptors: () => undefined,
    openedDescriptors: () => [],
    startOver: forget,
    read: () =>
      Array.from({ length: count }, (_, index) => ({
        usedBytes: levels[2 * index] ?? 0,
        allocatedBytes: null,
        buffersBytes: levels[2 * index + 1] ?? 0,
        heap: null,
        buffers: null,
        native: null,
        handles: handles[index] ?? {},
      })),
    notes: () => [],
    objectIds: () => null,
    end: () => undefined,
  };
}

/** Machine code and bytecode come and go by tens of kilobytes; they are nobody's leak. */
function usedWithoutCode(): number {
  let used = 0;
  for (const { space_name: name, space_used_size: size } of getHeapSpaceStatistics()) {
    if (!/code|trusted|read_only/u.test(name)) used += size;
  }
  return used;
}

function countActive(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

export function outOfMemory(cause?: unknown): MemspecError {
  return new MemspecError(
    "MEMSPEC_LEAK_OUT_OF_MEMORY",
    "The function of the leak check was stopped before it filled the heap.",
    {
      hint: "It leaks, or a call needs more than there is: raise --max-old-space-size, or let a call do less.",
      cause,
    },
  );
}
