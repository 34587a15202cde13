/** Captures of test files: `capture: "on-failure" | "all"`. */

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openCapture } from "../../../core/src/captures.js";
import { agreementOf, capturedProject } from "../harness/captured-files.js";
import { fileOf, written } from "../harness/run-reports.js";
import { type Pool, runVitest, type VitestRun } from "./run-vitest.js";

let scratch = "";
beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), "memspec-captures-"));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const config = (options: string, more = ""): string => `
import { memspec } from "@memspec/vitest/config";
export default { plugins: [memspec(${options})], test: { ${more} } };
`;

async function captured(options: string, pool: Pool, more = "", files = {}): Promise<VitestRun> {
  return runVitest({
    pool,
    files: { ...capturedProject("vitest"), ...files, "vitest.config.mjs": config(options, more) },
    keep: ["memspec"],
  });
}

/** Of a file's capture, on the disk again. */
function fileFor(run: VitestRun, name: string): string {
  const file = path.join(scratch, "one.memspec");
  writeFileSync(file, run.keptBytes.get(name) ?? Buffer.alloc(0));
  return file;
}

const capturesOf = (run: VitestRun, file: string): readonly string[] =>
  (fileOf(written(run), file).artifacts ?? []).filter(({ kind }) => kind === "capture").map((made) => made.path);

test("of the files that fail, and of no other", async () => {
  const run = await captured('{ capture: "on-failure" }', "forks");
  expect(capturesOf(run, "fails.test.ts")).toEqual([".memspec/fails.test.ts.memspec"]);
  expect(capturesOf(run, "passes.test.ts")).toEqual([]);
  expect([...run.keptBytes.keys()]).toEqual([".memspec/fails.test.ts.memspec"]);
  expect(run.output).toContain(".memspec/fails.test.ts.memspec");
  expect(run.tests.get("passes.test.ts > holds")?.state).toBe("passed");
});

test.each([
  ["forks", ""],
  ["vmForks", ""],
  ["forks", "isolate: false, maxWorkers: 1,"],
] as const)("of all files, in pool %s %s: what they say is what the report says", async (pool, more) => {
  const run = await captured('{ capture: "all" }', pool, more);
  for (const [name, count] of [
    ["passes.test.ts", 20],
    ["fails.test.ts", 30],
  ] as const) {
    const [made = ""] = capturesOf(run, name);
    const capture = await openCapture(fileFor(run, made));
    expect(capture.info.damage).toBeNull();
    expect(capture.info.processes[0]?.end?.reason).toBe("stop");
    const { held, more: less } = await agreementOf(capture, fileOf(written(run), name));
    expect(held).toEqual({ bytes: count * 100_000, count });
    // The recording begins a little earlier and ends a little later than the observation.
    expect(less.buffersBytes).toBeGreaterThanOrEqual(0);
    expect(less.buffersBytes).toBeLessThan(200_000);
    expect(less.nativeBytes).toBeGreaterThanOrEqual(0);
    expect(less.nativeBytes).toBeLessThan(500_000);
    // An estimate: four standard deviations are exceeded once in 16,000 times.
    expect(Math.abs(less.heapDeviations)).toBeLessThan(4);
  }
});

test("of a worker that is killed, up to its last flush", async () => {
  const run = await captured('{ capture: "on-failure" }', "forks", "", {
    "killed.test.ts": `
import { test } from "vitest";
import { holdBuffers } from "./src/hold";
test("is killed", async () => {
  holdBuffers(50);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  process.kill(process.pid, "SIGKILL");
});
`,
  });
  const [made = ""] = capturesOf(run, "killed.test.ts");
  const capture = await openCapture(fileFor(run, made));
  expect(capture.info.processes[0]?.end).toBeNull();
  const { statistics } = await capture.read({ views: [] });
  expect(statistics.spaces.buffers.allocatedBytes).toBeGreaterThanOrEqual(50 * 100_000);
});

test.each(["threads", "vmThreads"] as const)(
  "pool %s is refused by name, when the configuration is read",
  async (pool) => {
    const run = await captured('{ capture: "all" }', pool);
    expect(run.exitCode).toBe(1);
    expect(run.output).toContain("MEMSPEC_INVALID_OPTION");
    expect(run.output).toContain(`is not for Vitest's pool "${pool}"`);
  },
);

test.each([
  ['{ capture: "always" }', '"always" is no valid "capture"'],
  ['{ capture: "all", observe: false }', "The observation records"],
])("a wrong option, %s, is an error that says so", async (options, words) => {
  const run = await captured(options, "forks");
  expect(run.exitCode).toBe(1);
  expect(run.output).toContain("MEMSPEC_INVALID_OPTION");
  expect(run.output).toContain(words);
});

test("a whole run that is recorded from outside, another copy of memspec in its workers: both say the same", async () => {
  const preload = fileURLToPath(new URL("../../../core/dist/cjs/record.js", import.meta.url));
  const run = await runVitest({
    pool: "forks",
    files: {
      ...capturedProject("vitest"),
      "vitest.config.mjs": config("{}", 'setupFiles: ["./linger.ts"]'),
      // Vitest ends its workers by a signal: what they allocated last may have no names by then.
      "linger.ts": `
import { afterAll } from "vitest";
afterAll(async () => {
  for (let i = 0; i < 40; i += 1) await new Promise((resolve) => setTimeout(resolve, 50));
});
`,
    },
    env: {
      NODE_OPTIONS: `--require ${JSON.stringify(preload)}`,
      MEMSPEC_RECORD: JSON.stringify({ file: path.join(scratch, "run.%p.memspec"), follow: true }),
    },
  });
  expect([...run.tests.values()].map(({ state }) => state).sort()).toEqual(["failed", "passed"]);
  const held: number[] = [];
  for (const name of readdirSync(scratch).filter((file) => file.startsWith("run."))) {
    const capture = await openCapture(path.join(scratch, name));
    const worker = capture.info.processes[0]?.meta.process.pid;
    const file = written(run).files.find(({ worker: { pid } }) => pid === worker);
    if (file === undefined) continue;
    const agreement = await agreementOf(capture, file);
    held.push(agreement.held.count);
    expect(agreement.held.bytes).toBe(agreement.held.count * 100_000);
    // Exact in both; the process does more than its file.
    expect(file.figures?.buffers.allocatedBytes).toBeGreaterThanOrEqual(agreement.held.bytes);
    expect(agreement.more.buffersBytes).toBeGreaterThanOrEqual(0);
    expect(agreement.more.nativeBytes).toBeGreaterThanOrEqual(0);
  }
  expect(held.sort((a, b) => a - b)).toEqual([20, 30]);
});
