/** Baselines in the real Jest, in workers and in band. */

import path from "node:path";
import { afterAll, describe } from "vitest";
import { type BaselineProject, baselineProject } from "../harness/baseline-files.js";
import { baselineStory, STORY_FILES, STORY_OPTIONS } from "../harness/baseline-story.js";
import { makeProject } from "../harness/project.js";
import { installJest, MODES, TRANSFORMS } from "./run-jest.js";

const installation = installJest();
afterAll(() => installation.remove());

function open(flag: string): BaselineProject {
  const config = {
    preset: "@memspec/jest",
    transform: TRANSFORMS.swc,
    testEnvironmentOptions: { memory: STORY_OPTIONS },
  };
  const project = makeProject(installation.root, {
    ...STORY_FILES,
    "package.json": '{ "name": "project", "private": true }\n',
    "jest.config.json": JSON.stringify(config),
  });
  return baselineProject(project, installation.root, [
    path.join(installation.root, "node_modules/jest/bin/jest.js"),
    "--no-watchman",
    "--testTimeout=60000",
    `--cacheDirectory=${path.join(installation.root, "cache")}`,
    flag,
  ]);
}

describe.each(MODES)("%s", (_mode, flag) => {
  baselineStory(" ", () => open(flag));
});
