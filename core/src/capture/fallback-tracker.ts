import { getHeapStatistics } from "node:v8";
import { MemspecError } from "../errors/memspec-error.js";
import type { Handle, OpenOptions } from "./binding.js";
import { collectGarbage } from "./collect-garbage.js";
import { HeapReader, type HeapSpan, heapFigures } from "./heap-readings.js";
import { countInstances, highestObjectId } from "./heap-snapshot.js";
import type { Capabilities } from "./measurement.js";
import { isPromise } from "./repeat.js";
import type { TrackedMeasurement, TrackedRetained, TrackedSpace, Tracker } from "./tracker.js";

/** One measurement without the addon. Figures are read when it ends; nothing else is kept. */
interface Span {
  readonly options: OpenOptions;
  readonly reader: HeapReader;
  /** What the readings allocate themselves, by an empty span just before. */
  readonly ownBytes: number;
  /** Settled levels before the span, for retained memory. */
  readonly settledHeapBytes: number;
  readonly settledBufferBytes: number;
  /** Of the objects before the span, once `prepareInstances` was called. */
  highestObjectId: number;
  state: "open" | "counting" | "ended";
  startBufferBytes: number;
  startNs: bigint;
  endNs: bigint;
  endBufferBytes: number;
  heap: HeapSpan;
}

const NO_HEAP: HeapSpan = { startBytes: 0, endBytes: 0, collections: [] };
const NOTHING = { allocatedBytes: null, allocationCount: null, peakBytes: null, netBytes: null } as const;

/** Empty spans before their cost is taken for settled, and how many alike make it so. */
const MAX_CALIBRATIONS = 40;
const ALIKE = 3;

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
  const begin = (handle: Handle): void => beginSpan(spanOf(handle));
  const end = (handle: Handle): void => endSpan(spanOf(handle));

  return {
    capabilities: (options) => describe(reason, options, canCollect),
    open(options) {
      if (options.settle) collect();
      lastHandle += 1;
      spans.set(lastHandle, openSpan(options));
      return lastHandle;
    },
    begin,
    end,
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
    sourceMapUrl: () => "",
  };
}

function openSpan(options: OpenOptions): Span {
  // Calibrating leaves garbage: the settled level is read before it.
  const settledHeapBytes = getHeapStatistics().used_heap_size;
  return newSpan(options, calibrate(options), settledHeapBytes);
}

function newSpan(options: OpenOptions, ownBytes: number, settledHeapBytes: number): Span {
  return {
    options,
    reader: new HeapReader(),
    ownBytes,
    settledHeapBytes,
    settledBufferBytes: process.memoryUsage().arrayBuffers,
    highestObjectId: 0,
    state: "open",
    startBufferBytes: 0,
    startNs: 0n,
    endNs: 0n,
    endBufferBytes: 0,
    heap: NO_HEAP,
  };
}

/**
 * What an empty span allocates: the object that the first reading is returned in. It is told in the notes, and differs
 * between versions of Node and as our own code warms up, so it is read anew for each measurement.
 */
function calibrate(options: OpenOptions): number {
  let alike = 0;
  let ownBytes = -1;
  for (let round = 0; round < MAX_CALIBRATIONS && alike < ALIKE; round += 1) {
    const span = newSpan(options, 0, 0);
    callIn(span, nothing, undefined, []);
    const bytes = span.heap.endBytes - span.heap.startBytes;
    const undisturbed = span.heap.collections.length === 0;
    alike = undisturbed && bytes === ownBytes ? alike + 1 : 0;
    if (undisturbed) ownBytes = bytes;
  }
  return Math.max(0, ownBytes);
}

function nothing(): void {
  // An empty span has nothing in it.
}

/** The heap's reading comes last: what follows it is the caller's. */
function beginSpan(span: Span): void {
  if (span.state !== "open") {
    throw new MemspecError("MEMSPEC_MEASUREMENT_CLOSED", "The measurement has already begun.", {});
  }
  span.state = "counting";
  span.startNs = process.hrtime.bigint();
  span.startBufferBytes = process.memoryUsage().arrayBuffers;
  span.reader.begin();
}

/** The heap's reading comes first. */
function endSpan(span: Span): void {
  if (span.state !== "counting") return;
  span.heap = span.reader.end();
  span.state = "ended";
  span.endBufferBytes = process.memoryUsage().arrayBuffers;
  span.endNs = process.hrtime.bigint();
}

function callIn(span: Span, fn: (...args: never[]) => unknown, thisArg: unknown, args: readonly unknown[]): unknown {
  beginSpan(span);
  let value: unknown;
  try {
    value = Reflect.apply(fn, thisArg, args);
  } catch (error) {
    endSpan(span);
    throw error;
  }
  if (!isPromise(value)) {
    endSpan(span);
    return value;
  }
  return value.then(
    (settled: unknown) => {
      endSpan(span);
      return settled;
    },
    (error: unknown) => {
      endSpan(span);
      throw error;
    },
  );
}

function readSpan(span: Span): TrackedMeasurement {
  const heap = heapFigures(span.heap, span.ownBytes);
  const { collections } = span.heap;
  const buffers = bufferFigures(span);
  const usage = getHeapStatistics();
  return {
    durationNs: Number(span.endNs - span.startNs),
    spaces: [
      {
        allocatedBytes: heap.allocatedBytes,
        allocationCount: null,
        peakBytes: heap.peakBytes,
        netBytes: heap.netBytes,
      },
      buffers,
      NOTHING,
      NOTHING,
    ],
    total: NOTHING,
    peakErrorBytes: null,
    heapPeakLiveBytes: heap.peakLiveBytes,
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
    "What the readings themselves allocate on the heap, measured by empty spans just before, is taken off; a few hundred bytes of an async call's promise are not.",
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
