/** Workers of Jest that die, and such as are stopped at the hard cap: named with file, test, last levels and hottest sites. */

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import type { RunReport } from "../../../core/src/runs/run-report.js";
import { fileOf, outline, placesOf, written } from "../harness/run-reports.js";
import { installJest, type JestRun, jestProject, runJest, TRANSFORMS } from "./run-jest.js";

const installation = installJest();
afterAll(() => installation.remove());

interface ObservedRun extends JestRun {
  readonly memory: RunReport | null;
}

async function observed(
  memory: Readonly<Record<string, unknown>>,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ObservedRun> {
  const config = { preset: "@memspec/jest", transform: TRANSFORMS.swc, testEnvironmentOptions: { memory } };
  const project = jestProject(installation, "run-deaths", { reporters: null, ...config });
  const run = await runJest(installation, project, { args, env });
  const file = path.join(project.root, ".memspec/report.json");
  return { ...run, memory: existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as RunReport) : null };
}

// Of optimised loops V8 may know no more than the function, which then is said to be that.
const HEAP = ["heap grow.ts:2", "heap grow.ts:1 (function)"];

test("a worker that runs out of memory is named with its file, its test, its last levels and what filled the heap", async () => {
  const run = await observed({}, ["--maxWorkers=2", "fatal", "other"], { NODE_OPTIONS: "--max-old-space-size=140" });
  const report = written(run);
  const file = fileOf(report, "fatal.test.ts");
  expect(file).toMatchObject({
    state: "died",
    figures: null,
    death: { reason: "out-of-memory", test: ["block", "runs away"] },
  });
  expect(file.death?.last?.heapBytes).toBeGreaterThan(90_000_000);
  expect(HEAP).toContain(placesOf(file.death?.sites ?? [], report)[0]);
  expect(file.death?.sites[0]?.bytes).toBeGreaterThan(10_000_000);
  expect(outline(file)).toEqual(["block > runs away, died, died"]);
  expect(outline(fileOf(report, "other.test.ts"))).toEqual([
    expect.stringMatching(/^lives, passed, buffers 40000\/40000 /),
  ]);
});

test("a worker that is killed while it holds too many buffers is named with who made them", async () => {
  const run = await observed({}, ["--maxWorkers=2", "buffers", "other"], { KILL: "1" });
  const report = written(run);
  const { death, state } = fileOf(report, "buffers.test.ts");
  expect(state).toBe("died");
  expect(death).toMatchObject({ reason: "signal", detail: "SIGKILL", test: ["keeps buffers"] });
  expect(death?.last?.buffersBytes).toBeGreaterThanOrEqual(500_000_000);
  expect(placesOf(death?.sites ?? [], report)[0]).toBe("buffers grow.ts:5");
  expect(death?.sites[0]?.peakBytes).toBeGreaterThan(250_000_000);
});

test.each([
  ["fatal", { hardCap: "300 MB" }, "total above 300 MB", ["block", "runs away"], HEAP],
  ["buffers", { hardCap: { rss: "700 MB" } }, "RSS above 700 MB", ["keeps buffers"], ["buffers grow.ts:5"]],
] as const)("%s is stopped at %o", async (name, memory, detail, ran, places) => {
  const run = await observed(memory, ["--maxWorkers=2", name, "other"]);
  expect(run.exitCode).toBe(1);
  // Once: Jest runs the files of workers that exit by themselves again.
  expect(run.text.match(/memspec: process stopped at the hard cap: .*\.test\.ts > /gu)).toHaveLength(1);
  const report = written(run);
  const { death, state } = fileOf(report, `${name}.test.ts`);
  expect(state).toBe("died");
  expect(death).toMatchObject({ reason: "hard-cap", detail, test: ran });
  expect(places).toContain(placesOf(death?.sites ?? [], report)[0]);
  expect(fileOf(report, "other.test.ts").state).toBe("passed");
});
