/** How far a reading is, told a few times a second. */

import { performance } from "node:perf_hooks";
import type { ReadOptions } from "../model/capture.js";
import type { OnRead } from "./read-events.js";
import type { RecordedProcess } from "./recorded-process.js";

const INTERVAL_MS = 200;

/** @returns for the process of an index, what is to be told the byte up to which it was read */
export function createProgress(
  processes: readonly RecordedProcess[],
  onProgress: ReadOptions["onProgress"],
): (process: number) => OnRead {
  if (onProgress === undefined) return () => () => {};
  const total = processes.reduce((sum, { from, to }) => sum + to - from, 0);
  let toldAt = performance.now();
  return (index) => {
    const before = processes.slice(0, index).reduce((sum, { from, to }) => sum + to - from, 0);
    const from = processes[index]?.from ?? 0;
    return (byte) => {
      const now = performance.now();
      if (now - toldAt < INTERVAL_MS) return;
      toldAt = now;
      onProgress(Math.min(1, (before + byte - from) / Math.max(1, total)));
    };
  };
}
