import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { createMatchers } from "../../../core/src/matchers/create.js";
import { mayMeasure } from "../../../core/src/matchers/may-measure.js";
import { createPending } from "../../../core/src/matchers/pending.js";
import { testHost } from "../limits/host.js";

const folder = mkdtempSync(path.join(os.tmpdir(), "may-measure-"));
afterAll(() => rmSync(folder, { recursive: true }));

function says(text: string): boolean {
  const file = path.join(folder, "a.test.ts");
  writeFileSync(file, text);
  return mayMeasure(file);
}

const host = testHost();
const matchers = Object.keys(createMatchers(host, {}, createPending(host)));

test.each(matchers)("a file that calls %s may measure", (name) => {
  expect(says(`expect(fn).${name}()`)).toBe(true);
});

test.each([
  'test("a", limitMemory("1MB", body))',
  'test("a", { meta: { memory: "1MB" } }, body)',
  "/** @memory-limit 1MB */",
  'import { measure } from "@memspec/core";',
])("a file with %s may measure", (text) => {
  expect(says(text)).toBe(true);
});

test("a file that says nothing of the kind does not look as if it measured", () => {
  expect(says('test("adds", () => { expect(1 + 1).toBe(2); });')).toBe(false);
});

test("a file that cannot be read may measure", () => {
  expect(mayMeasure(path.join(folder, "none.test.ts"))).toBe(true);
});
