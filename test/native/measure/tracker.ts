/** The addon itself, without the core: what the native suites measure with. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { load } from "@memspec/native";
import type { NativeBinding, OpenOptions, RawMeasurement } from "../../../core/src/capture/binding.js";

const loaded = load();
if (!("binding" in loaded)) throw new Error(`the addon did not load: ${loaded.error}`);

export const addonPath = loaded.path as string;
export const tracker = loaded.binding as NativeBinding;

const defaults: OpenOptions = { sampleInterval: 0, threads: "isolate", retained: false, settle: false };

/** Figures of one call of a synchronous function. */
export function figuresOf(fn: () => unknown, options: Partial<OpenOptions> = {}): RawMeasurement {
  const handle = tracker.open({ ...defaults, ...options });
  try {
    tracker.call(handle, fn as () => unknown, undefined, []);
    return tracker.read(handle);
  } finally {
    tracker.close(handle);
  }
}

/** Figures of one call of an asynchronous function, until its promise settled. */
export async function figuresOfAsync(
  fn: () => Promise<unknown>,
  options: Partial<OpenOptions> = {},
): Promise<RawMeasurement> {
  const handle = tracker.open({ ...defaults, ...options });
  try {
    await tracker.call(handle, fn as () => unknown, undefined, []);
    return tracker.read(handle);
  } finally {
    tracker.close(handle);
  }
}

setFlagsFromString("--expose-gc");
/** V8's own full collection, as `--expose-gc` gives it: nothing of memspec's. */
export const collectGarbage = runInNewContext("gc") as () => void;

/** Macrotasks and collections, until what is dead is gone. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setImmediate(resolve));
    tracker.collect();
  }
}

export const HEAP = 0;
export const BUFFERS = 1;
export const NATIVE = 2;
