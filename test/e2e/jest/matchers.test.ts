import { afterAll, beforeAll, expect, test } from "vitest";
import type { Project } from "../harness/project.js";
import { failures, installJest, jestProject, runJest, TRANSFORMS } from "./run-jest.js";

const installation = installJest();
let project: Project;

beforeAll(() => {
  project = jestProject(installation, "matchers", { preset: "@memspec/jest", transform: TRANSFORMS.babel });
});

afterAll(() => installation.remove());

test("every matcher passes, and fails with its message", async () => {
  const run = await runJest(installation, project, { args: ["--maxWorkers=2"] });
  await expect(run.output).toMatchFileSnapshot("snapshots/matchers.txt");
  const {
    "./failing.test.ts": failing,
    "./passing.test.ts": passing,
    "./forgotten.test.ts": forgotten,
  } = failures(run.output);
  expect(passing).toBeUndefined();
  expect(failing).toHaveLength(13);
  expect(forgotten).toEqual([
    "forgets to await a matcher that would pass",
    "forgets to await a matcher that would fail",
  ]);
  expect(run.exitCode).toBe(1);
});

test("in band, files of one process do not disturb each other", async () => {
  const run = await runJest(installation, project, { args: ["--runInBand", "forgotten", "concurrent", "bad-input"] });
  await expect(run.output).toMatchFileSnapshot("snapshots/matchers-in-band.txt");
  expect(run.exitCode).toBe(1);
});

test("without the addon heap and buffers are measured, and what needs it says so", async () => {
  const fallback = jestProject(installation, "without-addon", {
    preset: "@memspec/jest",
    transform: TRANSFORMS.babel,
  });
  const run = await runJest(installation, fallback, { args: ["--runInBand"], env: { MEMSPEC_ADDON: "off" } });
  await expect(run.output).toMatchFileSnapshot("snapshots/without-addon.txt");
  expect(run.exitCode).toBe(1);
});
