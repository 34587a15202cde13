// Groups of new survivors, against what the fixture leaks: ten of each per batch, three batches.
import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { RawGroup, RawGroups } from "../../../core/src/capture/graph-binding.js";
import { runFixture } from "./run-fixture.js";
import { showPath } from "./show-path.js";

interface Groups {
  readonly found: RawGroups;
  readonly bytes: readonly (number | null)[];
}

const source = readFileSync(path.join(import.meta.dirname, "fixtures/groups.cjs"), "utf8").split("\n");
/** Line (1-based) of the fixture that has this text. */
const lineOf = (text: string): number => source.findIndex((line) => line.includes(text)) + 1;

const MODULE = "module groups.cjs: module variable ";
/** Type and path, of which `N` is a number that the representative has. */
const EXPECTED: readonly (readonly [type: string, path: string])[] = [
  ["Account", `${MODULE}cache: Map -> value session N: Account`],
  ["Object", `${MODULE}list: Array -> element N: Object`],
  ["closure onMessage", `${MODULE}bus: EventEmitter -> listener message: closure onMessage`],
  ["Date", `${MODULE}dictionary: Object -> property key N: Date`],
  ["closure made at run time", `${MODULE}functions: Array -> element N: closure made at run time`],
  ["string", `${MODULE}texts: Array -> element N: string`],
  ["async call of waitForEver", `${MODULE}pending: Promise -> internal reaction: async call of waitForEver`],
  [
    "Timeout",
    "module of Node timers: module variable timerListMap: Object -> element N: TimersList -> property _idleNext: Timeout",
  ],
  // What Node and V8 put around them is nothing by itself.
  ["closure onReady", `${MODULE}bus: EventEmitter -> listener ready: closure onReady`],
  ["closure onChange", `${MODULE}target: EventTarget -> listener change: closure onChange`],
  // Node makes a signal as an EventTarget, and puts another prototype in.
  [
    "closure onAbort",
    `${MODULE}shutdown: AbortController -> property #signal: AbortSignal -> listener abort: closure onAbort`,
  ],
  ["Promise", `${MODULE}resolvers: Array -> element N: Promise`],
  ["URLSearchParams", `${MODULE}late: Map -> value: URLSearchParams`],
];

function find({ groups }: RawGroups, type: string, shown: string): RawGroup | undefined {
  return groups.find((group) => group.type === type && showPath(group.path).replace(/\b\d+\b/gu, "N") === shown);
}

describe.each([
  ["without allocation stacks", "none"],
  ["with allocation stacks", "traces"],
])("new survivors %s", (_name, argument) => {
  let groups: Groups;
  beforeAll(async () => {
    groups = await runFixture<Groups>("groups.cjs", [argument, "3"]);
  });

  test.each(EXPECTED)("%s: ten a batch, at %s", (type, shown) => {
    const group = find(groups.found, type, shown);
    expect(group?.births.map(({ count }) => count)).toEqual([10, 10, 10]);
    expect(group?.count).toBe(30);
    expect(group?.births.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(group?.retainedBytes);
    const bytes = new Set(group?.births.map((birth) => birth.bytes));
    expect(bytes.size).toBe(1);
    expect(group?.objectIds).toHaveLength(3);
  });

  test("an object that lives only through another belongs to it", () => {
    const account = find(groups.found, "Account", EXPECTED[0]?.[1] ?? "");
    expect(account?.holds.map(({ type, count }) => [type, count])).toEqual([
      ["Object", 90],
      ["Array", 30],
    ]);
    expect(groups.found.groups.filter(({ type }) => type === "Account")).toHaveLength(1);
    expect(account?.place?.line).toBe(lineOf("class Account") + 1);
  });

  test("a list is counted link by link, wherever its head is", () => {
    const list = find(groups.found, "Object", `${MODULE}head: Object`);
    expect(list?.births.map(({ count }) => count)).toEqual([10, 10, 10]);
  });

  test("what an async function holds while it waits is its call's", () => {
    const call = find(groups.found, "async call of waitForEver", EXPECTED[6]?.[1] ?? "");
    expect(call?.holds.map(({ type, count }) => [type, count])).toEqual([
      ["Promise", 30],
      ["Object", 30],
    ]);
  });

  test("what hangs on a newest object is told by its own birth, too", () => {
    const rope = find(groups.found, "string", `${MODULE}rope: string`);
    expect(rope?.births.map(({ count }) => count)).toEqual([0, 0, 1]);
    expect(rope?.births.map(({ bytes }) => bytes)).toEqual([0, 0, rope?.retainedBytes]);
    // A piece and a knot for each call at least, and as many in each batch; the first piece of all has no knot.
    const pieces = rope?.contents.map(({ count }) => count) ?? [];
    expect(Math.min(...pieces)).toBeGreaterThanOrEqual(19);
    expect(Math.max(...pieces) - Math.min(...pieces)).toBeLessThanOrEqual(2);
    expect(rope?.contents.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(rope?.retainedBytes);
  });

  test("an array that grew by numbers alone is a store that was made anew", () => {
    const index = groups.found.grown.findIndex(({ path }) => showPath(path) === `${MODULE}numbers: Array`);
    const grown = groups.found.grown[index];
    expect(grown?.store).toBe("elements");
    expect(grown?.bytes).toBeGreaterThanOrEqual(240 * 8);
    expect(groups.bytes[index]).toBe(grown?.bytes);
    expect(groups.bytes.at(-1)).toBeNull();
  });

  test("code that V8 compiled meanwhile is one group", () => {
    expect(groups.found.groups.filter(({ kind }) => kind === "code").length).toBeLessThanOrEqual(1);
  });

  test("the sums of all births are those of the batches", () => {
    const { births, groups: all, omitted } = groups.found;
    expect(births).toHaveLength(3);
    expect(omitted).toEqual({ groups: 0, count: 0, bytes: 0 });
    const grouped = all.reduce((sum, { retainedBytes }) => sum + retainedBytes, 0);
    const born = births.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(grouped).toBeGreaterThan(0.8 * born);
  });
});

describe("allocation stacks", () => {
  // V8 in Node 22 forgets those of objects that have been through more than one snapshot: hence one batch.
  test("a group has the functions that allocated it, innermost first", async () => {
    const { found } = await runFixture<Groups>("groups.cjs", ["traces", "1"]);
    const account = find(found, "Account", EXPECTED[0]?.[1] ?? "");
    const [trace] = account?.traces ?? [];
    // V8 (in Node 24) misses one now and then.
    expect(trace?.count).toBeGreaterThanOrEqual(8);
    expect(trace?.count).toBeLessThanOrEqual(10);
    expect(trace?.frames.slice(0, 3).map(({ functionName, line }) => [functionName, line])).toEqual([
      ["openSession", lineOf("function openSession")],
      ["call", lineOf("function call")],
      ["batch", lineOf("function batch")],
    ]);
    expect(trace?.frames[0]?.url).toMatch(/groups\.cjs$/u);
  });

  test("there are none where nobody tracked them", async () => {
    const { found } = await runFixture<Groups>("groups.cjs", ["none", "1"]);
    expect(found.groups.flatMap(({ traces }) => traces)).toEqual([]);
  });
});
