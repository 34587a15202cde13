import { assertAvailable } from "../capture/availability.js";
import type { Handle } from "../capture/binding.js";
import { currentTracker } from "../capture/current-tracker.js";
import type { Measurement } from "../capture/measurement.js";
import type { MeasureOptions, MeasurePlan } from "../capture/options.js";
import { openOptions, readRecording } from "../capture/record.js";
import { settle } from "../capture/settle.js";
import type { Tracker } from "../capture/tracker.js";
import { planFromOptions } from "../capture/validate-options.js";
import type { RecordingOptions } from "../capture-files/recording/options.js";
import { openRecording, type Recording } from "../capture-files/recording/recording.js";
import { RECORDING_OPTIONS, type RecordingPlan, recordingPlan } from "../capture-files/recording/recording-plan.js";
import { MemspecError } from "../errors/memspec-error.js";
import { analyseHere } from "./analyse-here.js";
import { disposeSymbol } from "./dispose-symbol.js";

/**
 * Options of `track`: those of `measure` that mean something for one open span; and with `file` those of a recording, which goes on for as long
 * as the span: everything that the process allocates meanwhile is written to that capture file.
 */
export type TrackOptions = Omit<MeasureOptions, "warmup" | "runs"> & Partial<Omit<RecordingOptions, "run">>;

/** An open span. Ends by `stop()`, `stopSettled()`, or at the end of the block of `using`. */
export interface Tracking extends Disposable {
  /** Ends the span, the first time it is called. Retained memory is `null`: it needs `stopSettled()`. */
  stop(): Measurement;
  /**
   * Ends the span, and fills `retainedBytes` after settled collections.
   *
   * @throws MemspecError `MEMSPEC_INVALID_OPTION` unless tracked with `retained: true`; `MEMSPEC_MEASUREMENT_CLOSED`
   *   after `stop()`
   */
  stopSettled(): Promise<Measurement>;
  /** @throws MemspecError `MEMSPEC_MEASUREMENT_OPEN` while the span is open */
  readonly measurement: Measurement;
}

/**
 * Opens a span that the caller ends: `using t = track()`. Spans nest. Counting starts without a collection, unless
 * `settle: true` or `retained: true` says so. With `file` the span is recorded, too: docs/captures.md.
 *
 * @throws MemspecError `MEMSPEC_INVALID_OPTION`, `MEMSPEC_UNKNOWN_OPTION`, `MEMSPEC_INVALID_SIZE`, `MEMSPEC_UNAVAILABLE`; with `file` also
 *   `MEMSPEC_FILE_EXISTS`, `MEMSPEC_FILE_UNWRITABLE`, `MEMSPEC_RECORDING_OPEN`
 */
export function track(options?: TrackOptions): Tracking {
  const plan = planFromOptions(options, WHERE, false, [...TRACK_OPTIONS, ...RECORDED]);
  return openTracking(plan, recordingOf(options ?? {}));
}

const WHERE = "track()";
const RECORDED = RECORDING_OPTIONS.filter((name) => name !== "run");

function recordingOf(options: TrackOptions): RecordingPlan | null {
  const given = Object.fromEntries(
    RECORDED.flatMap((name) => (name in options ? [[name, options[name as keyof TrackOptions]]] : [])),
  );
  const [first] = Object.keys(given);
  if (first === undefined || Object.values(given).every((value) => value === undefined)) return null;
  if (given["file"] === undefined) {
    throw new MemspecError(
      "MEMSPEC_INVALID_OPTION",
      `${WHERE}: "${first}" is of a recording, and there is no "file".`,
      {
        value: given[first],
        hint: `Name the capture file: track({ file: "span.memspec", … }).`,
      },
    );
  }
  return recordingPlan(given, WHERE);
}

const TRACK_OPTIONS: readonly (keyof TrackOptions)[] = [
  "space",
  "ignore",
  "stacks",
  "sampleInterval",
  "threads",
  "verbose",
  "retained",
  "settle",
];

/** As `track`, for a plan that is already made. */
function openTracking(plan: MeasurePlan, recorded: RecordingPlan | null): Tracking {
  const tracker = currentTracker();
  assertAvailable(tracker.capabilities(openOptions(plan)), plan);
  const handle = tracker.open(openOptions(plan));
  let recording: Recording | null = null;
  try {
    recording = recorded === null ? null : openRecording(recorded);
  } catch (error) {
    tracker.close(handle);
    throw error;
  }
  const tracking = new OpenTracking(tracker, plan, handle, recording);
  tracking.begin();
  return tracking;
}

const dispose: typeof Symbol.dispose = disposeSymbol();

class OpenTracking implements Tracking {
  readonly #tracker: Tracker;
  readonly #plan: MeasurePlan;
  /** `null` once closed. */
  #handle: Handle | null;
  #measurement: Measurement | null = null;
  readonly #recording: Recording | null;

  constructor(tracker: Tracker, plan: MeasurePlan, handle: Handle, recording: Recording | null) {
    this.#recording = recording;
    this.#tracker = tracker;
    this.#plan = plan;
    this.#handle = handle;
  }

  /** The last thing before the caller's own code runs. */
  begin(): void {
    if (this.#handle !== null) this.#tracker.begin(this.#handle);
  }

  stop(): Measurement {
    const handle = this.#handle;
    if (handle === null) return this.measurement;
    this.#tracker.end(handle);
    this.#handle = null;
    try {
      this.#measurement = this.#analyse(handle, null);
    } finally {
      this.#tracker.close(handle);
    }
    return this.#measurement;
  }

  async stopSettled(): Promise<Measurement> {
    const handle = this.#handle;
    if (!this.#plan.retained) {
      throw new MemspecError("MEMSPEC_INVALID_OPTION", "stopSettled() needs a span that looks for retained memory.", {
        hint: "Open it with track({ retained: true }).",
      });
    }
    if (handle === null) {
      throw new MemspecError("MEMSPEC_MEASUREMENT_CLOSED", "The span has already ended.", {
        hint: "Call stopSettled() instead of stop().",
      });
    }
    this.#tracker.end(handle);
    this.#handle = null;
    try {
      await settle(this.#tracker);
      this.#measurement = this.#analyse(handle, this.#tracker.retained(handle));
    } finally {
      this.#tracker.close(handle);
    }
    return this.#measurement;
  }

  /** Before the recording ends: the sampler's run goes with it. */
  #analyse(handle: Handle, retained: ReturnType<Tracker["retained"]> | null): Measurement {
    try {
      return analyseHere(readRecording(this.#tracker, handle, this.#plan, retained));
    } finally {
      this.#recording?.stop();
    }
  }

  get measurement(): Measurement {
    if (this.#measurement !== null) return this.#measurement;
    throw new MemspecError("MEMSPEC_MEASUREMENT_OPEN", "There is no measurement yet: the span is open.", {
      hint: "Call stop() first.",
    });
  }

  [dispose](): void {
    if (this.#handle !== null) this.stop();
  }
}
