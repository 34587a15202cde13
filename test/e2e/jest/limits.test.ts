import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Project } from "../harness/project.js";
import { failures } from "./failures.js";
import { installJest, jestProject, MODES, runJest, TRANSFORMS } from "./run-jest.js";

const installation = installJest();

afterAll(() => installation.remove());

let project: Project;

beforeAll(() => {
  project = jestProject(installation, "limits", {
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
});

/** Failed tests by file. */
const FAILED = {
  "./default.test.ts": ["breaks the default limit"],
  "./docblock.test.ts": [
    "breaks one",
    "breaks both, told together",
    "a body with done is limited too",
    "limits of the docblock and of the wrapper are told together",
    "a failing body is not blamed",
    "a generator body cannot be limited",
    "a concurrent test cannot be limited",
  ],
  "./retries.test.ts": ["a test that breaks its limit in every attempt fails"],
  "./table.test.ts": ["breaks the limit of the table", "breaks the limits of the table and of the wrapper"],
  "./wrapper.test.ts": [
    "fails over the limit",
    "an async body",
    "a body with done",
    "a body with done that fails for its own reason is not blamed for memory",
    "several limits are told together",
    "a test that throws is not blamed for memory",
    "a failed assertion is not blamed for memory",
    "a test that times out is not blamed for memory",
    "a table's row of 3000000 bytes",
    "test.failing turns a kept limit into a failure",
    "the body does not run and has no memory",
    "the body is judged all the same",
  ],
};

describe.each(MODES)("%s", (_, flag) => {
  test("limits by wrapper, docblock, table and default are all checked, told together, at the test", async () => {
    const run = await runJest(installation, project, { args: [flag] });
    expect(failures(run.text)).toEqual(FAILED);
    expect(run.exitCode).toBe(1);
    expect(run.text).not.toContain("@memspec/");
    await expect(run.output).toMatchFileSnapshot("snapshots/limits.txt");
  });
});
