import { flag, invalid, knownKeys } from "../../capture/validate-options.js";
import { parseSize } from "../../sizes/parse-size.js";
import type { RecordingOptions } from "./options.js";

/** Every option has a value. */
export interface RecordingPlan {
  readonly file: string;
  readonly overwrite: boolean;
  readonly nativeStacks: boolean;
  readonly aggregate: boolean;
  /** 1: every object. */
  readonly heapIntervalBytes: number;
  readonly timelineIntervalMs: number;
  readonly run: string | null;
}

export const RECORDING_OPTIONS: readonly (keyof RecordingOptions)[] = [
  "file",
  "overwrite",
  "nativeStacks",
  "aggregate",
  "heapInterval",
  "timelineIntervalMs",
  "run",
];

const DEFAULT_HEAP_INTERVAL = 32 * 1024;
const DEFAULT_TIMELINE_MS = 10;
/** An hour: more is a mistyped number. */
const MOST_TIMELINE_MS = 3_600_000;
const MOST_HEAP_INTERVAL = 2 ** 30;

/**
 * @param where the call that took the options, for messages
 * @throws MemspecError `MEMSPEC_INVALID_OPTION`, `MEMSPEC_UNKNOWN_OPTION`, `MEMSPEC_INVALID_SIZE`
 */
export function recordingPlan(options: unknown, where: string): RecordingPlan {
  const given = knownKeys(options, where, RECORDING_OPTIONS, '{ file: "app.memspec" }');
  const run = given["run"];
  if (run !== undefined && (typeof run !== "string" || run === "")) {
    throw invalid("run", run, where, "It is a string that all files of one command share, or left out.");
  }
  return {
    file: fileOf(given["file"], where),
    overwrite: flag(given["overwrite"], false, "overwrite", where),
    nativeStacks: flag(given["nativeStacks"], false, "nativeStacks", where),
    aggregate: flag(given["aggregate"], false, "aggregate", where),
    heapIntervalBytes: heapIntervalOf(given["heapInterval"], where),
    timelineIntervalMs: timelineIntervalOf(given["timelineIntervalMs"], where),
    run: run ?? null,
  };
}

function fileOf(value: unknown, where: string): string {
  // The system's calls end a path at a zero byte.
  if (typeof value === "string" && value !== "" && !value.includes("\0")) return value;
  throw invalid("file", value, where, 'It is the path of the capture file, for example "app.memspec".');
}

function heapIntervalOf(value: unknown, where: string): number {
  if (value === undefined) return DEFAULT_HEAP_INTERVAL;
  if (value === "exact") return 1;
  const bytes = parseSize(value);
  if (bytes >= 1 && bytes <= MOST_HEAP_INTERVAL) return bytes;
  throw invalid("heapInterval", value, where, 'It is a size from 1 byte to 1 GiB, or "exact".');
}

function timelineIntervalOf(value: unknown, where: string): number {
  if (value === undefined) return DEFAULT_TIMELINE_MS;
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= MOST_TIMELINE_MS) return value;
  throw invalid(
    "timelineIntervalMs",
    value,
    where,
    `It is a whole number of milliseconds from 1 to ${MOST_TIMELINE_MS}.`,
  );
}
