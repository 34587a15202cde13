/** What is written wrongly is told when the configuration loads, or the test is collected, or the matcher is called. */

import { expect, test } from "vitest";
import { configWith, messagesOf, runVitest, statesOf } from "./run-vitest.js";
import { matcherCalls, namesIn, shownOf } from "./shown.js";

const passing = `import { test } from "vitest";\ntest("passes", () => {});\n`;

test.each([
  ["an unknown option", `{ limit: "5MB" }`],
  ["a wrong size in the table", `{ limits: { "src/**": "5 megs" } }`],
  ["a wrong kind of limit in the table", `{ limits: { default: { peek: "5MB" } } }`],
  ["a wrong value", `{ warmup: -1 }`],
])("the configuration does not load with %s", async (_name, options) => {
  const run = await runVitest({ files: { "vitest.config.mjs": configWith(options), "a.test.ts": passing } });
  expect(run.exitCode).toBe(1);
  expect(run.tests.size).toBe(0);
  expect(run.output.match(/MemspecError: .*?\(MEMSPEC_.*?\)/s)?.[0]).toMatchSnapshot();
});

test("a wrong limit is told where the test is defined, before any test of the file runs", async () => {
  const before = `import { limitMemory } from "@memspec/vitest";\nimport { describe, test } from "vitest";\n`;
  const run = await runVitest({
    files: {
      "meta.test.ts": `${before}test("ran", () => {});\ntest("wrong", { meta: { memory: "5 megs" } }, () => {});\n`,
      "suite.test.ts": `${before}describe("suite", { meta: { memory: { peek: 5 } } }, () => {\n  test("wrong", () => {});\n});\n`,
      "wrapper.test.ts": `${before}test("ran", () => {});\ntest("wrong", limitMemory("24 MBB", () => {}));\n`,
      "right.test.ts": passing,
    },
  });
  expect(statesOf(run)).toEqual(["right.test.ts > passes: passed"]);
  expect(Object.fromEntries(run.fileErrors)).toMatchSnapshot();
});

const calls = `
import { expect, test } from "vitest";
test("size", () => { expect(() => {}).toAllocateLessThan("5 megs" as never); });
test("option", () => { expect(() => {}).toAllocateLessThan("5MB", { spaces: "heap" } as never); });
test("space", () => { expect(() => {}).toPeakBelow("5MB", { space: "stack" } as never); });
test("no function", () => { expect(42 as never).toAllocateNothing(); });
test("a promise", async () => { await expect(Promise.resolve(1) as never).toRetainLessThan(1); });
test("instances", async () => { await expect(() => {}).toRetainInstances({ Session: "none" } as never); });
test("no object", async () => { await expect(() => 42).toBeCollected(); });
`;

test("a wrong call of a matcher fails the test with a coded error", async () => {
  const run = await runVitest({ files: { "calls.test.ts": calls } });
  expect(statesOf(run).every((line) => line.endsWith(": failed"))).toBe(true);
  expect(messagesOf(run)).toMatchSnapshot();
  expect(shownOf(run)).toEqual(matcherCalls("calls.test.ts", calls, namesIn(calls)));
});

test("a limit on a test whose body is out of reach is refused, not ignored", async () => {
  const out = (options: string): string => `
import { describe, test } from "vitest";
describe("suite", (own) => {
  own("limited", ${options}() => { Buffer.alloc(2_000_000); });
});
test("in reach", () => {});
`;
  const run = await runVitest({
    files: {
      "vitest.config.mjs": configWith(`{ limits: { "table.test.ts": { peak: "1MB", space: "buffers" } } }`),
      "free.test.ts": out(""),
      "meta.test.ts": out(`{ meta: { memory: "5MB" } }, `),
      "table.test.ts": out(""),
    },
  });
  expect(statesOf(run)).toEqual([
    "free.test.ts > suite > limited: passed",
    "free.test.ts > in reach: passed",
    "table.test.ts > suite > limited: passed",
    "table.test.ts > in reach: passed",
  ]);
  expect(run.fileErrors.get("meta.test.ts")?.join("\n")).toMatchSnapshot();
  expect(run.output.match(/memspec: limits and baselines of the configuration.*/g)).toMatchSnapshot();
});
