import { withAddonErrors } from "./addon-errors.js";
import type { NativeBinding, NativeCapabilities, OpenOptions, RawMeasurement, RawRetained } from "./binding.js";
import type { Capabilities } from "./measurement.js";
import type { TrackedMeasurement, TrackedRetained, TrackedSpace, Tracker } from "./tracker.js";

const UNKNOWN: TrackedSpace = { allocatedBytes: null, allocationCount: null, peakBytes: null, netBytes: null };

/** The addon as a tracker: says in words what this machine lacks, and makes what could not be counted unknown. */
export function createNativeTracker(binding: NativeBinding): Tracker {
  return {
    capabilities: (options) => describeNative(binding.capabilities(), options),
    open: (options) => withAddonErrors(() => binding.open(options)),
    begin: (handle) => binding.begin(handle),
    end: (handle) => binding.end(handle),
    call: (handle, fn, thisArg, args) => withAddonErrors(() => binding.call(handle, fn, thisArg, args)),
    read: (handle) => withAddonErrors(() => withUnknowns(binding.read(handle), binding.capabilities())),
    collect: () => binding.collect(),
    retained: (handle) =>
      withAddonErrors(() => retainedWithUnknowns(binding.retained(handle).bytes, binding.capabilities())),
    // The addon notes the highest object id of every measurement that is opened for retained memory.
    prepareInstances: () => undefined,
    instances: (handle, names) => withAddonErrors(() => binding.instances(handle, names)),
    close: (handle) => binding.close(handle),
    sourceMapUrl: (scriptId) => binding.sourceMapUrl(scriptId),
  };
}

/** What the addon can do here, and in words what it cannot. */
export function describeNative(native: NativeCapabilities, options: OpenOptions): Capabilities {
  return {
    tracker: "native",
    native: native.hooks ? { available: true } : { available: false, reason: native.hooksReason },
    stacks: { available: true },
    heapLines: native.heapLines,
    notes: notesOn(native, options),
  };
}

function notesOn(native: NativeCapabilities, options: OpenOptions): readonly string[] {
  const notes: string[] = [];
  if (!native.hooks) notes.push(`Native memory is not counted: ${native.hooksReason}.`);
  if (!countsBuffers(native)) notes.push("Buffers are not counted: this isolate's allocator cannot be tapped.");
  if (native.hooks && !native.engineSymbols) {
    notes.push("This Node has no symbol table: memory of V8's own may be among the native memory.");
  }
  if (native.isolates > 1 && options.threads === "isolate") {
    notes.push(
      `The process runs ${native.isolates} isolates: memory of helper threads counts here, whichever isolate it serves.`,
    );
  }
  return notes;
}

function countsBuffers(native: NativeCapabilities): boolean {
  return native.bufferTap || native.hooks;
}

/** Counters that nothing could count are unknown, not zero. */
export function withUnknowns(raw: RawMeasurement, native: NativeCapabilities): TrackedMeasurement {
  if (native.hooks && countsBuffers(native)) return raw;
  const [heap, buffers, nativeSpace, engine] = raw.spaces;
  return {
    ...raw,
    spaces: [
      heap,
      countsBuffers(native) ? buffers : UNKNOWN,
      native.hooks ? nativeSpace : UNKNOWN,
      native.hooks ? engine : UNKNOWN,
    ],
  };
}

export function retainedWithUnknowns(bytes: RawRetained["bytes"], native: NativeCapabilities): TrackedRetained {
  const [heap, buffers, nativeSpace, engine] = bytes;
  return [
    heap,
    countsBuffers(native) ? buffers : null,
    native.hooks ? nativeSpace : null,
    native.hooks ? engine : null,
  ];
}
