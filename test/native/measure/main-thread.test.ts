// A worker thread that measures in a process whose main thread has not loaded memspec, as in a runner's thread pools.
import { execFileSync } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";
import { addonPath } from "./tracker.js";

interface Figures {
  readonly allocatedBytes: number;
  readonly peakBytes: number;
  readonly netBytes: number;
}

function run(threads: "isolate" | "process"): Record<"buffers" | "native", Figures> {
  const fixture = path.resolve(import.meta.dirname, "fixtures/main-thread.cjs");
  return JSON.parse(execFileSync(process.execPath, [fixture, addonPath, threads], { encoding: "utf8" })) as never;
}

test("what the main thread allocates and frees is in no figure of a worker that measures", () => {
  expect(run("isolate")).toMatchObject({
    buffers: { allocatedBytes: 1_000_000, peakBytes: 1_000_000, netBytes: 1_000_000 },
    native: { allocatedBytes: 0, peakBytes: 0, netBytes: 0 },
  });
});

test("measuring the whole process counts it", () => {
  const { buffers } = run("process");
  // 1 MB of the worker's, 5 MB of the main thread's, which frees 3 MB from before.
  expect(buffers.allocatedBytes).toBe(6_000_000);
  expect(buffers.netBytes).toBe(3_000_000);
});
