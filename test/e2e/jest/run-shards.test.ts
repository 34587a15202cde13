/** Shards of Jest, merged by the command, and Jest's projects: the report of one run, each file told once. */

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { RunReport } from "../../../core/src/runs/run-report.js";
import { COMMAND } from "../../cli/run-memspec.js";
import { makeProject, type Project, type ProjectFiles } from "../harness/project.js";
import { runProgram } from "../harness/run-program.js";
import { outline, placesOf, testOf } from "../harness/run-reports.js";
import { installJest, runJest, TRANSFORMS } from "./run-jest.js";

const installation = installJest();
afterAll(() => installation.remove());

function projectWith(files: ProjectFiles, config: object): Project {
  return makeProject(installation.root, {
    "package.json": '{ "name": "project", "private": true }\n',
    ...files,
    "jest.config.json": JSON.stringify(config),
  });
}

const BASE = { preset: "@memspec/jest", transform: TRANSFORMS.swc };
const reportTo = (json: string): object => ({
  testEnvironmentOptions: { memory: { report: { json, terminal: "silent" } } },
});

function reportIn(root: string, name: string): RunReport {
  const file = path.join(root, name);
  if (!existsSync(file)) throw new Error(`no report ${name}`);
  return JSON.parse(readFileSync(file, "utf8")) as RunReport;
}

/** Without what is of a process or a moment, as samples of the heap are. */
function steady(report: RunReport): unknown {
  const buffers = (sites: RunReport["files"][number]["sites"]): readonly string[] =>
    placesOf(sites, report).filter((place) => place.startsWith("buffers"));
  return report.files.map((file) => ({
    path: file.path,
    project: file.project,
    state: file.state,
    tests: outline(file).map((line) => line.replace(/ native .*/u, "")),
    breaches: file.tests.map(({ breaches }) => breaches),
    places: file.tests.map(({ sites }) => buffers(sites)),
    modules: buffers(file.moduleSites),
  }));
}

test("three shards, merged, are the run", async () => {
  const file = (index: number): string => `
import { describe, expect, test } from "@jest/globals";
import { limitMemory } from "@memspec/jest";
const kept: unknown[] = [Buffer.alloc(${index} * 1_000_000)];
describe("file ${index}", () => {
  test("buffers", () => { kept.push(Buffer.alloc(${index} * 10_000 + 2_000_000)); });
  test("limited", limitMemory({ allocated: "${index} MB", space: "buffers" }, () => { kept.push(Buffer.alloc(3_500_000)); }));
  test.skip("skipped", () => {});
});
`;
  const files = Object.fromEntries([1, 2, 3, 4, 5].map((index) => [`${index}.test.ts`, file(index)]));
  const project = projectWith(files, { ...BASE, ...reportTo("out/memory.json") });
  const args = ["--maxWorkers=2"];
  await runJest(installation, project, { args });
  const whole = reportIn(project.root, "out/memory.json");
  const parts: string[] = [];
  for (const shard of [1, 2, 3]) {
    project.write({ "jest.config.json": JSON.stringify({ ...BASE, ...reportTo(`shard-${shard}.json`) }) });
    await runJest(installation, project, { args: [...args, `--shard=${shard}/3`] });
    parts.push(`shard-${shard}.json`);
    expect(reportIn(project.root, `shard-${shard}.json`).shards).toEqual([{ index: shard, count: 3 }]);
  }
  const merge = await runProgram([COMMAND, "merge", ...parts, "-o", "merged.json"], { cwd: project.root });
  expect(merge).toMatchObject({ exitCode: 0, stderr: "" });
  const merged = reportIn(project.root, "merged.json");
  expect(steady(merged)).toEqual(steady(whole));
  expect(whole.files).toHaveLength(5);
  expect(whole.files[0]?.tests[0]?.figures?.buffers.allocatedBytes).toBe(2_010_000);
  expect(whole.files.flatMap((one) => one.tests.flatMap(({ breaches }) => breaches))).toHaveLength(3);
  expect(whole.shards).toEqual([]);
  expect(merged.shards).toEqual([1, 2, 3].map((index) => ({ index, count: 3 })));
  expect(merged.files.map(({ shard }) => shard).toSorted()).toEqual([1, 1, 2, 2, 3]);
  expect(merged.runner).toEqual(whole.runner);
  expect(merged.notes).toEqual(whole.notes);
});

const KEEP = `
const kept: unknown[] = [];
export function keep(bytes: number): void {
  kept.push(Buffer.alloc(bytes)); // keep
}
`;
const allocates = (bytes: number): string => `
import { test } from "@jest/globals";
import { keep } from "./keep";
test("buffers", () => { keep(${bytes}); });
`;
const told = (report: RunReport): readonly unknown[] =>
  report.files.map((file) => [
    file.path,
    file.project,
    file.state,
    testOf(file, "buffers").figures?.buffers.allocatedBytes,
    ...placesOf(testOf(file, "buffers").sites, report).filter((place) => place.startsWith("buffers")),
  ]);

describe.each([
  ["in workers", "--maxWorkers=2"],
  ["in band", "--runInBand"],
])("%s", (_, flag) => {
  test("projects that run the same files, and one with a root of its own", async () => {
    // Reporters are the whole run's: of projects Jest takes none.
    const project = projectWith(
      {
        "main/same.test.ts": allocates(3_000_000),
        "main/keep.ts": KEEP,
        "part/same.test.ts": allocates(4_000_000),
        "part/keep.ts": KEEP,
      },
      {
        reporters: ["default", "@memspec/jest/reporter"],
        projects: [
          { ...BASE, displayName: "one", rootDir: "<rootDir>/main" },
          { ...BASE, displayName: { name: "two", color: "blue" }, rootDir: "<rootDir>/main" },
          { ...BASE, rootDir: "<rootDir>/part" },
        ],
      },
    );
    await runJest(installation, project, { args: [flag] });
    expect(told(reportIn(project.root, ".memspec/report.json"))).toEqual([
      ["main/same.test.ts", "one", "passed", 3_000_000, "buffers main/keep.ts:4"],
      ["main/same.test.ts", "two", "passed", 3_000_000, "buffers main/keep.ts:4"],
      ["part/same.test.ts", null, "passed", 4_000_000, "buffers part/keep.ts:4"],
    ]);
  });
});

test("packages with configurations of their own, run from the root of the repository", async () => {
  const config = (limit: string): string =>
    JSON.stringify({ ...BASE, testEnvironmentOptions: { memory: { limits: { "src/**": limit } } } });
  const project = projectWith(
    {
      "packages/a/package.json": '{ "name": "a", "private": true }',
      "packages/a/src/same.test.ts": allocates(3_000_000),
      "packages/a/src/keep.ts": KEEP,
      "packages/a/jest.config.json": config("2 MB"),
      "packages/b/package.json": '{ "name": "b", "private": true }',
      "packages/b/src/same.test.ts": allocates(3_000_000),
      "packages/b/src/keep.ts": KEEP,
      "packages/b/jest.config.json": config("50 MB"),
    },
    { reporters: ["default", "@memspec/jest/reporter"], projects: ["<rootDir>/packages/*"] },
  );
  await runJest(installation, project, { args: ["--maxWorkers=2"] });
  const report = reportIn(project.root, ".memspec/report.json");
  expect(told(report)).toEqual([
    ["packages/a/src/same.test.ts", null, "failed", 3_000_000, "buffers packages/a/src/keep.ts:4"],
    ["packages/b/src/same.test.ts", null, "passed", 3_000_000, "buffers packages/b/src/keep.ts:4"],
  ]);
  expect(report.files.map((file) => testOf(file, "buffers").breaches.length)).toEqual([1, 0]);
  expect(report.files[0]?.tests[0]?.artifacts?.map((made) => made.path)).toEqual([
    ".memspec/packages/a/src/same.test.ts/buffers.heapprofile",
  ]);
});

test("two projects without names that run the same file are told apart, and their report can be merged", async () => {
  const project = projectWith(
    { "main/same.test.ts": allocates(3_000_000), "main/keep.ts": KEEP },
    {
      reporters: ["default", "@memspec/jest/reporter"],
      projects: [
        { ...BASE, rootDir: "<rootDir>/main" },
        { ...BASE, rootDir: "<rootDir>/main", testTimeout: 9000 },
      ],
    },
  );
  await runJest(installation, project, { args: ["--maxWorkers=2"] });
  const { files } = reportIn(project.root, ".memspec/report.json");
  expect(files.map((file) => file.path)).toEqual(["main/same.test.ts", "main/same.test.ts"]);
  expect(new Set(files.map((file) => file.project)).size).toBe(2);
  const merge = await runProgram([COMMAND, "merge", ".memspec/report.json", "-o", "merged.json"], {
    cwd: project.root,
  });
  expect(merge).toMatchObject({ exitCode: 0, stderr: "" });
});
