/** The tracker is there when a test measures, however it comes to, and is not loaded where none does. */

import { describe, expect, test } from "vitest";
import { configWith, errorsOf, pools, runVitest, statesOf } from "./run-vitest.js";

/** Of what stands here, nothing says that it measures. */
const loaded = `
import { readFileSync } from "node:fs";
export const hasTracker = (): boolean => readFileSync("/proc/self/maps", "utf8").includes("@mem" + "spec/native");
`;

const work = `
export function build(): number[][] {
  const rows: number[][] = [];
  for (let index = 0; index < 100; index += 1) {
    rows.push(new Array<number>(1_000).fill(index)); // line
  }
  return rows;
}
`;
const LINE = work.split("\n").findIndex((text) => text.includes("// line")) + 1;
/** The line of the call itself; a function's own line would be marked. */
const place = new RegExp(`heap +build +work\\.ts:${LINE}:\\d+$`, "m");

const helper = `
import { limitMemory } from "@memspec/vitest";
import { expect } from "vitest";
export const lean = (body: () => unknown): void => { expect(body).toAllocateLessThan("1kB", { space: "heap" }); };
export const small = <Body extends () => unknown>(body: Body) => limitMemory({ peak: "1kB", space: "heap" }, body);
`;

const plain = `
import { expect, test } from "vitest";
import { hasTracker } from "./loaded.js";
import { build } from "./work.js";
test("plain", () => { expect(build()).toHaveLength(100); });
test("has no tracker", () => { expect(hasTracker()).toBe(false); });
`;

const runs = `
import { expect, test } from "vitest";
import { build } from "./work.js";
test("plain", () => { expect(build()).toHaveLength(100); });
`;

const measures = `
import { expect, test } from "vitest";
import { build } from "./work.js";
test("measured", () => { expect(build).toAllocateLessThan("1kB", { space: "heap" }); });
`;

const byHelper = `
import { expect, test } from "vitest";
import { lean, small } from "./helper.js";
import { hasTracker } from "./loaded.js";
import { build } from "./work.js";
test("measured", () => { lean(build); });
test("wrapped", small(build));
test("has the tracker", () => { expect(hasTracker()).toBe(true); });
`;

/** One worker runs the files by their names. */
const args = ["--maxWorkers=1"];
const inOrder = {
  "vitest.config.mjs": `
import { memspec } from "@memspec/vitest/config";
class ByName {
  shard(files) { return files; }
  sort(files) { return files.toSorted((a, b) => (a.moduleId < b.moduleId ? -1 : 1)); }
}
export default { plugins: [memspec({ observe: false })], test: { sequence: { sequencer: ByName } } };
`,
};

const files = {
  // Where tests are observed, the tracker is there from the start.
  "vitest.config.mjs": configWith("{ observe: false }"),
  "loaded.ts": loaded,
  "work.ts": work,
  "helper.ts": helper,
};

test.each(["forks", "threads"] as const)(
  "in %s a file that measures nothing does not load the tracker",
  async (pool) => {
    const run = await runVitest({ files: { ...files, "a.test.ts": plain }, pool });
    expect(statesOf(run)).toEqual(["a.test.ts > plain: passed", "a.test.ts > has no tracker: passed"]);
  },
);

describe.each(pools)("in %s", (pool) => {
  test("a file that measures has its lines, also of code that an earlier file of the worker ran", async () => {
    const run = await runVitest({
      files: { ...files, ...inOrder, "a.test.ts": runs, "b.test.ts": measures },
      pool,
      args,
    });
    expect(statesOf(run)).toEqual(["a.test.ts > plain: passed", "b.test.ts > measured: failed"]);
    expect(errorsOf(run, "b.test.ts > measured").join("\n")).toMatch(place);
  });

  test("a helper's matchers and limits name the place, too, if the test file does not mention them", async () => {
    const run = await runVitest({ files: { ...files, "a.test.ts": byHelper }, pool });
    expect(statesOf(run)).toEqual([
      "a.test.ts > measured: failed",
      "a.test.ts > wrapped: failed",
      "a.test.ts > has the tracker: passed",
    ]);
    for (const name of ["measured", "wrapped"]) {
      expect(errorsOf(run, `a.test.ts > ${name}`).join("\n")).toMatch(place);
    }
  });
});

test.each(["forks", "threads"] as const)("in %s what a helper's first matcher loads is in no figure", async (pool) => {
  // It names nothing of memspec's that would load the matchers before.
  const only = `import { expect } from "vitest";
export const lean = (body: () => unknown): void => { expect(body).toAllocateLessThan("1GB"); };
`;
  const unnamed = `
import { test } from "vitest";
import { lean } from "./helper.js";
test("first", () => { lean(() => 1); });
test("second", () => { lean(() => 1); });
`;
  const run = await runVitest({ files: { "helper.ts": only, "a.test.ts": unnamed }, pool });
  expect(statesOf(run)).toEqual(["a.test.ts > first: passed", "a.test.ts > second: passed"]);
  const [first, second] = (run.memory?.files[0]?.tests ?? []).map(({ figures }) => figures?.native?.allocatedBytes);
  // To load them takes half a megabyte of native memory; what the call itself needs is some hundred bytes.
  expect(second).toBeLessThan(10_000);
  expect(first).toBeLessThan(10_000);
});

test("without isolation what an earlier file compiled has its lines in a later one", async () => {
  const run = await runVitest({
    files: { ...files, ...inOrder, "a.test.ts": runs, "b.test.ts": measures },
    args: [...args, "--no-isolate"],
  });
  expect(statesOf(run)).toEqual(["a.test.ts > plain: passed", "b.test.ts > measured: failed"]);
  expect(errorsOf(run, "b.test.ts > measured").join("\n")).toMatch(place);
});
