import type { Handle, OpenOptions, RawMeasurement, RawSpace } from "./binding.js";
import type { Capabilities } from "./measurement.js";

/** A space's figures as a tracker gives them: the addon knows all, the JavaScript fallback only some (`null`: unknown). */
export type TrackedSpace = { readonly [Figure in keyof RawSpace]: RawSpace[Figure] | null };

/** What the addon's `RawMeasurement` is a special case of: the same shape, with unknowns. */
export interface TrackedMeasurement
  extends Omit<RawMeasurement, "spaces" | "total" | "peakErrorBytes" | "fragmentation"> {
  /** In the order of `SPACES`. */
  readonly spaces: readonly [TrackedSpace, TrackedSpace, TrackedSpace, TrackedSpace];
  readonly total: TrackedSpace;
  /** `null` when the total's peak is unknown. */
  readonly peakErrorBytes: number | null;
  readonly fragmentation: { readonly heapBytes: number | null; readonly nativeBytes: number | null };
}

/** Bytes alive per space, in the order of `SPACES`; `null`: unknown. */
export type TrackedRetained = readonly [number | null, number | null, number | null, number | null];

/**
 * What measures: the native addon, or V8's JavaScript interfaces where there is none. The methods are those of
 * `NativeBinding`, where each is explained; what differs is that a figure may be unknown.
 *
 *     open ──► begin ──► end ──► read ──► close
 *        └──► call (begin + end) ─┘  └─► collect ─► retained | instances ─► read
 */
export interface Tracker {
  /** For a measurement opened with these options. */
  capabilities(options: OpenOptions): Capabilities;
  open(options: OpenOptions): Handle;
  begin(handle: Handle): void;
  end(handle: Handle): void;
  call(handle: Handle, fn: (...args: never[]) => unknown, thisArg: unknown, args: readonly unknown[]): unknown;
  read(handle: Handle): TrackedMeasurement;
  /** A full settled collection, now. */
  collect(): void;
  retained(handle: Handle): TrackedRetained;
  /** Before `begin` or `call` of a measurement that `instances` will be asked of. */
  prepareInstances(handle: Handle): void;
  /** @throws MemspecError `MEMSPEC_UNAVAILABLE` where live objects cannot be listed */
  instances(handle: Handle, names: readonly string[]): readonly number[];
  close(handle: Handle): void;
}
