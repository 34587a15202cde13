/** Every test and file of a run is observed: figures against what the fixtures are known to allocate. */

import { beforeAll, describe, expect, test } from "vitest";
import { fileOf, outline, PROBE, placesOf, testOf, written } from "../harness/run-reports.js";
import { configWith, pools, runVitest, statesOf, type VitestRun } from "./run-vitest.js";

const files = {
  "model.ts": `
export interface Table { readonly rows: Buffer }
/** Types and comments move the lines: what is compiled has others. */
export const table: Table = {
  rows: Buffer.alloc(6_000_000), // module
};
export function load(bytes: number): Buffer {
  return Buffer.alloc(bytes); // load
}
`,
  "all.test.ts": `
import { createRequire } from "node:module";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { load, table } from "./model.js";
interface Probe { allocate(name: string, bytes: number, count: number, keep: number, threads: number): unknown; freeKept(): number }
const probe = createRequire(import.meta.url)(process.env.PROBE!) as Probe;
const kept: unknown[] = [table];
beforeAll(() => { kept.push(Buffer.alloc(40_000)); });
beforeEach(() => { kept.push(Buffer.alloc(1_000)); });
afterEach(() => { probe.freeKept(); });
afterAll(() => { kept.push(Buffer.alloc(200_000)); });
describe("outer", () => {
  test("buffers", () => { kept.push(load(2_000_000)); });
  test("native on this thread", () => { probe.allocate("malloc", 10_000, 30, 30, 0); });
  test("native on eight threads", async () => { await null; probe.allocate("malloc", 1_000, 100, 4, 8); });
  test("nothing", () => {});
  test("waits", async () => { await new Promise((done) => setTimeout(done, 3)); kept.push(Buffer.alloc(30_000)); });
});
describe.each([1, 2])("each %d", (n) => {
  test("of them", () => { kept.push(Buffer.alloc(n * 100_000)); });
});
test.skip("skipped", () => { kept.push(Buffer.alloc(9_000_000)); });
test.todo("later");
test("fails", () => { kept.push(Buffer.alloc(500_000)); expect(1).toBe(2); });
let tries = 0;
test("retried", { retry: 2 }, () => { tries += 1; kept.push(Buffer.alloc(tries * 10_000)); expect(tries).toBe(3); });
let runs = 0;
test("repeated", { repeats: 2 }, () => { runs += 1; kept.push(Buffer.alloc(runs === 2 ? 30_000_000 : 50_000)); });
test("takes too long", { timeout: 30 }, async () => { kept.push(Buffer.alloc(70_000)); await new Promise((done) => setTimeout(done, 400)); });
test.concurrent("one", async () => { await null; kept.push(Buffer.alloc(11_000)); });
test.concurrent("two", async () => { await null; kept.push(Buffer.alloc(12_000)); });
test("objects", () => {
  const rows: object[] = [];
  for (let row = 0; row < 200_000; row += 1) rows.push({ row, name: "row " + row }); // objects
  kept.push(rows);
});
`,
  "hooks.test.ts": `
import { beforeAll, describe, expect, test } from "vitest";
const kept: unknown[] = [];
describe("with a hook that throws", () => {
  beforeAll(() => { kept.push(Buffer.alloc(300_000)); throw new Error("hook"); });
  test("never runs", () => {});
});
test("runs", () => { kept.push(Buffer.alloc(5_000)); });
`,
  "limited.test.ts": `
import { limitMemory } from "@memspec/vitest";
import { expect, test } from "vitest";
const kept: unknown[] = [];
test("within", limitMemory("10 MB", () => { kept.push(Buffer.alloc(600_000)); }));
test("beyond", limitMemory({ allocated: "100 kB", space: "buffers" }, async () => { await null; kept.push(Buffer.alloc(150_000)); }));
test("measures", () => { expect(() => kept.push(Buffer.alloc(80_000))).toAllocateLessThan("1 MB"); kept.push(Buffer.alloc(1_000)); });
`,
  "broken.test.ts": `
import { test } from "vitest";
import "./missing.js";
test("never", () => {});
`,
  "all-skipped.test.ts": `
import { test } from "vitest";
test.skip("skipped", () => {});
`,
};
const lineIn = (file: keyof typeof files, comment: string): number =>
  files[file].split("\n").findIndex((line) => line.includes(`// ${comment}`)) + 1;

describe.each([...pools.map((pool) => ["isolated", pool] as const), ["not isolated", "forks"] as const])(
  "%s, in pool %s",
  (isolation, pool) => {
    let run: VitestRun;
    /** In threads, Vitest's own helper threads, which compile other files, are helpers of the worker's, too. */
    const comparable = (line: string): string => {
      const steady = line.replace(/(waits, passed, buffers ).*/, "$1<with what Vitest sends meanwhile>");
      return pool === "threads" || pool === "vmThreads" ? steady.replace(/ native \d+\/\d+$/, "") : steady;
    };
    beforeAll(async () => {
      run = await runVitest({
        files: { ...files, "vitest.config.mjs": configWith("", `isolate: ${isolation === "isolated"}`) },
        pool,
        env: { PROBE },
      });
    });

    test("outcomes and order are those of Vitest", () => {
      expect(statesOf(run).filter((line) => !line.endsWith("passed"))).toEqual([
        "all-skipped.test.ts > skipped: skipped",
        "all.test.ts > skipped: skipped",
        "all.test.ts > later: skipped",
        "all.test.ts > fails: failed",
        "all.test.ts > takes too long: failed",
        "hooks.test.ts > with a hook that throws > never runs: skipped",
        "limited.test.ts > beyond: failed",
      ]);
      expect(run.exitCode).toBe(1);
    });

    test("each test has what its body allocated, or why that is not known", () => {
      expect(outline(fileOf(written(run), "all.test.ts")).map(comparable)).toEqual(
        [
          "outer > buffers, passed, buffers 2000000/2000000 native 0/0",
          // The probe makes each block a byte longer than the one before.
          "outer > native on this thread, passed, buffers 0/0 native 300435/300435",
          "outer > native on eight threads, passed, buffers 0/0 native 839600/839600",
          "outer > nothing, passed, buffers 0/0 native 0/0",
          "outer > waits, passed, buffers <with what Vitest sends meanwhile>",
          "each 1 > of them, passed, buffers 100000/100000 native 0/0",
          "each 2 > of them, passed, buffers 200000/200000 native 0/0",
          "skipped, skipped, none",
          "later, todo, none",
          "fails, failed, buffers 500000/500000 native 0/0",
          "retried, passed, retries 2, buffers 30000/30000 native 0/0",
          "repeated, passed, repeats 2, buffers 30000000/30000000 native 0/0",
          "takes too long, failed, timed-out",
          "one, passed, concurrent",
          "two, passed, concurrent",
          "objects, passed, buffers 0/0 native 0/0",
        ].map(comparable),
      );
    });

    test("modules and hooks have what is theirs, the file has all", () => {
      const file = fileOf(written(run), "all.test.ts");
      expect(file.modules?.buffers.allocatedBytes).toBeGreaterThanOrEqual(6_000_000);
      expect(file.modules?.buffers.allocatedBytes).toBeLessThan(7_500_000);
      expect(file.hooks?.buffers.allocatedBytes).toBeGreaterThanOrEqual(40_000 + 200_000);
      expect(file.figures?.buffers.allocatedBytes).toBeGreaterThanOrEqual(9_200_000);
      expect(file.left?.buffersBytes).toBe(file.figures?.buffers.netBytes);
      expect(file.left?.heapBytes).toBe(file.figures?.heap.netBytes);
      expect(file.baseline?.heapBytes).toBeGreaterThan(1_000_000);
      expect(file.timeline.length).toBeGreaterThan(10);
      expect(file.timeline.length).toBeLessThanOrEqual(200);
    });

    test("what a module allocates while it is loaded has its line, and is not its first test's", () => {
      const report = written(run);
      const file = fileOf(report, "all.test.ts");
      expect(placesOf(file.moduleSites, report)).toContain(`buffers model.ts:${lineIn("model.ts", "module")}`);
      // A sample of the heap falls into a body by chance.
      const inBuffers = testOf(file, "outer > buffers").sites.filter(({ space }) => space === "buffers");
      expect(placesOf(inBuffers, report)).toEqual([`buffers model.ts:${lineIn("model.ts", "load")}`]);
      expect(testOf(file, "outer > nothing").sites.filter(({ space }) => space !== "heap")).toEqual([]);
      // Of optimised loops V8 may know no more than the function, which then is said to be that.
      const [hottest] = placesOf(testOf(file, "objects").sites, report);
      const line = lineIn("all.test.ts", "objects");
      expect([`heap all.test.ts:${line}`, `heap all.test.ts:${line - 2} (function)`]).toContain(hottest);
    });

    test("tests have their lines", () => {
      const file = fileOf(written(run), "all.test.ts");
      const line = files["all.test.ts"].split("\n").findIndex((text) => text.includes('test("fails"')) + 1;
      expect(testOf(file, "fails").line).toBe(line);
    });

    test("the body under a limit has neither the collection before it nor the reading after it", () => {
      const file = fileOf(written(run), "limited.test.ts");
      expect(outline(file).map((line) => line.replace(/ native \d+\/\d+$/, ""))).toEqual([
        "within, passed, buffers 600000/600000",
        "beyond, failed, buffers 150000/150000",
        expect.stringMatching(/^measures, passed, buffers 81000\/\d+$/),
      ]);
      expect(testOf(file, "within").figures?.gc.majorCount).toBe(0);
      expect(testOf(file, "beyond").breaches).toEqual([
        { figure: "allocated", space: "buffers", limitBytes: 100_000, actualBytes: 150_000, source: "limitMemory()" },
      ]);
    });

    test("a hook that throws, a file that cannot be loaded, and one of skipped tests are told as they are", () => {
      const report = written(run);
      const hooks = fileOf(report, "hooks.test.ts");
      expect(hooks.state).toBe("failed");
      expect(hooks.hooks?.buffers.allocatedBytes).toBe(300_000);
      expect(outline(hooks).map(comparable)).toEqual(
        ["with a hook that throws > never runs, skipped, none", "runs, passed, buffers 5000/5000 native 0/0"].map(
          comparable,
        ),
      );
      expect(fileOf(report, "broken.test.ts")).toMatchObject({ state: "failed", figures: null, death: null });
      expect(fileOf(report, "all-skipped.test.ts")).toMatchObject({ state: "skipped", figures: null, death: null });
    });
  },
);
