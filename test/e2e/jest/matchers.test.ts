import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Project } from "../harness/project.js";
import { failures, pointedLines } from "./failures.js";
import { installJest, type JestRun, jestProject, MODES, runJest, TRANSFORMS } from "./run-jest.js";

const installation = installJest();
let project: Project;

beforeAll(() => {
  project = jestProject(installation, "matchers", { preset: "@memspec/jest", transform: TRANSFORMS.babel });
});

afterAll(() => installation.remove());

/** Failed tests by file. `passing.test.ts` is not among them. */
const FAILED = {
  "./bad-input.test.ts": [
    "a size without a unit",
    "a size that is negative",
    "an option that does not exist",
    "a value that an option does not have",
    "no function",
    "instances that are not counts",
    "a thenable, noticed after a collection",
    "a thenable, noticed at once",
  ],
  "./concurrent.test.ts": ["a matcher in a concurrent test", "limitMemory in a concurrent test"],
  "./failing.test.ts": [
    "toAllocateLessThan",
    "not.toAllocateLessThan",
    "toAllocateLessThan, async",
    "toAllocateNothing",
    "not.toAllocateNothing",
    "toPeakBelow",
    "not.toPeakBelow",
    "toRetainLessThan",
    "not.toRetainLessThan",
    "toRetainInstances",
    "not.toRetainInstances",
    "toBeCollected",
    "not.toBeCollected",
  ],
  "./forgotten.test.ts": ["forgets to await a matcher that would pass", "forgets to await a matcher that would fail"],
};

describe.each(MODES)("%s", (_, flag) => {
  let run: JestRun;

  beforeAll(async () => {
    run = await runJest(installation, project, { args: [flag] });
  });

  test("every matcher passes and fails as its test says", () => {
    expect(failures(run.text)).toEqual(FAILED);
    expect(run.exitCode).toBe(1);
  });

  test("every failure of a matcher points at the line that calls it, and shows no frame of memspec's", () => {
    for (const [title, code] of Object.entries(pointedLines(run.text, "./failing.test.ts"))) {
      expect(code).toContain(`.${title.replace(/,.*/, "")}(`);
    }
    for (const code of Object.values(pointedLines(run.text, "./bad-input.test.ts"))) {
      expect(code).toMatch(/anything\(.*\)\.to\w+\(/);
    }
    for (const code of Object.values(pointedLines(run.text, "./forgotten.test.ts"))) {
      expect(code).toMatch(/^expect\(.*\)\.to\w+\(/);
    }
    expect(run.text).not.toContain("@memspec/");
  });

  test("every message is whole", async () => {
    await expect(run.output).toMatchFileSnapshot("snapshots/matchers.txt");
  });
});

test("without the addon heap and buffers are measured, and what needs it says so", async () => {
  const fallback = jestProject(installation, "without-addon", {
    preset: "@memspec/jest",
    transform: TRANSFORMS.babel,
  });
  const run = await runJest(installation, fallback, { args: ["--runInBand"], env: { MEMSPEC_ADDON: "off" } });
  expect(failures(run.text)).toEqual({
    "./fallback.test.ts": [
      "buffers are counted",
      "the heap is counted, and the message says what is not",
      "naming what cannot be counted is an error",
      "limits are checked",
    ],
  });
  expect(run.exitCode).toBe(1);
  await expect(run.output).toMatchFileSnapshot("snapshots/without-addon.txt");
});
