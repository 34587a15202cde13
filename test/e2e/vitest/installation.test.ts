/** The ways to install memspec in a project. */

import { expect, test } from "vitest";
import { configWith, errorsOf, runVitest, statesOf } from "./run-vitest.js";
import { shownOf } from "./shown.js";

const limited = `
import { expect, test } from "vitest";
test("a matcher", () => { expect(() => Buffer.alloc(10_000)).toAllocateLessThan("1GB"); });
test("a limit", { meta: { memory: { peak: 1_000, space: "buffers" } } }, () => { Buffer.alloc(10_000); });
`;

test("the setup file alone gives matchers and limits with defaults", async () => {
  const run = await runVitest({
    files: {
      "vitest.config.mjs": `export default { test: { setupFiles: ["@memspec/vitest/setup"] } };`,
      "a.test.ts": limited,
      "b.test.ts": limited,
    },
    args: ["--no-isolate", "--maxWorkers=1"],
  });
  expect(statesOf(run)).toEqual([
    "a.test.ts > a matcher: passed",
    "a.test.ts > a limit: failed",
    "b.test.ts > a matcher: passed",
    "b.test.ts > a limit: failed",
  ]);
});

test("the plugin is there in each project that extends the configuration or has it itself, with that project's root and limits", async () => {
  const run = await runVitest({
    files: {
      "vitest.config.mjs": `
import { memspec } from "@memspec/vitest/config";
export default {
  plugins: [memspec({ limits: { default: { peak: 2_000, space: "buffers" } } })],
  test: {
    projects: [
      { extends: true, test: { name: "extends", include: ["one/*.test.ts"] } },
      { root: "two", plugins: [memspec({ limits: { "in/**": { peak: 3_000, space: "buffers" } } })], test: { name: "own", include: ["in/*.test.ts"] } },
    ],
  },
};`,
      "one/a.test.ts": limited.replace("1_000", "100_000"),
      "two/in/b.test.ts": limited.replace("1_000", "100_000"),
    },
  });
  expect(errorsOf(run, "one/a.test.ts > a limit").join("\n")).toContain("limits.default");
  expect(errorsOf(run, "in/b.test.ts > a limit").join("\n")).toContain('limits["in/**"]');
});

test("a project without memspec is left as it is", async () => {
  const run = await runVitest({
    files: {
      "vitest.config.mjs": `
import { memspec } from "@memspec/vitest/config";
export default { plugins: [memspec()], test: { projects: [
  { extends: true, test: { name: "with", include: ["with.test.ts"] } },
  { extends: false, test: { name: "without", include: ["without.test.ts"] } },
] } };`,
      "with.test.ts": `import { expect, test } from "vitest";\ntest("matchers", () => { expect("toPeakBelow" in expect(1)).toBe(true); });\n`,
      "without.test.ts": `import { expect, test } from "vitest";\ntest("none", () => { expect("toPeakBelow" in expect(1)).toBe(false); });\n`,
    },
  });
  expect(statesOf(run)).toEqual(["with.test.ts > matchers: passed", "without.test.ts > none: passed"]);
});

test("without isolation too, each test file is set up anew", async () => {
  const concurrent = `import { test } from "vitest";\ntest.concurrent("concurrent", async () => {});\n`;
  const run = await runVitest({
    files: {
      "vitest.config.mjs": configWith(`{ limits: { default: "1 GB" } }`),
      "a.test.ts": concurrent,
      "b.test.ts": concurrent,
    },
    args: ["--no-isolate", "--maxWorkers=1"],
  });
  // What is told once per file is told for both.
  expect(run.output.match(/The first in .*/g)?.sort()).toEqual([
    'The first in a.test.ts is "concurrent".',
    'The first in b.test.ts is "concurrent".',
  ]);
});

test("a filter of frames in the configuration keeps its say", async () => {
  const run = await runVitest({
    files: {
      "vitest.config.mjs": configWith("", `onStackTrace: (error, { file }) => !file.endsWith("/helper.ts")`),
      "helper.ts": `export function fail(): never {\n  throw new Error("its own reason");\n}\n`,
      "a.test.ts": `import { test } from "vitest";\nimport { fail } from "./helper.js";\ntest("fails", { meta: { memory: "1GB" } }, () => fail());\n`,
    },
  });
  expect(shownOf(run)).toEqual(new Map([["a.test.ts > fails", { frames: ["a.test.ts:3:50"], codeLine: 3 }]]));
});

test("a configuration in CommonJS works too", async () => {
  const run = await runVitest({
    files: {
      "vitest.config.cjs": `module.exports = { plugins: [require("@memspec/vitest/config").memspec()] };`,
      "a.test.ts": limited,
    },
    args: ["--config=vitest.config.cjs"],
  });
  expect(statesOf(run)).toEqual(["a.test.ts > a matcher: passed", "a.test.ts > a limit: failed"]);
});
