/** Baselines and breaches in the real Vitest: cases beside the story. */

import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { baselineCases } from "../harness/baseline-cases.js";
import { type BaselineProject, baselineProject, breachesOf, recordedBuffers } from "../harness/baseline-files.js";
import { install } from "../harness/installation.js";
import { makeProject, type ProjectFiles } from "../harness/project.js";
import { vitestUnderTest } from "./vitest-under-test.js";

const { folder } = vitestUnderTest();
const installation = install({ vitest: folder });
afterAll(() => installation.remove());

function open(files: ProjectFiles, options: object, testOptions = ""): BaselineProject {
  const project = makeProject(installation.root, {
    ...files,
    "vitest.config.mjs": `import { memspec } from "@memspec/vitest/config";
export default { plugins: [memspec(${JSON.stringify(options)})], test: { globals: true, testTimeout: 60_000, ${testOptions} } };
`,
  });
  return baselineProject(project, installation.root, [path.join(folder, "vitest.mjs"), "run"]);
}

baselineCases({ before: "", option: "{ retry: 2 }," }, open);

const keeps = (bytes: number): string =>
  `const kept: unknown[] = [];\ntest("keeps", () => { kept.push(Buffer.alloc(${bytes})); });\n`;

test("expect.soft lets the test go on, and is a breach", async () => {
  const project = open(
    {
      "a.test.ts": `
const kept: unknown[] = [];
test("soft", () => {
  expect.soft(() => { kept.push(Buffer.alloc(5000)); }).toPeakBelow(100, { space: "buffers" });
  expect.soft(() => { kept.push(Buffer.alloc(6000)); }).toPeakBelow(100, { space: "buffers" });
});
`,
    },
    {},
  );
  expect(breachesOf(await project.run())).toEqual({
    soft: ["peak buffers 5000/100 toPeakBelow()", "peak buffers 6000/100 toPeakBelow()"],
  });
});

test("test files that share a process have files of their own", async () => {
  const project = open(
    { "a.test.ts": keeps(1_000_000), "b.test.ts": keeps(2_000_000) },
    { baseline: true, space: "buffers" },
    "isolate: false, fileParallelism: false",
  );
  expect((await project.run()).exitCode).toBe(0);
  expect(recordedBuffers(project.read("__memory__/a.test.ts.json"), "keeps", "body")).toBe(1_000_000);
  expect(recordedBuffers(project.read("__memory__/b.test.ts.json"), "keeps", "body")).toBe(2_000_000);
});

test("projects that run the same file at the same time have files of their own", async () => {
  const project = open(
    { "a.test.ts": keeps(1_000_000) },
    { baseline: true, space: "buffers" },
    'projects: [{ extends: true, test: { name: "one" } }, { extends: true, test: { name: "the other" } }]',
  );
  expect((await project.run()).exitCode).toBe(0);
  for (const file of ["__memory__/a.test.ts@one.json", "__memory__/a.test.ts@the%20other.json"]) {
    expect(recordedBuffers(project.read(file), "keeps", "body")).toBe(1_000_000);
  }
});
