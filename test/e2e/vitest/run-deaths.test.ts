/** A worker that runs out of memory is named with its file, its test and its last levels. */

import { expect, test } from "vitest";
import { fileOf, outline, testOf, written } from "../harness/run-reports.js";
import { configWith, runVitest } from "./run-vitest.js";
import { vitestUnderTest } from "./vitest-under-test.js";

const files = {
  "fatal.test.ts": `
import { describe, expect, test } from "vitest";
test("fine", async () => { await new Promise((done) => setTimeout(done, 300)); });
describe("block", () => {
  test("runs away", () => { const kept: unknown[] = []; for (;;) kept.push(new Array(1000).fill(kept.length)); });
});
test("never", () => {});
`,
  "other.test.ts": `
import { test } from "vitest";
const kept: unknown[] = [];
test("lives", () => { kept.push(Buffer.alloc(40_000)); });
`,
};

/** Vitest 5 waits for ever for a thread that ran out of memory, without memspec too: nobody is there to tell of it. */
const tellsOfThreads = vitestUnderTest().major === 4;

test.each([
  ["forks", configWith("", 'execArgv: ["--max-old-space-size=100"]'), {}],
  // A thread cannot be given the flag: all of the process has it.
  ["threads", configWith(), { NODE_OPTIONS: "--max-old-space-size=230" }],
] as const)("in pool %s", async (pool, config, env) => {
  if (pool === "threads" && !tellsOfThreads) return;
  const run = await runVitest({
    files: { ...files, "vitest.config.mjs": config },
    pool,
    env,
    args: ["--maxWorkers=1"],
  });
  const report = written(run);
  const file = fileOf(report, "fatal.test.ts");
  expect(run.exitCode).not.toBe(0);
  expect(file).toMatchObject({
    state: "died",
    figures: null,
    death: { reason: "out-of-memory", test: ["block", "runs away"] },
  });
  expect(file.death?.last?.heapBytes).toBeGreaterThan(80_000_000);
  expect(file.death?.last?.rssBytes).toBeGreaterThan(file.death?.last?.heapBytes ?? 0);
  expect(file.worker.pid).toBeGreaterThan(0);
  expect(testOf(file, "block > runs away")).toMatchObject({ state: "died", unattributed: "died" });
  expect(testOf(file, "never").state).toBe("died");
  // Vitest 4 itself ends when a thread dies: then what ran before is all there is.
  const other = report.files.find(({ path }) => path === "other.test.ts");
  if (pool === "forks" || other?.figures) {
    expect(outline(fileOf(report, "other.test.ts"))).toEqual([
      expect.stringMatching(/^lives, passed, buffers 40000\/40000 /),
    ]);
  }
});
