import { getHeapStatistics } from "node:v8";
import { MemspecError } from "../errors/memspec-error.js";
import type { Handle, OpenOptions } from "./binding.js";
import { collectGarbage } from "./collect-garbage.js";
import { beginCalibrated, callIn, endCalibrated, endSpan, newSpan, type Span, warmUp } from "./fallback-span.js";
import { heapFigures } from "./heap-readings.js";
import { countInstances, highestObjectId } from "./heap-snapshot.js";
import type { Capabilities } from "./measurement.js";
import type { TrackedMeasurement, TrackedRetained, TrackedSpace, Tracker } from "./tracker.js";

const NOTHING = { allocatedBytes: null, allocationCount: null, peakBytes: null, netBytes: null } as const;

/** So much the compiler may allocate when it replaces our own code around a span. */
const COMPILER_NOISE_BYTES = 4096;

/**
 * Measures through V8's JavaScript interfaces alone: the heap exactly, from readings at every collection; buffers while
 * no collection happens; no native memory, no stacks.
 *
 * @param reason why there is no addon, in a sentence without a full stop
 */
export function createFallbackTracker(reason: string): Tracker {
  const spans = new Map<Handle, Span>();
  let lastHandle = 0;
  let canCollect = true;

  const collect = (): void => {
    canCollect = collectGarbage();
  };
  const spanOf = (handle: Handle): Span => {
    const span = spans.get(handle);
    if (span !== undefined) return span;
    throw new MemspecError("MEMSPEC_MEASUREMENT_CLOSED", "The measurement is closed.", { value: handle });
  };

  return {
    capabilities: (options) => describe(reason, options, canCollect),
    open(options) {
      if (lastHandle === 0) warmUp(options);
      if (options.settle) collect();
      lastHandle += 1;
      spans.set(lastHandle, newSpan(options));
      return lastHandle;
    },
    begin: (handle) => beginCalibrated(spanOf(handle)),
    end: (handle) => endCalibrated(spanOf(handle)),
    call: (handle, fn, thisArg, args) => callIn(spanOf(handle), fn, thisArg, args),
    read: (handle) => readSpan(spanOf(handle)),
    collect,
    retained: (handle) => retainedOf(spanOf(handle)),
    prepareInstances(handle) {
      spanOf(handle).highestObjectId = highestObjectId();
    },
    instances(handle, names) {
      return countInstances(names, spanOf(handle).highestObjectId);
    },
    close(handle) {
      const span = spans.get(handle);
      if (span === undefined) return;
      endSpan(span);
      spans.delete(handle);
    },
  };
}

function readSpan(span: Span): TrackedMeasurement {
  const heap = heapFigures(span.heap, span.ownBytes);
  const heapKnown = span.ownBytesAfter === span.ownBytes || heap.allocatedBytes > COMPILER_NOISE_BYTES;
  const { collections } = span.heap;
  const buffers = bufferFigures(span);
  const usage = getHeapStatistics();
  return {
    durationNs: Number(span.endNs - span.startNs),
    spaces: [
      {
        allocatedBytes: heapKnown ? heap.allocatedBytes : null,
        allocationCount: null,
        peakBytes: heapKnown ? heap.peakBytes : null,
        netBytes: heap.netBytes,
      },
      buffers,
      NOTHING,
      NOTHING,
    ],
    total: NOTHING,
    peakErrorBytes: null,
    heapPeakLiveBytes: heap.peakLiveBytes,
    cameToRest: true,
    gc: {
      count: collections.length,
      majorCount: collections.filter((collection) => collection.major).length,
      durationNs: collections.reduce((sum, collection) => sum + collection.durationNs, 0),
    },
    fragmentation: { heapBytes: usage.total_heap_size - usage.used_heap_size, nativeBytes: null },
    sites: [],
    heapSampleInterval: 0,
    heapSampler: "off",
    heapByLine: false,
    truncated: { samplesDropped: 0, blocksDropped: 0, stacksDropped: 0, unknownFrees: 0 },
    ownBytes: span.ownBytes,
  };
}

/**
 * Backing stores are freed by collections, and then in the background, so only without one does the growth say what was
 * allocated and how high it went. A shrinking level means that older stores were given up: then nothing is known.
 */
function bufferFigures(span: Span): TrackedSpace {
  const netBytes = span.endBufferBytes - span.startBufferBytes;
  if (span.heap.collections.length > 0 || netBytes < 0) return { ...NOTHING, netBytes };
  return { allocatedBytes: netBytes, allocationCount: null, peakBytes: netBytes, netBytes };
}

/** Growth of the settled levels, zero where they fell: frees of older memory offset it, as the notes say. */
function retainedOf(span: Span): TrackedRetained {
  const heapBytes = getHeapStatistics().used_heap_size - span.settledHeapBytes;
  const bufferBytes = process.memoryUsage().arrayBuffers - span.settledBufferBytes;
  return [Math.max(0, heapBytes), Math.max(0, bufferBytes), null, null];
}

function describe(reason: string, options: OpenOptions, canCollect: boolean): Capabilities {
  const notes = [
    `Measured without the native tracker: ${reason}.`,
    "Native memory and stacks are not available; buffers are known only while no collection happens, and WebAssembly memory is not among them.",
    "What the readings themselves allocate on the heap, measured by empty spans just before, is taken off; a few hundred bytes of an async call's promise are not. A heap figure below 4 kB is unknown when an empty span just after differs; once in some hundred spans V8's compiler adds up to 2 kB unseen.",
  ];
  if (options.retained) notes.push("Retained memory is the growth of settled levels: frees of older memory offset it.");
  if (options.retained || options.settle) {
    if (!canCollect) notes.push("This Node does not let memspec collect garbage: levels are not settled.");
  }
  return {
    tracker: "javascript",
    native: { available: false, reason },
    stacks: { available: false, reason },
    heapLines: false,
    notes,
  };
}
