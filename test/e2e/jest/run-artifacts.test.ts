/** Tests that fail for their memory leave profiles beside the report, and heap snapshots where they are asked for. */

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import type { RunReport } from "../../../core/src/runs/run-report.js";
import { fileOf, testOf } from "../harness/run-reports.js";
import { installJest, type JestConfig, jestProject, MODES, runJest, TRANSFORMS } from "./run-jest.js";

const installation = installJest();
afterAll(() => installation.remove());

interface Observed {
  readonly root: string;
  readonly text: string;
  artifactsOf(name: string): readonly string[];
}

async function observed(config: JestConfig, flag: string): Promise<Observed> {
  const preset = { preset: "@memspec/jest", transform: TRANSFORMS.swc };
  const project = jestProject(installation, "run-artifacts", { reporters: null, ...preset, ...config });
  const { root } = project;
  const { text } = await runJest(installation, project, { args: [flag] });
  const report = JSON.parse(readFileSync(path.join(root, ".memspec/report.json"), "utf8")) as RunReport;
  const file = fileOf(report, "fails.test.ts");
  return { root, text, artifactsOf: (name) => (testOf(file, name).artifacts ?? []).map((made) => made.path) };
}

test.each(MODES)("%s, profiles of the failed tests alone", async (_, flag) => {
  const { root, text, artifactsOf } = await observed({}, flag);
  const limit = ".memspec/fails.test.ts/a_b - limit.heapprofile";
  expect(artifactsOf("a/b > limit")).toEqual([limit]);
  expect(artifactsOf("a/b > matcher")).toEqual([".memspec/fails.test.ts/a_b - matcher.heapprofile"]);
  expect(artifactsOf("fails for another reason")).toEqual([]);
  expect(readFileSync(path.join(root, limit), "utf8")).toContain('"functionName":"load"');
  expect(text).toContain(limit);
  expect(text).not.toContain("secrets");
});

const WANTED = { artifacts: { heapsnapshot: true } };

test.each([
  ["the environment's", { testEnvironmentOptions: { memory: { report: WANTED } } }],
  ["the reporter's", { reporters: [["@memspec/jest/reporter", WANTED]] }],
] as const)("heap snapshots where %s options ask for them", async (_, config) => {
  const { root, text, artifactsOf } = await observed(config, "--maxWorkers=2");
  const [profile, snapshot = ""] = artifactsOf("a/b > limit");
  expect(profile).toBe(".memspec/fails.test.ts/a_b - limit.heapprofile");
  expect(snapshot).toBe(".memspec/fails.test.ts/a_b - limit.heapsnapshot");
  expect(readFileSync(path.join(root, snapshot), "utf8")).toContain("the secret of the program");
  expect(artifactsOf("a/b > matcher")).toHaveLength(2);
  expect(text.replaceAll(/\s+/gu, " ")).toContain("Heap snapshots hold the program's data: strings, secrets");
  expect(existsSync(path.join(root, ".memspec/.gitignore"))).toBe(true);
});
