import { afterAll, expect, test } from "vitest";
import { failures, installJest, jestProject, runJest, TRANSFORMS } from "./run-jest.js";

const installation = installJest();

afterAll(() => installation.remove());

test("sites name the TypeScript source's file, function and line for every space, with Babel and with SWC", async () => {
  const project = jestProject(installation, "attribution", {
    projects: [
      {
        displayName: "babel",
        preset: "@memspec/jest",
        transform: TRANSFORMS.babel,
        testMatch: ["**/attribution.test.ts"],
      },
      { displayName: "swc", preset: "@memspec/jest", transform: TRANSFORMS.swc },
    ],
  });
  const run = await runJest(installation, project, { args: ["--maxWorkers=2"] });
  await expect(run.output).toMatchFileSnapshot("snapshots/attribution.txt");
  const all = ["buffers", "heap", "native"];
  expect(failures(run.output)).toEqual({
    "babel ./attribution.test.ts": all,
    "swc ./attribution.test.ts": all,
    "swc ./decorators.test.ts": ["a decorated method breaks its limit"],
  });
  expect(run.exitCode).toBe(1);
});
