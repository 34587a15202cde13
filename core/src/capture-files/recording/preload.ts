/** Recording of a program that does not know of it: what the preloaded module does. */

import { getEnvironmentData, isMainThread, setEnvironmentData, threadId } from "node:worker_threads";
import { armTracker } from "../../capture/arm.js";
import { load } from "../../capture/native-package.js";
import { invalid, knownKeys } from "../../capture/validate-options.js";
import { MemspecError } from "../../errors/memspec-error.js";
import type { RecordingOptions } from "./options.js";
import { openRecording } from "./recording.js";
import { RECORDING_OPTIONS, recordingPlan } from "./recording-plan.js";

/** JSON of `PreloadOptions`. */
const RECORD_VARIABLE = "MEMSPEC_RECORD";

/** Known to worker threads, and to nobody else: their process is recorded. */
const RECORDED = "memspec:recorded";

/** In `file`, `%p` is the process's id: each process needs a file of its own. */
export interface PreloadOptions extends RecordingOptions {
  /** Child processes are recorded, too. Default `false`. */
  readonly follow?: boolean;
}

/**
 * Records this process as `MEMSPEC_RECORD` says, until it ends. In a worker thread: makes its stacks known to the recording of its process.
 * What cannot be done is said in one line on the standard error: the program runs all the same.
 */
export function recordFromEnvironment(): void {
  const given = process.env[RECORD_VARIABLE];
  try {
    if (!isMainThread) {
      if (getEnvironmentData(RECORDED) === process.pid) armTracker();
    } else if (given !== undefined && given !== "") {
      record(given);
    }
  } catch (error) {
    const where = isMainThread ? "" : ` (worker ${threadId})`;
    process.stderr.write(`memspec: not recorded${where}: ${(error as Error).message.split("\n")[0]}\n`);
  }
}

function record(given: string): void {
  const { follow, ...options } = preloadOptions(given);
  if (!follow) forgetInChildren();
  const recording = openRecording(recordingPlan(options, RECORD_VARIABLE));
  setEnvironmentData(RECORDED, process.pid);
  shareAddon();
  process.on("exit", (code) => {
    const summary = recording.exit(code);
    if (summary.ended === "exit" || summary.ended === "stop") return;
    const why = summary.ended === "full" ? `the disk took no more (${summary.detail})` : "the disk could not keep up";
    process.stderr.write(
      `memspec: the recording ended before the program: ${why}; ${summary.file} holds what was before\n`,
    );
  });
}

function preloadOptions(given: string): PreloadOptions & { readonly follow: boolean } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(given);
  } catch (cause) {
    throw new MemspecError("MEMSPEC_INVALID_OPTION", `${RECORD_VARIABLE} is not JSON.`, { value: given, cause });
  }
  const options = knownKeys(parsed, RECORD_VARIABLE, [...RECORDING_OPTIONS, "follow"], '{ "file": "app.memspec" }');
  const { follow = false, file } = options;
  if (typeof follow !== "boolean") throw invalid("follow", follow, RECORD_VARIABLE, "It is true or false.");
  if (typeof file !== "string") throw invalid("file", file, RECORD_VARIABLE, "It is the path of the capture file.");
  return { ...options, file: file.replaceAll("%p", String(process.pid)), follow };
}

/** Other copies of memspec in this process, such as a test runner's plugin, take the tracker that records (native/index.cjs). */
function shareAddon(): void {
  const { path } = load();
  if (path !== undefined) process.env["MEMSPEC_ADDON_IN_USE"] = `${process.pid}:${path}`;
}

/** Children inherit the environment, and with it what would record them, into the same file. */
function forgetInChildren(): void {
  // An assignment would leave the variable behind, as a string.
  delete process.env[RECORD_VARIABLE];
}
