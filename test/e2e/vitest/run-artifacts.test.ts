/** Tests that fail for their memory leave profiles beside the report, and heap snapshots where they are asked for. */

import { expect, test } from "vitest";
import { fileOf, testOf, written } from "../harness/run-reports.js";
import { runVitest, type VitestRun } from "./run-vitest.js";

const files = {
  "src/load.ts": `
export const marker = { secret: "the secret of the program" };
export function load(): Buffer {
  return Buffer.alloc(300_000);
}
`,
  "fails.test.ts": `
import { limitMemory } from "@memspec/vitest";
import { describe, expect, test } from "vitest";
import { load, marker } from "./src/load";
const kept: unknown[] = [marker];
describe("a/b", () => {
  test("limit", limitMemory("100 kB", () => { kept.push(load()); }));
  test("matcher: peak?", () => { expect(() => load()).toPeakBelow("200 kB"); });
});
test("leaks", async () => { await expect(() => { kept.push({ some: "object" }); }).toNotLeak(); });
test("fails for another reason", () => { kept.push(load()); expect(1).toBe(2); });
test("within", () => { expect(() => load()).toPeakBelow("1 MB"); });
test("fine after all", () => { try { expect(() => load()).toPeakBelow("200 kB"); } catch {} });
`,
  "vitest.config.mjs": "",
};

/** The artifacts of each test, and what is in those that are asked for, read before the project is removed. */
interface Seen {
  readonly run: VitestRun;
  readonly texts: ReadonlyMap<string, string>;
}

async function observed(report: string): Promise<Seen> {
  const config = `
import { memspec } from "@memspec/vitest/config";
export default { plugins: [memspec({ report: ${report} })], test: {} };
`;
  const run = await runVitest({
    files: { ...files, "vitest.config.mjs": config },
    keep: ["heapprofile", "heapsnapshot"],
  });
  return { run, texts: run.kept };
}

const artifactsOf = (run: VitestRun, name: string): readonly string[] =>
  (testOf(fileOf(written(run), "fails.test.ts"), name).artifacts ?? []).map(({ path: file }) => file);

test("profiles of the failed tests alone, by what their assertions measured", async () => {
  const { run, texts } = await observed("true");
  expect(artifactsOf(run, "a/b > limit")).toEqual([".memspec/fails.test.ts/a_b - limit.heapprofile"]);
  expect(artifactsOf(run, "a/b > matcher: peak?")).toEqual([".memspec/fails.test.ts/a_b - matcher_ peak_.heapprofile"]);
  for (const name of ["fails for another reason", "within", "fine after all"])
    expect(artifactsOf(run, name)).toEqual([]);
  const profile = JSON.parse(texts.get(".memspec/fails.test.ts/a_b - limit.heapprofile") ?? "") as {
    readonly head: { readonly callFrame: { readonly functionName: string } };
    readonly samples: readonly { readonly size: number }[];
  };
  expect(JSON.stringify(profile)).toContain('"functionName":"load"');
  expect(JSON.stringify(profile)).toContain("src/load.ts");
  expect(profile.samples.reduce((sum, { size }) => sum + size, 0)).toBeGreaterThanOrEqual(300_000);
  expect([...texts.keys()].filter((name) => name.endsWith(".heapsnapshot"))).toEqual([]);
  expect(run.output).toContain(".memspec/fails.test.ts/a_b - limit.heapprofile");
  expect(run.output).not.toContain("secrets");
});

test("heap snapshots of the failed tests where they are asked for, in no test's figures, with a warning", async () => {
  const { run, texts } = await observed('{ artifacts: { folder: "failed", heapsnapshot: true } }');
  expect(artifactsOf(run, "a/b > limit")).toEqual([
    "failed/fails.test.ts/a_b - limit.heapprofile",
    "failed/fails.test.ts/a_b - limit.heapsnapshot",
  ]);
  expect(artifactsOf(run, "leaks")).toContain("failed/fails.test.ts/leaks.heapsnapshot");
  expect(artifactsOf(run, "fails for another reason")).toEqual([]);
  const snapshot = texts.get("failed/fails.test.ts/a_b - limit.heapsnapshot") ?? "";
  const { snapshot: head } = JSON.parse(snapshot) as { readonly snapshot: { readonly node_count: number } };
  expect(head.node_count).toBeGreaterThan(10_000);
  expect(snapshot).toContain("the secret of the program");
  expect(run.output.replaceAll(/\s+/gu, " ")).toContain("Heap snapshots hold the program's data: strings, secrets");
  const { figures } = testOf(fileOf(written(run), "fails.test.ts"), "a/b > matcher: peak?");
  expect(figures?.buffers.allocatedBytes).toBe(300_000);
  expect(figures?.native.allocatedBytes).toBeLessThan(100_000);
});

test("a folder that cannot be written is a note, and changes no outcome", async () => {
  const { run } = await observed('{ artifacts: { folder: "src/load.ts" } }');
  expect(artifactsOf(run, "a/b > limit")).toEqual([]);
  expect(written(run).notes.join("\n")).toMatch(/files for failed tests could not be written/u);
  expect(run.tests.get("fails.test.ts > within")?.state).toBe("passed");
  expect(run.exitCode).toBe(1);
});
