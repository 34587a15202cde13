import { afterAll, describe, expect, test } from "vitest";
import { failures } from "./failures.js";
import { installJest, jestProject, MODES, runJest, TRANSFORMS } from "./run-jest.js";

const installation = installJest(["jest-environment-node"]);

afterAll(() => installation.remove());

describe.each(MODES)("%s", (_, flag) => {
  test("withMemory keeps an environment of the user's whole, and setup alone gives the matchers", async () => {
    const project = jestProject(installation, "environment", {
      setupFilesAfterEnv: ["@memspec/jest/setup"],
      testEnvironment: "./dom-like.cjs",
      testEnvironmentOptions: {
        title: "from options",
        memory: { limits: { default: { peak: "5MB", space: "buffers" } } },
      },
      transform: TRANSFORMS.babel,
    });
    const run = await runJest(installation, project, { args: [flag] });
    expect(failures(run.text)).toEqual({
      "./dom-like.test.ts": ["limits are checked"],
      "./standalone.test.ts": [
        "a matcher fails",
        "limitMemory limits",
        "a forgotten await fails its own test",
        "a concurrent test",
      ],
    });
    expect(run.exitCode).toBe(1);
    expect(run.text).not.toMatch(/^ +at .*@memspec/m);
    await expect(run.output).toMatchFileSnapshot("snapshots/environment.txt");
  });

  test("--detectLeaks finds nothing of ours in a clean suite", async () => {
    const project = jestProject(installation, "leaks", {
      preset: "@memspec/jest",
      transform: TRANSFORMS.babel,
      detectLeaks: true,
    });
    const run = await runJest(installation, project, { args: [flag] });
    expect(run.exitCode).toBe(0);
    await expect(run.output).toMatchFileSnapshot("snapshots/detect-leaks.txt");
  });
});
