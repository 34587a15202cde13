/** Processes that are read together: their order, their clocks, and numbers of threads that are unique among them. */

import { MAX_THREADS } from "./event-fields.js";
import type { RecordedProcess } from "./recorded-process.js";

/** @param process its index: the first one's threads keep their numbers */
export function threadNumber(process: number, thread: number): number {
  return process * MAX_THREADS + thread;
}

/** The one that began the others first; else as they began. */
export function inOrder(processes: readonly RecordedProcess[]): readonly RecordedProcess[] {
  if (processes.length === 1) return processes;
  const pids = new Set(processes.map(({ meta }) => meta.process.pid));
  const rank = ({ meta }: RecordedProcess): number => (pids.has(meta.process.parentPid) ? 1 : 0);
  return [...processes].sort((a, b) => rank(a) - rank(b) || startOf(a) - startOf(b));
}

/** Microseconds between the first beginning and each one's. The clocks are the system's, to the millisecond. */
export function offsetsOf(processes: readonly RecordedProcess[]): readonly number[] {
  const starts = processes.map(startOf);
  const first = Math.min(...starts);
  return starts.map((start) => (start - first) * 1000);
}

/** Milliseconds; 0 where the file does not say. */
function startOf({ meta }: RecordedProcess): number {
  const start = Date.parse(meta.startedAt);
  return Number.isNaN(start) ? 0 : start;
}
