/** Baselines and breaches in the real Jest: cases beside the story. */

import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { baselineCases } from "../harness/baseline-cases.js";
import { type BaselineProject, baselineProject, recordedBuffers } from "../harness/baseline-files.js";
import { makeProject, type ProjectFiles } from "../harness/project.js";
import { installJest, TRANSFORMS } from "./run-jest.js";

const installation = installJest();
afterAll(() => installation.remove());

function open(files: ProjectFiles, options: object, more: object = {}): BaselineProject {
  const config = { preset: "@memspec/jest", transform: TRANSFORMS.swc, testEnvironmentOptions: { memory: options } };
  const project = makeProject(installation.root, {
    "package.json": '{ "name": "project", "private": true }\n',
    "jest.config.json": JSON.stringify({ ...config, ...more }),
    ...files,
  });
  return baselineProject(project, installation.root, [
    path.join(installation.root, "node_modules/jest/bin/jest.js"),
    "--no-watchman",
    "--testTimeout=60000",
    `--cacheDirectory=${path.join(installation.root, "cache")}`,
  ]);
}

baselineCases({ before: "jest.retryTimes(2);", option: "" }, open);

const keeps = 'const kept: unknown[] = [];\ntest("keeps", () => { kept.push(Buffer.alloc(1_000_000)); });\n';

test("projects with names have files of their own", async () => {
  const of = (name: string): object => ({
    displayName: name,
    preset: "@memspec/jest",
    transform: TRANSFORMS.swc,
    testEnvironmentOptions: { memory: { baseline: true, space: "buffers" } },
  });
  const reporters = ["default", "@memspec/jest/reporter"];
  const project = open({ "a.test.ts": keeps }, {}, { projects: [of("one"), of("the other")], reporters });
  const run = await project.run();
  expect(run.exitCode).toBe(0);
  for (const file of ["__memory__/a.test.ts@one.json", "__memory__/a.test.ts@the%20other.json"]) {
    expect(recordedBuffers(project.read(file), "keeps", "body")).toBe(1_000_000);
  }
});

test("in an environment that knows nothing of memspec the matcher says what is missing", async () => {
  const project = open(
    {
      "a.test.ts": 'test("measures", () => { expect(() => {}).toMatchMemoryBaseline(); });\n',
      ".memspec/report.json": "{}",
    },
    {},
    { preset: null, setupFilesAfterEnv: ["@memspec/jest/setup"], testEnvironmentOptions: {} },
  );
  const run = await project.run();
  expect(run.exitCode).toBe(1);
  expect(run.output).toContain("MEMSPEC_UNAVAILABLE");
  expect(run.output).toContain("memspec's test environment in Jest");
});
