/** The same in every pool, with and without isolation. */

import { expect, test } from "vitest";
import { configWith, messagesOf, type Pool, pools, runVitest, statesOf } from "./run-vitest.js";

/** Two equal files: what the first leaves behind in a shared worker must not change the second. */
const body = `
import { limitMemory } from "@memspec/vitest";
import { describe, expect, test } from "vitest";
const kept: unknown[] = [];
const keep = (bytes: number) => { kept.push(Buffer.alloc(bytes)); };
class Session { readonly data = new Array(10).fill(0); }
const buffers = { space: "buffers" } as const;

test("an empty function allocates nothing", () => { expect(() => {}).toAllocateNothing(); });
test("a buffer is counted to the byte", () => {
  expect(() => keep(1_000_000)).toAllocateLessThan(1_000_001, buffers);
  expect(() => keep(1_000_000)).not.toAllocateLessThan(1_000_000, buffers);
  expect(() => keep(1_000_000)).toPeakBelow(1_000_001, buffers);
});
test("too much", () => { expect(() => keep(1_000_000)).toAllocateLessThan(1_000_000, buffers); });
test("retained", async () => { await expect(() => keep(1_000_000)).not.toRetainLessThan(1_000_000, buffers); });
test("instances", async () => {
  await expect(() => { kept.push(new Session()); }).toRetainInstances({ Session: 1 });
  await expect(() => { kept.push(new Session()); }).not.toRetainInstances({ Session: 0 });
});
test("collected", async () => { await expect(() => new Session()).toBeCollected(); });
test("forgotten", () => { expect(() => {}).toRetainLessThan("1MB"); });
test("wrapper", limitMemory({ peak: 999_999, space: "buffers" }, () => keep(1_000_000)));
describe("suite", () => {
  test("meta", { meta: { memory: { peak: 999_999, space: "buffers" } } }, () => keep(1_000_000));
});
test("table", () => keep(20_000_001));
test("passes", () => keep(20_000_000));
`;

const expected = ["first", "second"].flatMap((file) => [
  `${file}.test.ts > an empty function allocates nothing: passed`,
  `${file}.test.ts > a buffer is counted to the byte: passed`,
  `${file}.test.ts > too much: failed`,
  `${file}.test.ts > retained: passed`,
  `${file}.test.ts > instances: passed`,
  `${file}.test.ts > collected: passed`,
  `${file}.test.ts > forgotten: failed`,
  `${file}.test.ts > wrapper: failed`,
  `${file}.test.ts > suite > meta: failed`,
  `${file}.test.ts > table: failed`,
  `${file}.test.ts > passes: passed`,
]);

const variants: readonly (readonly [Pool, boolean])[] = [
  ...pools.map((pool) => [pool, true] as const),
  ["forks", false],
  ["threads", false],
];

test.each(variants)("in %s, isolated: %s, every test has the same outcome", async (pool, isolate) => {
  const run = await runVitest({
    files: {
      "vitest.config.mjs": configWith(
        `{ limits: { default: { peak: 20_000_000, space: "buffers" } } }`,
        "maxWorkers: 1",
      ),
      "first.test.ts": body,
      "second.test.ts": body,
    },
    pool,
    args: isolate ? [] : ["--no-isolate"],
  });
  expect(run.unhandled).toEqual([]);
  expect([...statesOf(run)].sort(), messagesOf(run)).toEqual([...expected].sort());
});
