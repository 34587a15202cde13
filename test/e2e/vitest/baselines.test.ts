/** Baselines in the real Vitest, in every kind of pool. */

import path from "node:path";
import { afterAll, describe } from "vitest";
import { type BaselineProject, baselineProject } from "../harness/baseline-files.js";
import { baselineStory, STORY_FILES, STORY_OPTIONS } from "../harness/baseline-story.js";
import { install } from "../harness/installation.js";
import { makeProject } from "../harness/project.js";
import { vitestUnderTest } from "./vitest-under-test.js";

const { folder } = vitestUnderTest();
const installation = install({ vitest: folder });
afterAll(() => installation.remove());

function open(pool: string): BaselineProject {
  const project = makeProject(installation.root, {
    ...STORY_FILES,
    "vitest.config.mjs": `import { memspec } from "@memspec/vitest/config";
export default { plugins: [memspec(${JSON.stringify(STORY_OPTIONS)})], test: { globals: true, testTimeout: 60_000 } };
`,
  });
  return baselineProject(project, installation.root, [path.join(folder, "vitest.mjs"), "run", `--pool=${pool}`]);
}

describe.each(["forks", "threads", "vmForks"])("in the pool %s", (pool) => {
  baselineStory(" > ", () => open(pool));
});
