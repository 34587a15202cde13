/** Every test and file of a run is observed: figures against what the fixtures are known to allocate. */

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunReport } from "../../../core/src/runs/run-report.js";
import { fileOf, outline, PROBE, placesOf, testOf, written } from "../harness/run-reports.js";
import { installJest, type JestConfig, type JestRun, jestProject, MODES, runJest, TRANSFORMS } from "./run-jest.js";

const installation = installJest();
afterAll(() => installation.remove());

interface ObservedRun extends JestRun {
  readonly memory: RunReport | null;
}

async function observed(fixture: string, config: JestConfig, args: readonly string[], env = {}): Promise<ObservedRun> {
  const project = jestProject(installation, fixture, { reporters: null, ...config });
  const run = await runJest(installation, project, { args, env: { PROBE, ...env } });
  const file = path.join(project.root, ".memspec/report.json");
  const memory = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as RunReport) : null;
  return { ...run, memory };
}

const lineIn = (file: string, text: string): number =>
  readFileSync(path.join(import.meta.dirname, "fixtures/runs", file), "utf8")
    .split("\n")
    .findIndex((line) => line.includes(text)) + 1;

describe.each(MODES)("%s", (mode, flag) => {
  let run: ObservedRun;
  beforeAll(async () => {
    const transform = mode === "in band" ? TRANSFORMS.babel : TRANSFORMS.swc;
    run = await observed("runs", { preset: "@memspec/jest", transform }, [flag]);
  });

  test("outcomes are those of Jest", () => {
    expect(run.exitCode).toBe(1);
    expect(run.output).toContain("Tests:       4 failed, 1 skipped, 1 todo, 16 passed, 22 total");
  });

  test("each test has what its body allocated, or why that is not known", () => {
    expect(outline(fileOf(written(run), "all.test.ts"))).toEqual([
      "outer > buffers, passed, buffers 2000000/2000000 native 0/0",
      // The probe makes each block a byte longer than the one before.
      "outer > native on this thread, passed, buffers 0/0 native 300435/300435",
      "outer > native on eight threads, passed, buffers 0/0 native 839600/839600",
      "outer > nothing, passed, buffers 0/0 native 0/0",
      expect.stringMatching(/^outer > calls back, passed, buffers \d+\/\d+ native \d+\/\d+$/),
      "each 1 > of them, passed, buffers 100000/100000 native 0/0",
      "each 2 > of them, passed, buffers 200000/200000 native 0/0",
      "same name, passed, buffers 21000/21000 native 0/0",
      "same name, passed, buffers 22000/22000 native 0/0",
      "skipped, skipped, none",
      "later, todo, none",
      expect.stringMatching(/^fails, failed, retries 2, buffers 500000\/500000 native \d+\/\d+$/),
      "takes too long, failed, retries 2, timed-out",
      "one, passed, concurrent",
      "two, passed, concurrent",
      expect.stringMatching(/^objects, passed, buffers 0\/0 native \d+\/\d+$/),
      expect.stringMatching(/^again > retried, passed, retries 2, buffers 30000\/30000 native \d+\/\d+$/),
    ]);
  });

  test("modules and hooks have what is theirs, the file has all", () => {
    const file = fileOf(written(run), "all.test.ts");
    expect(file.modules?.buffers.allocatedBytes).toBeGreaterThanOrEqual(6_000_000);
    expect(file.modules?.buffers.allocatedBytes).toBeLessThan(7_500_000);
    expect(file.hooks?.buffers.allocatedBytes).toBeGreaterThanOrEqual(40_000 + 200_000);
    expect(file.figures?.buffers.allocatedBytes).toBeGreaterThanOrEqual(9_200_000);
    expect(file.left?.buffersBytes).toBe(file.figures?.buffers.netBytes);
    expect(file.left?.heapBytes).toBe(file.figures?.heap.netBytes);
    expect(file.timeline.length).toBeGreaterThan(10);
    expect(file.timeline.length).toBeLessThanOrEqual(200);
  });

  test("what a module allocates while it is loaded has its line, and is not its first test's", () => {
    const report = written(run);
    const file = fileOf(report, "all.test.ts");
    expect(placesOf(file.moduleSites, report)).toContain(`buffers src/model.ts:${lineIn("src/model.ts", "// module")}`);
    // A sample of the heap falls into a body by chance.
    const inBuffers = testOf(file, "outer > buffers").sites.filter(({ space }) => space === "buffers");
    expect(placesOf(inBuffers, report)).toEqual([`buffers src/model.ts:${lineIn("src/model.ts", "// load")}`]);
    // Of optimised loops V8 may know no more than the function, which then is said to be that.
    const [hottest] = placesOf(testOf(file, "objects").sites, report);
    const line = lineIn("all.test.ts", "// objects");
    expect([`heap all.test.ts:${line}`, `heap all.test.ts:${line - 3} (function)`]).toContain(hottest);
  });

  test("tests have their lines", () => {
    const file = fileOf(written(run), "all.test.ts");
    expect(testOf(file, "fails").line).toBe(lineIn("all.test.ts", 'test("fails"'));
    expect(testOf(file, "skipped").line).toBe(lineIn("all.test.ts", 'test.skip("skipped"'));
  });

  test("the body under a limit has neither the collection before it nor the reading after it", () => {
    const file = fileOf(written(run), "limited.test.ts");
    expect(outline(file)).toEqual([
      "within, passed, buffers 600000/600000 native 0/0",
      expect.stringMatching(/^beyond, failed, buffers 150000\/150000 native \d+\/\d+$/),
      expect.stringMatching(/^measures, passed, buffers 81000\/\d+ native \d+\/\d+$/),
    ]);
    expect(testOf(file, "within").figures?.gc.majorCount).toBe(0);
    expect(testOf(file, "beyond").breaches).toEqual([
      { figure: "allocated", space: "buffers", limitBytes: 100_000, actualBytes: 150_000, source: "limitMemory()" },
    ]);
  });

  test("a hook that throws and a file that cannot be loaded are told as they are", () => {
    const report = written(run);
    const hooks = fileOf(report, "hooks.test.ts");
    expect(hooks.hooks?.buffers.allocatedBytes).toBe(300_000);
    expect(outline(hooks)[1]).toBe("runs, passed, buffers 5000/5000 native 0/0");
    const broken = fileOf(report, "broken.test.ts");
    expect(broken).toMatchObject({ state: "failed", hooks: null, death: null, tests: [] });
    expect(broken.modules?.heap.allocatedBytes).toBeGreaterThan(0);
  });
});

test("where nothing is to be observed, nothing is written", async () => {
  const memory = { observe: false };
  const config = { preset: "@memspec/jest", transform: TRANSFORMS.swc, testEnvironmentOptions: { memory } };
  const run = await observed("run-deaths", config, ["--runInBand", "other"]);
  expect(run.exitCode).toBe(0);
  expect(run.memory).toBeNull();
});

test("the report goes to where the reporter's options or the environment's want it", async () => {
  const transform = TRANSFORMS.swc;
  const elsewhere = { json: ".memspec/other.json" };
  const byReporter = await observed(
    "run-deaths",
    { preset: "@memspec/jest", transform, reporters: [["@memspec/jest/reporter", { json: ".memspec/report.json" }]] },
    ["--runInBand", "other"],
  );
  expect(fileOf(written(byReporter), "other.test.ts").figures).not.toBeNull();
  const memory = { report: elsewhere };
  const config = { preset: "@memspec/jest", transform, testEnvironmentOptions: { memory } };
  expect((await observed("run-deaths", config, ["--runInBand", "other"])).memory).toBeNull();
});
