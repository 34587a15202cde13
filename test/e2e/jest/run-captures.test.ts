/** Captures of test files: `capture: "on-failure" | "all"`. */

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { openCapture } from "../../../core/src/captures.js";
import type { RunReport } from "../../../core/src/runs/run-report.js";
import { agreementOf, capturedProject } from "../harness/captured-files.js";
import { fileOf } from "../harness/run-reports.js";
import { installJest, jestProjectOf, MODES, runJest, TRANSFORMS } from "./run-jest.js";

const installation = installJest();
afterAll(() => installation.remove());

async function captured(memory: object, flags: readonly string[], more: object = {}) {
  const project = jestProjectOf(installation, capturedProject("@jest/globals"), {
    preset: "@memspec/jest",
    transform: TRANSFORMS.swc,
    reporters: null,
    testEnvironmentOptions: { memory },
    ...more,
  });
  const { text } = await runJest(installation, project, { args: flags });
  const { root } = project;
  const file = path.join(root, ".memspec/report.json");
  const report = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as RunReport) : null;
  const capturesOf = (name: string): readonly string[] =>
    report === null
      ? []
      : (fileOf(report, name).artifacts ?? []).filter(({ kind }) => kind === "capture").map((made) => made.path);
  return { root, text, report, capturesOf };
}

test.each(MODES)("%s, of the files that fail, and of no other", async (_, flag) => {
  const { root, text, capturesOf } = await captured({ capture: "on-failure" }, [flag]);
  expect(capturesOf("fails.test.ts")).toEqual([".memspec/fails.test.ts.memspec"]);
  expect(capturesOf("passes.test.ts")).toEqual([]);
  expect(existsSync(path.join(root, ".memspec/passes.test.ts.memspec"))).toBe(false);
  expect(text).toContain(".memspec/fails.test.ts.memspec");
});

test.each(MODES)("%s, of all files: what they say is what the report says", async (_, flag) => {
  const { root, report, capturesOf } = await captured({ capture: "all" }, [flag]);
  for (const [name, count] of [
    ["passes.test.ts", 20],
    ["fails.test.ts", 30],
  ] as const) {
    const [made = ""] = capturesOf(name);
    const capture = await openCapture(path.join(root, made));
    expect(capture.info.damage).toBeNull();
    expect(capture.info.processes[0]?.end?.reason).toBe("stop");
    const { held, more } = await agreementOf(capture, fileOf(report as RunReport, name));
    expect(held).toEqual({ bytes: count * 100_000, count });
    // The recording begins a little earlier and ends a little later than the observation.
    expect(more.buffersBytes).toBeGreaterThanOrEqual(0);
    expect(more.buffersBytes).toBeLessThan(200_000);
    expect(more.nativeBytes).toBeGreaterThanOrEqual(0);
    expect(more.nativeBytes).toBeLessThan(500_000);
    // An estimate: four standard deviations are exceeded once in 16,000 times.
    expect(Math.abs(more.heapDeviations)).toBeLessThan(4);
  }
});

test("worker threads are refused by name", async () => {
  const { text } = await captured({ capture: "all" }, ["--maxWorkers=2"], { workerThreads: true });
  expect(text).toContain("MEMSPEC_INVALID_OPTION");
  expect(text).toContain("is not for Jest's workerThreads");
});
