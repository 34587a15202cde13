/** What became of files and tests, as far as a runner's main process knows it: the input of `collectRun`. */

import type { FileCapture } from "../observe/file-capture.js";
import type { LastSites } from "../observe/last-sites.js";
import type { FilePayload } from "../observe/payload.js";
import type { WorkerState } from "../observe/state-file.js";
import { formatSize } from "../sizes/format-size.js";
import type { RunDeath, TestReport } from "./run-report.js";

/** A test as the runner knows it. */
export interface TestOutcome
  extends Pick<TestReport, "name" | "line" | "column" | "state" | "retries" | "repeats" | "durationMs"> {
  /** The key that the worker knew it by. */
  readonly key: string;
}

/** A test file as the runner knows it, and what its worker handed over. */
export interface FileOutcome {
  /** Absolute. */
  readonly path: string;
  readonly project: string | null;
  readonly state: "passed" | "failed" | "skipped" | "died";
  /** Index of the shard that ran it; `null`: the run is in one piece. */
  readonly shard: number | null;
  /** Since 1970, in ms; `null`: unknown. */
  readonly startedAt: number | null;
  readonly durationMs: number;
  /** In the order in which they are defined. */
  readonly tests: readonly TestOutcome[];
  /** `null`: nothing came from the worker. */
  readonly payload: FilePayload | null;
  readonly death: FileDeath | null;
}

/** What a dead worker left behind. */
export interface FileDeath extends Omit<RunDeath, "last" | "sites"> {
  readonly last: DeathLevels | null;
  /** `null`: not known. */
  readonly sites: LastSites | null;
  readonly pid: number;
  readonly threadId: number;
  readonly capture: FileCapture | undefined;
}

export interface DeathLevels {
  /** Since 1970, in ms. */
  readonly at: number;
  readonly heapBytes: number;
  readonly buffersBytes: number | null;
  readonly nativeBytes: number | null;
  readonly rssBytes: number | null;
  readonly gc: "minor" | "major" | null;
}

/**
 * The end of a worker, as far as its state file and the runner's error tell it.
 *
 * @param message of the error by which the runner noticed; "" when there is none
 */
export function fileDeath(state: WorkerState, message: string): FileDeath {
  const outOfMemory =
    state.nearHeapLimit || /ERR_WORKER_OUT_OF_MEMORY|out of memory|memory limit|heap limit/iu.test(message);
  const signal = /\bSIG[A-Z]+\b/u.exec(message)?.[0];
  const code = /exit ?code\D{0,3}(\d+)/iu.exec(message)?.[1];
  const { test, last, sites, pid, threadId, capture } = state;
  const told = { test, last, sites, pid, threadId, capture };
  if (state.cap !== null) {
    const of = state.cap.of === "rss" ? "RSS" : "total";
    return { reason: "hard-cap", detail: `${of} above ${formatSize(state.cap.bytes)}`, ...told };
  }
  return {
    reason: outOfMemory ? "out-of-memory" : signal === undefined ? "exit" : "signal",
    detail: signal ?? /ERR_WORKER_OUT_OF_MEMORY/u.exec(message)?.[0] ?? code ?? "",
    ...told,
  };
}
