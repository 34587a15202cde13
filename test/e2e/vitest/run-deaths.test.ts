/** A worker that runs out of memory is named with its file, its test and its last levels. */

import { describe, expect, test } from "vitest";
import { fileOf, outline, placesOf, testOf, written } from "../harness/run-reports.js";
import { configWith, runVitest, type VitestRun } from "./run-vitest.js";
import { vitestUnderTest } from "./vitest-under-test.js";

const files = {
  "fatal.test.ts": `
import { describe, expect, test } from "vitest";
import { keepForEver } from "./grow";
test("fine", async () => { await new Promise((done) => setTimeout(done, 300)); });
describe("block", () => {
  test("runs away", async () => { await keepForEver([]); });
});
test("never", () => {});
`,
  "grow.ts": `
export async function keepForEver(kept: unknown[]): Promise<void> {
  for (;;) {
    kept.push(new Array(1000).fill(kept.length));
    // V8 14 optimises the loop without this so that nothing ends it: no worker.terminate() either.
    if (kept.length % 100 === 0) await new Promise((done) => setImmediate(done));
  }
}
export function keepBuffer(kept: unknown[]): void {
  kept.push(Buffer.alloc(1_000_000, 1)); // buffers
}
`,
  "other.test.ts": `
import { test } from "vitest";
const kept: unknown[] = [];
test("lives", () => { kept.push(Buffer.alloc(40_000)); });
`,
};

/** Of optimised loops V8 may know no more than the function. */
const KEEP_FOR_EVER = /^heap grow\.ts:[2-4]\b/u;

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
  expect(placesOf(file.death?.sites ?? [], report)[0]).toMatch(KEEP_FOR_EVER);
  expect(file.death?.sites[0]?.bytes).toBeGreaterThan(10_000_000);
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

test.each(["forks"] as const)("a worker that was killed while it held too many buffers, in pool %s", async (pool) => {
  const run = await runVitest({
    files: {
      ...files,
      "fatal.test.ts": `
import { test } from "vitest";
import { keepBuffer } from "./grow";
test("keeps buffers", async () => {
  const kept: unknown[] = [];
  while (kept.length < 500) keepBuffer(kept);
  // The watch looks ten times a second, and is answered by running code.
  for (const until = Date.now() + 1500; Date.now() < until; ) kept.length.toString();
  process.kill(process.pid, "SIGKILL");
});
`,
      "vitest.config.mjs": configWith(),
    },
    pool,
    args: ["--maxWorkers=1"],
  });
  const report = written(run);
  const file = fileOf(report, "fatal.test.ts");
  expect(file).toMatchObject({ state: "died", death: { test: ["keeps buffers"] } });
  expect(file.death?.reason).not.toBe("hard-cap");
  expect(file.death?.last?.buffersBytes).toBeGreaterThanOrEqual(500_000_000);
  expect(placesOf(file.death?.sites ?? [], report)[0]).toBe("buffers grow.ts:10");
  expect(file.death?.sites[0]?.peakBytes).toBeGreaterThan(250_000_000);
});

describe("a hard cap", () => {
  const runaway = `
import { test } from "vitest";
import { keepBuffer, keepForEver } from "./grow";
test("before", () => {});
test("heap", async () => { await keepForEver([]); });
test("buffers", async () => {
  const kept: unknown[] = [];
  while (kept.length < 4000) {
    keepBuffer(kept);
    await new Promise((done) => setImmediate(done));
  }
});
`;
  const stopped = (
    pool: "forks" | "threads" | "vmForks" | "vmThreads",
    name: string,
    cap: string,
  ): Promise<VitestRun> =>
    runVitest({
      files: { ...files, "fatal.test.ts": runaway, "vitest.config.mjs": configWith(`{ hardCap: ${cap} }`) },
      pool,
      args: ["--maxWorkers=1", "-t", `${name}|lives`],
    });

  test.each([
    ["forks", "heap", '"200 MB"', "total above 200 MB"],
    ["forks", "buffers", '{ rss: "600 MB" }', "RSS above 600 MB"],
    ["threads", "heap", '"200 MB"', "total above 200 MB"],
    ["threads", "buffers", '{ total: "200 MB" }', "total above 200 MB"],
    ["vmForks", "buffers", '"200 MB"', "total above 200 MB"],
    ["vmThreads", "heap", '"200 MB"', "total above 200 MB"],
  ] as const)("in pool %s stops a test that runs away with %s at %s", async (pool, name, cap, detail) => {
    const run = await stopped(pool, name, cap);
    expect(run.exitCode).not.toBe(0);
    expect(run.output).toMatch(/memspec: (?:process|worker thread) stopped at the hard cap: .* fatal\.test\.ts > /u);
    const report = written(run);
    const file = fileOf(report, "fatal.test.ts");
    expect(file).toMatchObject({ state: "died", death: { reason: "hard-cap", detail, test: [name] } });
    const [hottest] = placesOf(file.death?.sites ?? [], report);
    expect(hottest).toMatch(name === "heap" ? KEEP_FOR_EVER : /^buffers grow\.ts:10$/u);
    expect(testOf(file, name).state).toBe("died");
    // A process that is stopped is no reason to give up the others.
    if (pool === "forks") expect(outline(fileOf(report, "other.test.ts"))).toHaveLength(1);
  });

  test("that is not reached changes nothing", async () => {
    const run = await runVitest({
      files: {
        "other.test.ts": files["other.test.ts"],
        "vitest.config.mjs": configWith('{ hardCap: { total: "1 GB", rss: "4 GB" } }'),
      },
    });
    expect(run.exitCode).toBe(0);
    expect(fileOf(written(run), "other.test.ts").state).toBe("passed");
  });
});
