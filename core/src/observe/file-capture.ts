/** The option `capture` of the configuration: a capture file for each test file. docs/captures-of-tests.md */

import path from "node:path";
import { oneOf } from "../capture/validate-options.js";
import { type Recording, startRecording } from "../capture-files/recording/recording.js";
import { isMemspecError } from "../errors/memspec-error.js";

/** Which test files' captures are kept: of those that fail, or of all. */
export type CaptureMode = "on-failure" | "all";

/** A capture as it is on its way to the main process. */
export interface FileCapture {
  /** Absolute, in a folder that goes with the run. */
  readonly path: string;
  readonly mode: CaptureMode;
}

/**
 * @param where the option, for messages
 * @returns `null`: nothing is recorded
 * @throws MemspecError `MEMSPEC_INVALID_OPTION`
 */
export function parseCapture(mode: unknown, where: string): CaptureMode | null {
  if (mode === undefined || mode === false) return null;
  return oneOf(mode, ["on-failure", "all"] as const, "on-failure", "capture", where);
}

/** @returns `null` where nothing is to be recorded */
export function nameCapture(
  mode: CaptureMode | null,
  folder: string,
  worker: { readonly pid: number; readonly threadId: number; readonly began: number },
): FileCapture | null {
  if (mode === null) return null;
  return { path: path.join(folder, `${worker.pid}-${worker.threadId}-${worker.began}.memspec`), mode };
}

/** A recording of a test file that runs, or why there is none. */
export interface FileRecording {
  finish(): RecordedFile;
}

export interface RecordedFile {
  /** `undefined`: nothing was recorded. */
  readonly capture: FileCapture | undefined;
  /** What is to be told; `undefined`: nothing. */
  readonly note: string | undefined;
}

/** Recording is for looking closer: what stands in its way is told, and fails no test. */
export function recordFile(capture: FileCapture): FileRecording {
  let recording: Recording;
  try {
    recording = startRecording({ file: capture.path, overwrite: true });
  } catch (error) {
    return { finish: () => ({ capture: undefined, note: `No capture: ${reasonOf(error)}` }) };
  }
  return {
    finish() {
      try {
        const { ended, detail } = recording.stop();
        const whole = ended === "stop" || ended === "exit";
        return { capture, note: whole ? undefined : `The capture ends early: ${detail}` };
      } catch (error) {
        return { capture: undefined, note: `No capture: ${reasonOf(error)}` };
      }
    },
  };
}

function reasonOf(error: unknown): string {
  if (!isMemspecError(error)) throw error;
  return error.message.split("\n")[0] ?? error.code;
}
