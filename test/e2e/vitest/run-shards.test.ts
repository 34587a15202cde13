/** The shards of a run, merged from Vitest's blobs, give the report of the run in one piece. */

import { expect, test } from "vitest";
import type { RunReport } from "../../../core/src/runs/run-report.js";
import { outline, placesOf, written } from "../harness/run-reports.js";
import { configWith, runVitest } from "./run-vitest.js";

const file = (index: number): string => `
import { describe, expect, test } from "vitest";
const kept: unknown[] = [Buffer.alloc(${index} * 1_000_000)];
describe("file ${index}", () => {
  test("buffers", () => { kept.push(Buffer.alloc(${index} * 10_000 + 2_000_000)); });
  test.skip("skipped", () => {});
});
`;
const files = {
  ...Object.fromEntries([1, 2, 3, 4, 5].map((index) => [`${index}.test.ts`, file(index)])),
  "vitest.config.mjs": configWith(),
};
const shards = [1, 2, 3].map((index) => [`--shard=${index}/3`, "--reporter=blob", `--outputFile=blobs/${index}.json`]);

/** Without what is of a process or a moment, as samples of the heap are. */
function steady(report: RunReport): unknown {
  return report.files.map((one) => ({
    path: one.path,
    state: one.state,
    tests: outline(one),
    places: one.tests.map((own) => buffersOf(placesOf(own.sites, report))),
    modules: buffersOf(placesOf(one.moduleSites, report)),
  }));
}

function buffersOf(places: readonly string[]): readonly string[] {
  return places.filter((place) => place.startsWith("buffers"));
}

test("three shards, merged, are the run", async () => {
  const whole = written(await runVitest({ files }));
  const merged = written(await runVitest({ files, before: shards, args: ["--merge-reports=blobs"] }));
  expect(steady(merged)).toEqual(steady(whole));
  expect(whole.files).toHaveLength(5);
  expect(whole.files[0]?.tests[0]?.figures?.buffers.allocatedBytes).toBe(2_010_000);
  expect(whole.shards).toEqual([]);
  expect(merged.shards).toEqual([1, 2, 3].map((index) => ({ index, count: 3 })));
  expect(merged.files.map(({ shard }) => shard).toSorted()).toEqual([1, 1, 2, 2, 3]);
  expect(merged.runner).toEqual(whole.runner);
  expect(merged.notes).toEqual(whole.notes);
});
