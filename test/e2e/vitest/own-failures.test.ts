/** A test that fails, is skipped, or is expected to fail, for a reason of its own, is not also blamed for its memory. */

import { expect, test } from "vitest";
import { withoutSurroundings } from "../harness/normalise.js";
import { configWith, messagesOf, runVitest, statesOf } from "./run-vitest.js";
import { shownOf } from "./shown.js";

const files = {
  "vitest.config.mjs": configWith(`{ limits: { default: { peak: 1_000_000, space: "buffers" } } }`),
  "own.test.ts": `
import { limitMemory } from "@memspec/vitest";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
const kept: Buffer[] = [];
const keep = (bytes: number) => { kept.push(Buffer.alloc(bytes)); };

test("throws", () => { keep(2_000_000); throw new Error("its own reason"); });
test("rejects", limitMemory("1kB", async () => { keep(2_000_000); await null; throw new Error("its own reason"); }));
test("fails an assertion", () => { keep(2_000_000); expect(1).toBe(2); });
test("times out", { timeout: 50 }, async () => { keep(2_000_000); await new Promise((resolve) => setTimeout(resolve, 200)); });
test("after the one that timed out", async () => { await new Promise((resolve) => setTimeout(resolve, 300)); });
test.fails("fails as expected", () => { keep(10); expect(1).toBe(2); });
test.fails("is over its limit as expected", () => { keep(2_000_000); });
test.skip("skipped", () => { keep(2_000_000); });
test("skips itself", ({ skip }) => { keep(2_000_000); skip(); });
test.todo("todo");
describe("a hook before throws", () => {
  beforeEach(() => { throw new Error("in beforeEach"); });
  test("its body does not run", () => { keep(2_000_000); });
});
describe("a hook after throws", () => {
  afterEach(() => { throw new Error("in afterEach"); });
  test("and the body is over its limit: both are told", () => { keep(2_000_000); });
  test("and the body is not", () => { keep(10); });
});
test("the last one passes", () => { keep(10); });
`,
};

test("a test that fails on its own is told its own reason alone", async () => {
  const run = await runVitest({ files });
  expect(run.unhandled).toEqual([]);
  expect(statesOf(run)).toMatchSnapshot();
  expect(withoutSurroundings(messagesOf(run))).toMatchSnapshot();
  // Bodies run inside of memspec, which is no business of an error in them.
  const shown = [...shownOf(run).values()].flatMap(({ frames }) => frames);
  expect(shown.filter((frame) => !/^(?:keep )?own\.test\.ts:\d+:\d+$/.test(frame))).toEqual([]);
});
