/** Concurrent tests share one heap: what is asked of one of them is refused, never answered wrongly. */

import { expect, test } from "vitest";
import { configWith, errorsOf, runVitest, statesOf } from "./run-vitest.js";

const files = {
  "vitest.config.mjs": configWith(`{ limits: { "table.test.ts": "1 B" } }`),
  "explicit.test.ts": `
import { limitMemory } from "@memspec/vitest";
import { describe, expect, test } from "vitest";
const pause = () => new Promise((resolve) => setTimeout(resolve, 20));

test.concurrent("a matcher", async ({ expect }) => { await pause(); expect(() => {}).toAllocateLessThan("1MB"); });
test.concurrent("a matcher of the global expect", async () => { await pause(); await pause(); expect(() => {}).toAllocateLessThan("1MB"); });
test.concurrent("an async matcher", async ({ expect }) => { await expect(() => {}).toRetainLessThan("1MB"); });
test.concurrent("a limit in meta", { meta: { memory: "1MB" } }, async () => {});
test.concurrent("a wrapper", limitMemory("1MB", async () => {}));
test.concurrent("nothing of ours", async () => { await pause(); });
test("a sequential test after them", () => { expect(() => {}).toAllocateLessThan("1MB"); });
describe.concurrent("a concurrent suite", () => {
  test("a matcher", ({ expect }) => { expect(() => {}).toAllocateLessThan("1MB"); });
  test("a sequential test in it", { concurrent: false }, () => { expect(() => {}).toAllocateLessThan("1MB"); });
});
`,
  "table.test.ts": `
import { test } from "vitest";
const kept: Buffer[] = [];
test.concurrent("first", async () => { kept.push(Buffer.alloc(1_000_000)); });
test.concurrent("second", async () => { kept.push(Buffer.alloc(1_000_000)); });
test("sequential", () => { kept.push(Buffer.alloc(1_000_000)); });
`,
};

test("a concurrent test gets a clear error for what cannot be attributed to it", async () => {
  const run = await runVitest({ files });
  expect(run.unhandled).toEqual([]);
  expect(statesOf(run)).toMatchInlineSnapshot(`
    [
      "explicit.test.ts > a matcher: failed",
      "explicit.test.ts > a matcher of the global expect: failed",
      "explicit.test.ts > an async matcher: failed",
      "explicit.test.ts > a limit in meta: failed",
      "explicit.test.ts > a wrapper: failed",
      "explicit.test.ts > nothing of ours: passed",
      "explicit.test.ts > a sequential test after them: passed",
      "explicit.test.ts > a concurrent suite > a matcher: failed",
      "explicit.test.ts > a concurrent suite > a sequential test in it: failed",
      "table.test.ts > first: passed",
      "table.test.ts > second: passed",
      "table.test.ts > sequential: failed",
    ]
  `);
  expect(errorsOf(run, "explicit.test.ts > a matcher").join("\n")).toMatchInlineSnapshot(`
    "MemspecError: toAllocateLessThan() cannot tell the memory of "a matcher" from that of the tests that run at the same time.
    Take \`concurrent\` off the test and off the suites around it.
    (MEMSPEC_CONCURRENT_TEST, see docs/errors.md#memspec_concurrent_test)
        at <project>/explicit.test.ts:6:86"
  `);
  for (const name of [
    "a matcher of the global expect",
    "an async matcher",
    "a limit in meta",
    "a wrapper",
    "a concurrent suite > a matcher",
    "a concurrent suite > a sequential test in it",
  ]) {
    expect(errorsOf(run, `explicit.test.ts > ${name}`).join("\n")).toContain("MEMSPEC_CONCURRENT_TEST");
  }
  // Told once, not failed: nobody asked for it of these tests by name.
  expect(run.output.match(/memspec: limits and baselines of the configuration.*/g)).toMatchInlineSnapshot(`
    [
      "memspec: limits and baselines of the configuration are not checked on concurrent tests, which share one heap. The first in table.test.ts is "first".",
    ]
  `);
});
