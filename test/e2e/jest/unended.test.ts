import { afterAll, expect, test } from "vitest";
import { failures } from "./failures.js";
import { installJest, jestProject, runJest, TRANSFORMS } from "./run-jest.js";

const installation = installJest();

afterAll(() => installation.remove());

test("a body that timed out and never ends does not let later tests pass over their limits", async () => {
  const project = jestProject(installation, "unended", { preset: "@memspec/jest", transform: TRANSFORMS.babel });
  const run = await runJest(installation, project, { args: ["--runInBand"] });
  const broken = Array.from({ length: 20 }, (_, index) => `breaks its limit ${index}`);
  expect(failures(run.output)["./unended.test.ts"]).toEqual([
    "times out, and its body never ends",
    "times out, and its body ends later",
    ...broken,
  ]);
});
