/** `leaks: "test"`: hooks are run around each call of a body. */

import { describe, expect, test } from "vitest";
import { HOOKED, HOOKED_VERDICTS } from "../harness/hooked-suite.js";
import { fileOf, notJudgedIn, verdictsOf, written } from "../harness/run-reports.js";
import { configWith, runVitest } from "./run-vitest.js";

const IMPORTS = `import { EventEmitter } from "node:events";
import { afterAll, afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
`;

const stateFor = (verdict: string): string => (verdict === "leak" ? "failed" : "passed");

describe.each(["forks", "vmThreads"] as const)("pool %s", (pool) => {
  test("a call is the body with the hooks before and after it", async () => {
    const run = await runVitest({
      files: {
        "hooked.test.js": `${IMPORTS}${HOOKED}`,
        "vitest.config.mjs": configWith('{ leaks: "test" }'),
      },
      pool,
    });
    expect(verdictsOf(fileOf(written(run), "hooked.test.js"))).toEqual(
      HOOKED_VERDICTS.map(([name, verdict]) => [name, stateFor(verdict), verdict]),
    );
    const file = fileOf(written(run), "hooked.test.js");
    expect(file.state).toBe("failed");
    const leak = file.tests.find(({ name }) => name.at(-1) === "leaves something in a hook")?.leaks?.groups;
    expect(leak).toMatchObject([{ type: "OfHook", countPerCall: 1, path: { steps: [{ name: "kept" }, {}] } }]);
    expect(run.output).toMatch(/allocated +\(anonymous\) +hooked\.test\.js:\d+/u);
    expect(run.output).toContain(`what each call of the test's body, with its hooks, leaves behind`);
    expect(notJudgedIn(file)).toEqual([
      expect.stringContaining(
        'has a hook that runs once" leaks is not known: its body, called again with its hooks, failed: once',
      ),
    ]);
  });

  test("all that Vitest does between two tests is done between two calls", async () => {
    const run = await runVitest({
      files: {
        "between.test.js": `${IMPORTS}
const bus = new EventEmitter();
bus.setMaxListeners(0);
const api = { load: (name) => name };
const mock = vi.fn();
let ended = [];
beforeEach(({ onTestFinished }) => {
  const on = () => {};
  bus.on("said", on);
  onTestFinished(() => ended.push("finished"));
  return () => { ended.push("cleaned up"); bus.off("said", on); };
});
beforeEach(async () => { await null; return async () => { await null; ended.push("first"); }; });
afterEach(() => { ended.push("after"); });
afterAll(() => { expect(bus.listenerCount("said")).toBe(0); });
test("is cleaned up", () => {
  expect([[], ["after", "first", "cleaned up", "finished"]]).toContainEqual(ended);
  ended = [];
  expect(bus.listenerCount("said")).toBe(1);
});
test("counts calls of mocks", () => { ended = []; mock(); expect(mock).toHaveBeenCalledTimes(1); });
test("spies, and stubs", () => {
  ended = [];
  expect([vi.isMockFunction(api.load), process.env.STUBBED, globalThis.stubbed]).toEqual([false, undefined, undefined]);
  vi.spyOn(api, "load");
  vi.stubEnv("STUBBED", "yes");
  vi.stubGlobal("stubbed", true);
});
test("finishes", () => { ended = []; const on = () => {}; bus.on("kept", on); onTestFinished(() => { bus.off("kept", on); }); });
test("annotates", async ({ annotate }) => { ended = []; expect((await annotate("note")).message).toBe("note"); });
afterEach(({ task }) => { expect(task.annotations.length).toBeLessThan(2); });
const extended = test.extend({ rows: async ({}, use) => { const rows = []; await use(rows); rows.length = 0; } });
extended("uses a fixture", ({ rows }) => { ended = []; rows.push({ at: 1 }); });
`,
        "vitest.config.mjs": configWith(
          '{ leaks: "test" }',
          "clearMocks: true, restoreMocks: true, unstubEnvs: true, unstubGlobals: true",
        ),
      },
      pool,
    });
    const file = fileOf(written(run), "between.test.js");
    expect(notJudgedIn(file)).toEqual([]);
    expect(verdictsOf(fileOf(written(run), "between.test.js"))).toEqual([
      ["is cleaned up", "passed", "clean"],
      ["counts calls of mocks", "passed", "clean"],
      ["spies, and stubs", "passed", "clean"],
      ["finishes", "passed", "clean"],
      ["annotates", "passed", "clean"],
      ["uses a fixture", "passed", "clean"],
    ]);
    expect(file.state).toBe("passed");
  });
});

test.each(["forks", "vmThreads"] as const)(
  "mocks that repeated calls made are not kept by Vitest for ever, but those that somebody has, in pool %s",
  async (pool) => {
    const run = await runVitest({
      files: {
        "mocks.test.js": `${IMPORTS}
let last;
const made = [];
beforeEach(() => { made.length = 0; for (let i = 0; i < 10; i += 1) made.push(vi.fn()); });
test.each([1, 2, 3])("makes mocks %i", () => { last = vi.fn(); last(); });
test("one that is kept can be cleared", () => {
  last();
  vi.clearAllMocks();
  expect(last).not.toHaveBeenCalled();
});
function countMocks() {
  const { add } = Set.prototype;
  const sets = new Map();
  Set.prototype.add = function (value) { sets.set(value, this); return add.call(this, value); };
  const mock = vi.fn();
  Set.prototype.add = add;
  return sets.get(mock)?.size ?? 0;
}
// Three thousand of one check, had they been kept.
afterAll(() => { expect(countMocks()).toBeLessThan(3000); });
`,
        "vitest.config.mjs": configWith('{ leaks: "test" }'),
      },
      pool,
    });
    expect(verdictsOf(fileOf(written(run), "mocks.test.js"))).toEqual([
      ["makes mocks 1", "passed", "clean"],
      ["makes mocks 2", "passed", "clean"],
      ["makes mocks 3", "passed", "clean"],
      ["one that is kept can be cleared", "passed", "clean"],
    ]);
    expect(fileOf(written(run), "mocks.test.js").state).toBe("passed");
  },
);

test.each(["list", "parallel"] as const)("hooks are run in the order that is configured: %s", async (order) => {
  const run = await runVitest({
    files: {
      "order.test.js": `${IMPORTS}
let order = [];
const made = new Set();
beforeEach(async () => { order.push("before 1"); await new Promise(setImmediate); order.push("ready 1"); return () => order.push("clean 1"); });
beforeEach(() => { order.push("before 2"); return () => order.push("clean 2"); });
afterEach(() => { order.push("after 1"); });
afterEach(() => { order.push("after 2"); });
test("has it", () => {
  made.add(order.join());
  order = [];
});
afterAll(() => {
  const [first, ...others] = [...made];
  expect(first).toBe(${JSON.stringify(order === "list" ? "before 1,ready 1,before 2" : "before 1,before 2,ready 1")});
  expect(others).toEqual(["after 1,after 2,clean 1,clean 2," + first]);
});
`,
      "vitest.config.mjs": configWith('{ leaks: "test" }', `sequence: { hooks: "${order}" }`),
    },
  });
  expect(verdictsOf(fileOf(written(run), "order.test.js"))).toEqual([["has it", "passed", "clean"]]);
  expect(fileOf(written(run), "order.test.js").state).toBe("passed");
});
