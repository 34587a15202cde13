import { afterAll, beforeAll, expect, test } from "vitest";
import { withoutSizes } from "../harness/normalise.js";
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
  await expect(withoutSizes(inWorkers.output)).toMatchFileSnapshot("snapshots/matchers.txt");
  expect(inWorkers.exitCode).toBe(1);

  const inBand = await runJest(installation, project, { args: ["--runInBand"] });
  expect(withoutSizes(inBand.output)).toBe(withoutSizes(inWorkers.output));
  expect(inBand.exitCode).toBe(1);
});

test("without the addon heap and buffers are measured, and what needs it says so", async () => {
  const run = await runJest(installation, project, {
    args: ["--runInBand", "passing", "failing"],
    env: { MEMSPEC_ADDON: "off" },
  });
  await expect(withoutSizes(run.output)).toMatchFileSnapshot("snapshots/matchers-without-addon.txt");
});
