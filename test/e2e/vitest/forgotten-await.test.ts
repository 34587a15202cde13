/** A matcher's promise that nobody awaited fails the test that forgot it, and no other. */

import { expect, test } from "vitest";
import { errorsOf, runVitest, statesOf } from "./run-vitest.js";

const files = {
  "forgotten.test.ts": `
import { afterEach, expect, test } from "vitest";
const kept: Buffer[] = [];

test("forgets in the last line", () => {
  expect(() => kept.push(Buffer.alloc(5_000_000))).toRetainLessThan("1MB");
});
test("is the next test", async () => {
  await new Promise((resolve) => setTimeout(resolve, 50));
});
test("forgets and goes on", async () => {
  expect(async () => Buffer.alloc(100)).toAllocateLessThan("1GB");
  await new Promise((resolve) => setTimeout(resolve, 20));
});
test("forgets two", async () => {
  expect(() => {}).toRetainLessThan("1MB");
  expect(() => ({})).toBeCollected();
});
test("forgets and fails on its own", () => {
  expect(() => {}).toRetainLessThan("1MB");
  throw new Error("its own reason");
});
test("returns it", () => expect(() => {}).toRetainLessThan("1MB"));
test("awaits it later", async () => {
  const promise = expect(() => {}).toRetainLessThan("1MB");
  await Promise.all([promise]);
});
test("needs no await", () => {
  expect(() => Buffer.alloc(100)).toAllocateLessThan("1GB");
});
`,
  "hooks.test.ts": `
import { afterEach, describe, expect, test } from "vitest";
describe("a hook after the body", () => {
  afterEach(() => { expect(() => {}).toRetainLessThan("1MB"); });
  test("is its test's", () => {});
});
test("the next one passes", () => {});
`,
};

test("a forgotten await fails the right test, with the corrected line", async () => {
  const run = await runVitest({ files });
  expect(run.unhandled).toEqual([]);
  expect(statesOf(run)).toMatchInlineSnapshot(`
    [
      "forgotten.test.ts > forgets in the last line: failed",
      "forgotten.test.ts > is the next test: passed",
      "forgotten.test.ts > forgets and goes on: failed",
      "forgotten.test.ts > forgets two: failed",
      "forgotten.test.ts > forgets and fails on its own: failed",
      "forgotten.test.ts > returns it: passed",
      "forgotten.test.ts > awaits it later: passed",
      "forgotten.test.ts > needs no await: passed",
      "hooks.test.ts > a hook after the body > is its test's: failed",
      "hooks.test.ts > the next one passes: passed",
    ]
  `);
  expect(errorsOf(run, "forgotten.test.ts > forgets in the last line").join("\n")).toMatchInlineSnapshot(`
    "MemspecError: toRetainLessThan() returned a promise that was not awaited.
    Write (forgotten.test.ts:6):

        await expect(() => kept.push(Buffer.alloc(5_000_000))).toRetainLessThan("1MB");

    (MEMSPEC_NOT_AWAITED, see docs/errors.md#memspec_not_awaited)
        at <project>/forgotten.test.ts:6:52"
  `);
  expect(errorsOf(run, "forgotten.test.ts > forgets and goes on").join("\n")).toMatchInlineSnapshot(`
    "MemspecError: toAllocateLessThan() returned a promise that was not awaited.
    Write (forgotten.test.ts:12):

        await expect(async () => Buffer.alloc(100)).toAllocateLessThan("1GB");

    (MEMSPEC_NOT_AWAITED, see docs/errors.md#memspec_not_awaited)
        at <project>/forgotten.test.ts:12:41"
  `);
  expect(errorsOf(run, "forgotten.test.ts > forgets two").join("\n")).toMatchInlineSnapshot(`
    "MemspecError: toRetainLessThan() is still measuring: a second measurement would count the same memory. Await one before the next.
    Write (forgotten.test.ts:16):

        await expect(() => {}).toRetainLessThan("1MB");

    (MEMSPEC_NOT_AWAITED, see docs/errors.md#memspec_not_awaited)
        at <project>/forgotten.test.ts:16:20"
  `);
  expect(errorsOf(run, "forgotten.test.ts > forgets and fails on its own").join("\n")).toMatchInlineSnapshot(`
    "Error: its own reason
        at <project>/forgotten.test.ts:21:9"
  `);
  expect(errorsOf(run, "hooks.test.ts > a hook after the body > is its test's").join("\n")).toMatchInlineSnapshot(`
    "MemspecError: toRetainLessThan() returned a promise that was not awaited.
    Write (hooks.test.ts:4):

        afterEach(() => { await expect(() => {}).toRetainLessThan("1MB"); });

    (MEMSPEC_NOT_AWAITED, see docs/errors.md#memspec_not_awaited)
        at <project>/hooks.test.ts:4:38"
  `);
});
