/** Recording of this process into a capture file. */

import path from "node:path";
import { withAddonErrors } from "../../capture/addon-errors.js";
import type { NativeBinding } from "../../capture/binding.js";
import { loadAddon } from "../../capture/load-addon.js";
import type { RawRecordingFacts, RawRecordingSummary } from "../../capture/recording-binding.js";
import { VERSION } from "../../capture/version.js";
import { isMemspecError, MemspecError } from "../../errors/memspec-error.js";
import type { CaptureMeta } from "../format/format.js";
import { allocateOneByOne } from "./allocation-folding.js";
import type { RecordingOptions } from "./options.js";
import { type RecordingPlan, recordingPlan } from "./recording-plan.js";

/** How a recording ended, and what it holds. */
export interface RecordingSummary {
  /** Absolute. */
  readonly file: string;
  readonly bytes: number;
  readonly events: number;
  /** "exit": the program ended; "stop": it was stopped; "full": the disk took no more; "slow": the disk could not keep up. */
  readonly ended: "exit" | "stop" | "full" | "slow";
  /** What the system said where the disk took no more; else "". */
  readonly detail: string;
  readonly dropped: {
    /** Stacks for which there was no room. */
    readonly stacks: number;
    /** Blocks that could not be followed. */
    readonly blocks: number;
    /** Frees of blocks that are older than the recording. */
    readonly unknownFrees: number;
    /** Bytes of the recording that could not be written. */
    readonly bytes: number;
  };
}

/** An open recording. Ends by `stop()`, or with the process. */
export interface Recording {
  /** Absolute path of the file. */
  readonly file: string;
  /** Ends it, the first time it is called; then it says the same again. */
  stop(): RecordingSummary;
}

/**
 * Records every allocation of this process, all its threads included, into a file, from now on. One at a time.
 *
 * @throws MemspecError `MEMSPEC_UNAVAILABLE` without the native tracker, `MEMSPEC_RECORDING_OPEN` when one runs already,
 *   `MEMSPEC_FILE_EXISTS`, `MEMSPEC_FILE_UNWRITABLE`, `MEMSPEC_INVALID_OPTION`, `MEMSPEC_UNKNOWN_OPTION`, `MEMSPEC_INVALID_SIZE`
 */
export function startRecording(options: RecordingOptions): Recording {
  return openRecording(recordingPlan(options, "startRecording()"));
}

/** As `startRecording`, for a plan that is already made. The process's end may be told by its exit code. */
export function openRecording(plan: RecordingPlan): ProcessRecording {
  const { binding, reason } = loadAddon();
  if (binding === null) {
    throw new MemspecError("MEMSPEC_UNAVAILABLE", `The process cannot be recorded: ${reason}.`, { value: plan.file });
  }
  const capabilities = binding.capabilities();
  if (!capabilities.hooks) {
    throw new MemspecError("MEMSPEC_UNAVAILABLE", `The process cannot be recorded: ${capabilities.hooksReason}.`);
  }
  if (binding.recordingIsOpen()) throw alreadyOpen();
  const file = path.resolve(plan.file);
  const facts = withAddonErrors(() => binding.recordingFacts());
  const heapInterval = facts.heapLifetimes ? plan.heapIntervalBytes : 0;
  try {
    binding.recordingStart({
      file,
      meta: JSON.stringify(metaOf(plan, facts, heapInterval, notesOn(binding, facts))),
      overwrite: plan.overwrite,
      aggregate: plan.aggregate,
      nativeStacks: plan.nativeStacks,
      heapInterval,
      timelineIntervalMs: plan.timelineIntervalMs,
    });
  } catch (cause) {
    throw unstarted(file, cause);
  }
  return new ProcessRecording(binding, file, heapInterval === 1 ? allocateOneByOne() : () => {});
}

export class ProcessRecording implements Recording {
  readonly file: string;
  readonly #binding: NativeBinding;
  readonly #ended: () => void;
  #summary: RecordingSummary | null = null;

  /** @param ended called once, when it has ended */
  constructor(binding: NativeBinding, file: string, ended: () => void) {
    this.#binding = binding;
    this.#ended = ended;
    this.file = file;
  }

  stop(): RecordingSummary {
    return this.#end(false, null);
  }

  /** The process ends. */
  exit(exitCode: number | null): RecordingSummary {
    return this.#end(true, exitCode);
  }

  #end(exit: boolean, exitCode: number | null): RecordingSummary {
    if (this.#summary !== null) return this.#summary;
    this.#summary = summaryOf(this.file, this.#binding.recordingStop(exit, exitCode));
    this.#ended();
    return this.#summary;
  }
}

function summaryOf(file: string, raw: RawRecordingSummary | null): RecordingSummary {
  // Ended by somebody else: the isolate that began it is gone.
  const { bytes = 0, events = 0, reason = "exit", error = "" } = raw ?? {};
  return {
    file,
    bytes,
    events,
    ended: reason,
    detail: error,
    dropped: {
      stacks: raw?.droppedStacks ?? 0,
      blocks: raw?.droppedBlocks ?? 0,
      unknownFrees: raw?.unknownFrees ?? 0,
      bytes: raw?.droppedBytes ?? 0,
    },
  };
}

function metaOf(
  plan: RecordingPlan,
  facts: RawRecordingFacts,
  heapInterval: number,
  notes: readonly string[],
): CaptureMeta {
  return {
    contents: plan.aggregate ? "sums" : "all",
    nativeStacks: plan.nativeStacks,
    heapInterval,
    timelineIntervalMs: plan.timelineIntervalMs,
    pageBytes: facts.pageBytes,
    allocators: facts.allocators,
    startedAt: new Date().toISOString(),
    process: {
      pid: process.pid,
      parentPid: process.ppid,
      argv: process.argv,
      execArgv: process.execArgv,
      cwd: process.cwd(),
      node: process.version,
      v8: process.versions.v8,
      platform: process.platform,
      architecture: process.arch,
    },
    memspec: VERSION,
    notes,
    run: plan.run,
  };
}

function notesOn(binding: NativeBinding, { heapLifetimes }: RawRecordingFacts): readonly string[] {
  const { bufferTap, engineSymbols } = binding.capabilities();
  const notes: string[] = [];
  if (!bufferTap && !engineSymbols) {
    notes.push("Buffers may be among the native memory: neither their allocator nor who calls it is known here.");
  }
  if (!engineSymbols) notes.push("This Node has no symbol table: memory of V8's own may be among the native memory.");
  if (!heapLifetimes) notes.push("The heap was not sampled: this V8's samples are not laid out as memspec knows them.");
  return notes;
}

function unstarted(file: string, cause: unknown): unknown {
  const { code, message } = cause as { code?: unknown; message?: string };
  if (isMemspecError(cause)) return cause;
  switch (code) {
    case "MEMSPEC_RECORDING_OPEN":
      return alreadyOpen();
    case "MEMSPEC_FILE_EXISTS":
      return new MemspecError("MEMSPEC_FILE_EXISTS", `${file} is already there.`, {
        value: file,
        hint: "Give another name, or overwrite: true to replace it.",
        cause,
      });
    case "MEMSPEC_FILE_UNWRITABLE":
      return new MemspecError("MEMSPEC_FILE_UNWRITABLE", `${file} cannot be written: ${message}.`, {
        value: file,
        cause,
      });
    default:
      return cause;
  }
}

function alreadyOpen(): MemspecError {
  return new MemspecError("MEMSPEC_RECORDING_OPEN", "This process is being recorded already.", {
    hint: "Stop the recording that runs first: there is one a process, whichever thread began it.",
  });
}
