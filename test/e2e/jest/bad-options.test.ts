import { afterAll, expect, test } from "vitest";
import { installJest, jestProject, runJest, TRANSFORMS } from "./run-jest.js";

const installation = installJest();

afterAll(() => installation.remove());

/** Each is a project of its own: what is wrong in one does not hide what is wrong in another. */
const WRONG = {
  "an unknown option": { memory: { limit: {} } },
  "an unknown option of the matchers": { memory: { warmups: 1 } },
  "an unknown limit": { memory: { limits: { default: { peek: "50MB" } } } },
  "a wrong size": { memory: { limits: { "**/*.test.ts": "50 MegaByte" } } },
  "a limit that limits nothing": { memory: { limits: { default: {} } } },
  "no object": { memory: "50MB" },
  "a wrong value": { memory: { runs: 0 } },
};

test("wrong options and docblocks fail each test file, naming the value and the nearest right one", async () => {
  const project = jestProject(installation, "bad-options", {
    projects: [
      ...Object.entries(WRONG).map(([displayName, testEnvironmentOptions]) => ({
        displayName,
        preset: "@memspec/jest",
        transform: TRANSFORMS.babel,
        testMatch: ["**/any.test.ts"],
        testEnvironmentOptions,
      })),
      {
        displayName: "docblocks",
        preset: "@memspec/jest",
        transform: TRANSFORMS.babel,
        testMatch: ["**/docblock-*.test.ts"],
      },
    ],
  });
  const run = await runJest(installation, project, { args: ["--runInBand"] });
  await expect(run.output).toMatchFileSnapshot("snapshots/bad-options.txt");
  expect(run.exitCode).toBe(1);
});
