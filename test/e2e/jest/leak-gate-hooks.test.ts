/** `leaks: "test"`: hooks are run around each call of a body. */

import { afterAll, expect, test } from "vitest";
import { HOOKED, HOOKED_VERDICTS } from "../harness/hooked-suite.js";
import { PACKAGES } from "../harness/ordinary-suites.js";
import { fileOf, notJudgedIn, verdictsOf, written } from "../harness/run-reports.js";
import { gated } from "./gated-run.js";
import { installJest } from "./run-jest.js";

const installation = installJest(PACKAGES);
afterAll(() => installation.remove());

const REQUIRED = 'const { EventEmitter } = require("node:events");\n';

test("a call is the body with the hooks before and after it", async () => {
  const run = await gated(installation, { "hooked.test.js": REQUIRED + HOOKED }, { leaks: "test" }, ["--runInBand"]);
  expect(verdictsOf(fileOf(written(run), "hooked.test.js"))).toEqual(
    HOOKED_VERDICTS.map(([name, verdict]) => [name, verdict === "leak" ? "failed" : "passed", verdict]),
  );
  const { tests } = fileOf(written(run), "hooked.test.js");
  const leak = tests.find(({ name }) => name.at(-1) === "leaves something in a hook")?.leaks?.groups;
  expect(leak).toMatchObject([{ type: "OfHook", countPerCall: 1, path: { steps: [{ name: "kept" }, {}] } }]);
  expect(run.output).toContain(`what each call of the test's body, with its hooks, leaves behind`);
  expect(run.output).toMatch(/allocated +.*hooked\.test\.js:\d+/u);
  expect(notJudgedIn(fileOf(written(run), "hooked.test.js"))).toEqual([
    expect.stringContaining(
      'has a hook that runs once" leaks is not known: its body, called again with its hooks, failed: once',
    ),
  ]);
});

test("all that Jest does between two tests is done between two calls", async () => {
  const between = `
const mock = jest.fn();
const api = { load: (name) => name };
const seen = [];
let open = 0;
beforeEach((done) => { open += 1; setImmediate(done); });
beforeEach(function () { this.rows = []; });
afterEach((done) => { open -= 1; setImmediate(() => done()); });
afterAll(() => { expect(open).toBe(0); });
test("counts calls of mocks", () => { mock(); expect(mock).toHaveBeenCalledTimes(1); });
test("spies", () => { expect(jest.isMockFunction(api.load)).toBe(false); jest.spyOn(api, "load"); });
test("has what a hook made", function () { this.rows.push({ at: 1 }); expect(this.rows).toHaveLength(1); });
test("calls back", (done) => { expect(open).toBe(1); seen.length = 0; setImmediate(done); });
test("needs a fresh module", () => {
  const counter = require("./src/counter.js");
  counter.count += 1;
  expect(counter.count).toBe(1);
});
test("fakes timers", () => { jest.useFakeTimers(); const late = jest.fn(); setTimeout(late, 1000); jest.runAllTimers(); expect(late).toHaveBeenCalled(); jest.useRealTimers(); });
describe("a block", () => {
  beforeEach(function* () { yield Promise.resolve(); });
  test("has a generator for a hook", () => {});
});
`;
  const run = await gated(
    installation,
    { "between.test.js": between, "src/counter.js": "exports.count = 0;\n" },
    { leaks: "test" },
    ["--runInBand"],
    { clearMocks: true, restoreMocks: true, resetModules: true },
  );
  expect(notJudgedIn(fileOf(written(run), "between.test.js"))).toEqual([
    expect.stringContaining('has a generator for a hook" leaks is not known: one of its hooks is a generator function'),
  ]);
  expect(verdictsOf(fileOf(written(run), "between.test.js"))).toEqual([
    ["counts calls of mocks", "passed", "clean"],
    ["spies", "passed", "clean"],
    ["has what a hook made", "passed", "clean"],
    ["calls back", "passed", "clean"],
    ["needs a fresh module", "passed", "clean"],
    ["fakes timers", "passed", "clean"],
    ["has a generator for a hook", "passed", "not judged"],
  ]);
  expect(run.exitCode).toBe(0);
});
