// A clean start on a machine that does not schedule V8's background threads.
import { execFileSync } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";
import { addonPath } from "./tracker.js";

const fixtures = path.resolve(import.meta.dirname, "fixtures");
const probe = path.resolve(import.meta.dirname, "../probe/build/Release/probe.node");

interface CleanStart {
  readonly haltedThreads: number;
  readonly cameToRest: boolean;
  readonly buffers: { readonly allocatedBytes: number; readonly peakBytes: number; readonly netBytes: number };
}

function run(mode: "rested" | "halted"): CleanStart {
  const fixture = path.join(fixtures, "halted-threads.cjs");
  return JSON.parse(
    execFileSync(process.execPath, [fixture, addonPath, probe, mode], { encoding: "utf8" }),
  ) as CleanStart;
}

test("what was dropped before a clean start is not freed inside the measurement", () => {
  expect(run("rested")).toMatchObject({
    cameToRest: true,
    buffers: { allocatedBytes: 1_000_000, peakBytes: 1_000_000, netBytes: 1_000_000 },
  });
});

test("nor when no background thread runs for longer than the clean start waits for them, and that is told", () => {
  const { haltedThreads, ...figures } = run("halted");
  expect(haltedThreads).toBeGreaterThanOrEqual(4);
  expect(figures).toMatchObject({
    cameToRest: false,
    buffers: { allocatedBytes: 1_000_000, peakBytes: 1_000_000, netBytes: 1_000_000 },
  });
});
