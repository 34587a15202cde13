/** Projects and packages of one run: each file told once, with its path from the root and the name of its project. */

import { expect, test } from "vitest";
import type { RunReport } from "../../../core/src/runs/run-report.js";
import { outline, placesOf, testOf, written } from "../harness/run-reports.js";
import { runVitest } from "./run-vitest.js";

const allocates = (bytes: number): string => `
import { test } from "vitest";
import { keep } from "./keep";
test("buffers", () => { keep(${bytes}); });
`;
const KEEP = `
const kept: unknown[] = [];
export function keep(bytes: number): void {
  kept.push(Buffer.alloc(bytes)); // keep
}
`;
const REPORT = 'report: { terminal: "silent", json: ".memspec/report.json" }';
const plugin = (more = ""): string => `memspec({ ${REPORT}${more} })`;
const IMPORT = 'import { memspec } from "@memspec/vitest/config";\n';

const told = (report: RunReport): readonly unknown[] =>
  report.files.map((file) => [file.path, file.project, file.state, ...outline(file)]);
/** Where the test's buffers come from, by source map. The heap's sites are samples: chance has a say in them. */
const places = (report: RunReport): readonly unknown[] =>
  report.files.map((file) => {
    const { sites } = testOf(file, "buffers");
    return placesOf(
      sites.filter(({ space }) => space === "buffers"),
      report,
    );
  });
const BUFFERS = (bytes: number): string => `buffers, passed, buffers ${bytes}/${bytes} native 0/0`;

test("inline projects that run the same files, and one with a root of its own", async () => {
  const run = await runVitest({
    files: {
      "same.test.ts": allocates(3_000_000),
      "keep.ts": KEEP,
      "part/same.test.ts": allocates(4_000_000),
      "part/keep.ts": KEEP,
      "vitest.config.mjs": `${IMPORT}
export default { plugins: [${plugin()}], test: { projects: [
  { extends: true, test: { name: "one", include: ["*.test.ts"] } },
  { extends: true, test: { name: "two", include: ["*.test.ts"] } },
  { plugins: [${plugin()}], test: { name: "part", root: "./part", include: ["*.test.ts"] } },
] } };`,
    },
  });
  const report = written(run);
  expect(told(report)).toEqual([
    ["part/same.test.ts", "part", "passed", BUFFERS(4_000_000)],
    ["same.test.ts", "one", "passed", BUFFERS(3_000_000)],
    ["same.test.ts", "two", "passed", BUFFERS(3_000_000)],
  ]);
  expect(places(report)).toEqual([["buffers part/keep.ts:4"], ["buffers keep.ts:4"], ["buffers keep.ts:4"]]);
  expect(run.exitCode).toBe(0);
});

test("packages with configurations of their own, run from the root of the repository", async () => {
  const config = (name: string, limit: string): string =>
    `${IMPORT}export default { plugins: [${plugin(`, limits: { "src/**": "${limit}" }`)}], test: { name: "${name}" } };`;
  const run = await runVitest({
    files: {
      "packages/a/src/same.test.ts": allocates(3_000_000),
      "packages/a/src/keep.ts": KEEP,
      "packages/a/vitest.config.mjs": config("a", "2 MB"),
      "packages/b/src/same.test.ts": allocates(3_000_000),
      "packages/b/src/keep.ts": KEEP,
      "packages/b/vitest.config.mjs": config("b", "50 MB"),
      "vitest.config.mjs": 'export default { test: { projects: ["packages/*"] } };',
    },
  });
  const report = written(run);
  expect(told(report)).toEqual([
    [
      "packages/a/src/same.test.ts",
      "a",
      "failed",
      expect.stringMatching(/^buffers, failed, buffers 3000000\/3000000 /u),
    ],
    [
      "packages/b/src/same.test.ts",
      "b",
      "passed",
      expect.stringMatching(/^buffers, passed, buffers 3000000\/3000000 /u),
    ],
  ]);
  expect(places(report)).toEqual([["buffers packages/a/src/keep.ts:4"], ["buffers packages/b/src/keep.ts:4"]]);
  const [broken, within] = report.files.map((file) => testOf(file, "buffers"));
  expect(broken?.breaches).toHaveLength(1);
  expect(broken?.artifacts?.map(({ path }) => path)).toEqual([
    ".memspec/a/packages/a/src/same.test.ts/buffers.heapprofile",
  ]);
  expect(within?.breaches).toEqual([]);
  expect(run.exitCode).toBe(1);
});

test("workers of two projects that die over the same file are each told by its own project", async () => {
  const run = await runVitest({
    files: {
      "same.test.ts": `
import { test } from "vitest";
for (const name of ["in one", "in two"]) {
  test(name, () => { if (process.env.DIES === name) process.kill(process.pid, "SIGKILL"); });
}
`,
      "vitest.config.mjs": `${IMPORT}
export default { plugins: [${plugin()}], test: { projects: [
  { extends: true, test: { name: "one", env: { DIES: "in one" } } },
  { extends: true, test: { name: "two", env: { DIES: "in two" } } },
] } };`,
    },
  });
  expect(written(run).files.map(({ project, state, death }) => [project, state, death?.test])).toEqual([
    ["one", "died", ["in one"]],
    ["two", "died", ["in two"]],
  ]);
});
