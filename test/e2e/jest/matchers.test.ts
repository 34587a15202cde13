import { afterAll, beforeAll, expect, test } from "vitest";
import type { Project } from "../harness/project.js";
import { installJest, jestProject, runJest, TRANSFORMS } from "./run-jest.js";

const installation = installJest();
let project: Project;

beforeAll(() => {
  project = jestProject(installation, "matchers", { preset: "@memspec/jest", transform: TRANSFORMS.babel });
});

afterAll(() => installation.remove());

test("every matcher passes, fails, and says so in the same words in workers and in band", async () => {
  const inWorkers = await runJest(installation, project, { args: ["--maxWorkers=2"] });
  await expect(inWorkers.output).toMatchFileSnapshot("snapshots/matchers.txt");
  expect(inWorkers.exitCode).toBe(1);

  const inBand = await runJest(installation, project, { args: ["--runInBand"] });
  expect(inBand.output).toBe(inWorkers.output);
  expect(inBand.exitCode).toBe(1);
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
