/** Limits on test bodies: from the wrapper, `meta.memory` and the table, of the body alone, all told together. */

import { expect, test } from "vitest";
import { withoutSizes, withoutSurroundings } from "../harness/normalise.js";
import { configWith, errorsOf, messagesOf, runVitest, statesOf } from "./run-vitest.js";

const head = `
import { limitMemory } from "@memspec/vitest";
import { afterEach, aroundEach, beforeAll, beforeEach, describe, expect, it, test } from "vitest";
const kept: Buffer[] = [];
const keep = (bytes: number) => { kept.push(Buffer.alloc(bytes)); };
const buffers = (peak: string | number) => ({ peak, space: "buffers" as const });
`;

test("each way to declare a limit holds the body to it, and the limit itself passes", async () => {
  const run = await runVitest({
    files: {
      "vitest.config.mjs": configWith(
        `{ limits: { "table/**": { peak: 1_000_000, space: "buffers" }, default: { peak: 50_000_000, space: "buffers" } } }`,
      ),
      "ways.test.ts": `${head}
test("wrapper, at the limit", limitMemory(buffers(1_000_000), () => keep(1_000_000)));
test("wrapper, above", limitMemory(buffers(1_000_000), () => keep(1_000_001)));
test("wrapper, async", limitMemory(buffers(1_000_000), async () => { await null; keep(1_000_001); }));
test("meta, at the limit", { meta: { memory: buffers(1_000_000) } }, () => keep(1_000_000));
test("meta, above", { meta: { memory: buffers(1_000_000) } }, () => keep(1_000_001));
test("meta, async", { meta: { memory: buffers(1_000_000) } }, async () => { await null; keep(1_000_001); });
describe("meta of a suite", { meta: { memory: buffers(1_000_000) } }, () => {
  describe("in a suite", () => {
    it("below", () => keep(10));
    it("above", () => keep(1_000_001));
    it("its own limit instead", { meta: { memory: buffers(2_000_000) } }, () => keep(1_000_001));
  });
});
describe.each([1, 2])("suite %i", (n) => {
  test.each([[1_000_000], [1_000_001]])("each %i", { meta: { memory: buffers(1_000_000) } }, (bytes) => keep(bytes));
  test.for([1_000_000, 1_000_001])("for %i", { meta: { memory: buffers(1_000_000) } }, (bytes, { task }) => keep(bytes + (task.name === "" ? 1 : 0)));
});
test("default, above", () => keep(50_000_001));
`,
      "table/heavy.test.ts": `${head}
test("at the limit", () => keep(1_000_000));
test("above", () => keep(1_000_001));
`,
    },
  });
  expect(run.unhandled).toEqual([]);
  expect(statesOf(run)).toMatchSnapshot();
  expect(withoutSurroundings(errorsOf(run, "ways.test.ts > wrapper, above").join("\n"))).toMatchSnapshot();
  expect(withoutSurroundings(errorsOf(run, "ways.test.ts > meta, above").join("\n"))).toMatchSnapshot();
  expect(withoutSurroundings(errorsOf(run, "table/heavy.test.ts > above").join("\n"))).toMatchSnapshot();
});

test("hooks and fixtures are not the body", async () => {
  const run = await runVitest({
    files: {
      "hooks.test.ts": `${head}
beforeAll(() => keep(9_000_000));
beforeEach(() => { keep(9_000_000); return () => keep(9_000_000); });
aroundEach(async (runTest) => { keep(9_000_000); await runTest(); keep(9_000_000); });
afterEach(() => keep(9_000_000));
const extended = test.extend<{ heavy: number }>({
  heavy: async ({}, use) => { keep(9_000_000); await use(7); keep(9_000_000); },
});
test("meta", { meta: { memory: buffers(0) } }, () => {});
test("wrapper", limitMemory(buffers(0), () => {}));
extended("meta with a fixture", { meta: { memory: buffers(0) } }, ({ heavy }) => { expect(heavy).toBe(7); });
extended("wrapper with a fixture", limitMemory(buffers(0), ({ heavy }) => { expect(heavy).toBe(7); }));
extended("wrapper with a fixture, async", limitMemory(buffers(0), async ({ heavy, task }) => { expect([heavy, task.name]).toEqual([7, "wrapper with a fixture, async"]); }));
extended("wrapper that wants no fixture", limitMemory(buffers(0), ({ task }) => { expect(task.name).not.toBe(""); }));
extended("fixture, above", { meta: { memory: buffers(0) } }, ({ heavy }) => keep(heavy * 1_000));
extended.for([1, 2])("for %i", { meta: { memory: buffers(0) } }, (n, { heavy }) => { expect(heavy + n).toBeGreaterThan(7); });
`,
    },
  });
  expect(messagesOf(run)).toContain("### hooks.test.ts > fixture, above");
  expect(statesOf(run).filter((line) => line.endsWith(": failed"))).toEqual(["hooks.test.ts > fixture, above: failed"]);
  expect(run.tests.size).toBe(9);
});

test("all limits that apply to one test are checked and told together", async () => {
  const run = await runVitest({
    files: {
      "vitest.config.mjs": configWith(
        `{ limits: { "*.test.ts": { allocated: 1_000_000, space: "buffers" }, "several*": { peak: "1.5 MB", space: "buffers" } } }`,
      ),
      "several.test.ts": `${head}
test("five limits", { meta: { memory: { peak: "2MB", retained: "2.5 MB", space: "buffers" } } }, limitMemory({ peak: "1MB", space: "buffers" }, () => keep(3_000_000)));
test("two of five", { meta: { memory: { peak: "2MB", retained: "2MB", space: "buffers" } } }, limitMemory({ peak: "1MB", space: "buffers" }, () => keep(1_000_001)));
`,
    },
  });
  expect(withoutSizes(withoutSurroundings(messagesOf(run)))).toMatchSnapshot();
});

test("each attempt is measured afresh", async () => {
  const run = await runVitest({
    files: {
      "attempts.test.ts": `${head}
let retries = 0;
test("retried", { retry: 2, meta: { memory: buffers(1_000_000) } }, () => { retries += 1; keep(retries < 3 ? 2_000_000 : 900_000); });
let repeats = 0;
test("repeated", { repeats: 2, meta: { memory: buffers(1_000_000) } }, () => { repeats += 1; keep(600_000); });
let forgotten = 0;
test("forgets once", { retry: 1 }, async () => {
  forgotten += 1;
  const promise = expect(() => {}).toRetainLessThan("1MB");
  if (forgotten === 2) await promise;
});
test("counts", () => { expect({ retries, repeats, forgotten }).toEqual({ retries: 3, repeats: 3, forgotten: 2 }); });
`,
    },
  });
  expect(statesOf(run)).toEqual([
    "attempts.test.ts > retried: passed",
    "attempts.test.ts > repeated: passed",
    "attempts.test.ts > forgets once: passed",
    "attempts.test.ts > counts: passed",
  ]);
});
