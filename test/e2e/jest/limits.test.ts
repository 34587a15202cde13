import { afterAll, expect, test } from "vitest";
import { installJest, jestProject, runJest, TRANSFORMS } from "./run-jest.js";

const installation = installJest();

afterAll(() => installation.remove());

test("limits by wrapper, docblock, table and default are all checked, told together, at the test", async () => {
  const project = jestProject(installation, "limits", {
    preset: "@memspec/jest",
    transform: TRANSFORMS.babel,
    testEnvironmentOptions: {
      memory: {
        limits: {
          "**/table.test.ts": { peak: "2MB", space: "buffers" },
          "**/{wrapper,retries,docblock}.test.ts": "1GB",
          default: { peak: "5MB", space: "buffers" },
        },
      },
    },
  });
  const run = await runJest(installation, project, { args: ["--maxWorkers=2"] });
  await expect(run.output).toMatchFileSnapshot("snapshots/limits.txt");
  expect(run.exitCode).toBe(1);
});
