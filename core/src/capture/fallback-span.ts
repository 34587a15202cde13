import { getHeapStatistics } from "node:v8";
import { MemspecError } from "../errors/memspec-error.js";
import type { OpenOptions } from "./binding.js";
import { HeapReader, type HeapSpan } from "./heap-readings.js";
import { isPromise } from "./repeat.js";

/** One measurement without the addon. Figures are read when it ends; nothing else is kept. */
export interface Span {
  readonly options: OpenOptions;
  readonly reader: HeapReader;
  /** What the readings allocate themselves, by empty spans just before. */
  ownBytes: number;
  /** The same, by an empty span just after; `null`: not known. Where the two differ, our code was recompiled between. */
  ownBytesAfter: number | null;
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

/** Empty spans before their cost is taken for settled, and how many alike make it so. */
const MAX_CALIBRATIONS = 40;
const ALIKE = 3;

export function newSpan(options: OpenOptions): Span {
  return {
    options,
    reader: new HeapReader(),
    ownBytes: 0,
    ownBytesAfter: null,
    settledHeapBytes: getHeapStatistics().used_heap_size,
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
 * Finds out what an empty span allocates: the object that the first reading is returned in. It differs between versions
 * of Node and with the tier of our own code, so it is found anew for each measurement, and by the very loop that then takes
 * the caller's span: a copy of the code elsewhere may be compiled to allocate less.
 */
class Calibration {
  #alike = 0;
  #rounds = 0;
  ownBytes = -1;

  /** Whether the next span can be the caller's. */
  get settled(): boolean {
    return this.#alike >= ALIKE || this.#rounds >= MAX_CALIBRATIONS;
  }

  /** Takes an empty span's figures. */
  add(probe: Span): void {
    this.#rounds += 1;
    const bytes = emptySpanBytes(probe);
    this.#alike = bytes !== null && bytes === this.ownBytes ? this.#alike + 1 : 0;
    if (bytes !== null) this.ownBytes = bytes;
  }
}

/** What an empty span allocated; `null` when a collection came between. */
function emptySpanBytes(probe: Span): number | null {
  return probe.heap.collections.length > 0 ? null : probe.heap.endBytes - probe.heap.startBytes;
}

export function beginCalibrated(span: Span): void {
  const calibration = new Calibration();
  for (;;) {
    const counted = calibration.settled;
    const current = counted ? span : newSpan(span.options);
    if (counted) span.ownBytes = Math.max(0, calibration.ownBytes);
    beginSpan(current);
    if (counted) return;
    endSpan(current);
    calibration.add(current);
  }
}

export function endCalibrated(span: Span): void {
  if (span.state !== "counting") return;
  endSpan(span);
  const probe = newSpan(span.options);
  beginSpan(probe);
  endSpan(probe);
  span.ownBytesAfter = emptySpanBytes(probe);
}

/** Empty spans after which the compiler has mostly done with our own code. */
const WARM_UP_SPANS = 60;

/** To be called once, before the first span. */
export function warmUp(options: OpenOptions): void {
  for (let round = 0; round < WARM_UP_SPANS; round += 1) {
    callIn(newSpan(options), nothing, undefined, []);
    const span = newSpan(options);
    beginCalibrated(span);
    endCalibrated(span);
  }
}

/** What an empty span calls. */
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
export function endSpan(span: Span): void {
  if (span.state !== "counting") return;
  span.heap = span.reader.end();
  span.state = "ended";
  span.endBufferBytes = process.memoryUsage().arrayBuffers;
  span.endNs = process.hrtime.bigint();
}

export function callIn(
  span: Span,
  fn: (...args: never[]) => unknown,
  thisArg: unknown,
  args: readonly unknown[],
): unknown {
  const calibration = new Calibration();
  let value: unknown;
  for (let after = false; ; ) {
    const counted = calibration.settled && !after;
    const current = counted ? span : newSpan(span.options);
    if (counted) span.ownBytes = Math.max(0, calibration.ownBytes);
    const target = counted ? fn : nothing;
    beginSpan(current);
    let result: unknown;
    try {
      result = Reflect.apply(target, thisArg, args);
    } catch (error) {
      endSpan(current);
      throw error;
    }
    if (isPromise(result)) return endWhenSettled(span, result);
    endSpan(current);
    if (after) {
      span.ownBytesAfter = emptySpanBytes(current);
      return value;
    }
    if (counted) {
      value = result;
      after = true;
    } else {
      calibration.add(current);
    }
  }
}

function endWhenSettled(span: Span, promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (settled: unknown) => {
      endCalibrated(span);
      return settled;
    },
    (error: unknown) => {
      endCalibrated(span);
      throw error;
    },
  );
}
