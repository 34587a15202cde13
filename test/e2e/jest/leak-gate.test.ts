/** The leak gate of whole runs: no test of these projects has a word about memory. */

import { afterAll, describe, expect, test } from "vitest";
import type { FileReport, RunLeaks } from "../../../core/src/runs/run-report.js";
import { CLEAN, LEAKY, suiteOf } from "../harness/leaky-project.js";
import { ordinaryJest, PACKAGES } from "../harness/ordinary-suites.js";
import { fileOf, notJudgedIn, testOf, written } from "../harness/run-reports.js";
import { gated } from "./gated-run.js";
import { installJest, MODES } from "./run-jest.js";

const installation = installJest(PACKAGES);
afterAll(() => installation.remove());

const program = {
  "src/leaky.js": LEAKY,
  "src/clean.js": CLEAN,
  "leaky.test.js": suiteOf('const { inflate, listen, open, page, poll } = require("./src/leaky.js");'),
  "clean.test.js": suiteOf('const { inflate, listen, open, page, poll } = require("./src/clean.js");'),
  "logging.test.js": `
const spy = jest.fn();
for (let number = 0; number < 4; number += 1) test("n" + number, async () => {
  spy({ number });
  console.log("line", number);
  await new Promise((done) => setTimeout(done, 5));
  expect(spy).toHaveBeenCalledTimes(number + 1);
});
`,
};

const typesOf = (leaks: RunLeaks | null): readonly string[] =>
  [...new Set((leaks?.groups ?? []).map(({ space, type }) => `${space} ${type}`))].sort();
const signaturesOf = ({ leaks }: FileReport): readonly string[] =>
  (leaks?.groups ?? []).map(({ signature }) => signature).sort();

describe.each(MODES)('leaks: "file" %s', (_, flag) => {
  test("fails the file whose tests leave something behind, with what keeps it, and no other", async () => {
    const run = await gated(installation, program, { leaks: "file" }, [flag]);
    expect(run.exitCode).toBe(1);
    expect(run.output).toContain("Test Suites: 1 failed, 2 passed, 3 total");
    expect(run.output).toContain("14 passed, 14 total");
    expect(run.output).toContain('MemspecError: leaks: "file": what the tests of this file left behind');
    const file = fileOf(written(run), "leaky.test.js");
    expect(file.state).toBe("failed");
    expect(typesOf(file.leaks)).toEqual(
      expect.arrayContaining([
        "handles Timeout",
        "heap Buffer",
        "heap Gunzip",
        "heap Session",
        "heap closure onSignal",
      ]),
    );
    expect(file.leaks?.groups.find(({ type }) => type === "Session")).toMatchObject({
      countPerCall: 1,
      place: { url: "src/leaky.js" },
      path: { root: "module", place: { url: "src/leaky.js" } },
    });
    for (const name of ["clean.test.js", "logging.test.js"]) {
      expect(fileOf(written(run), name)).toMatchObject({ state: "passed", leaks: { verdict: "clean", groups: [] } });
    }
  });
});

describe('leaks: "file"', () => {
  test("tells what is not to fail; what is known or ignored does not count", async () => {
    const told = await gated(installation, program, { leaks: "file", failOnLeak: false }, ["--runInBand"]);
    expect(told.exitCode).toBe(0);
    const signatures = signaturesOf(fileOf(written(told), "leaky.test.js"));
    expect(signatures.length).toBeGreaterThan(4);

    const [first = "", ...others] = signatures;
    const known = others.map((signature) => ({ signature, reason: "issue 12", until: "2999-12-31" }));
    const ignored = first.slice(0, first.indexOf(":"));
    const options = { leaks: "file", knownLeaks: known, ignoreLeaks: { type: ignored, reason: "pooled" } };
    const quiet = await gated(installation, program, options, ["--runInBand"]);
    expect(quiet.exitCode).toBe(0);
    const { leaks } = fileOf(written(quiet), "leaky.test.js");
    expect(leaks).toMatchObject({ verdict: "clean", groups: [] });
    expect(leaks?.ignored.map(({ group }) => group.signature).sort()).toEqual(signatures);
    expect(quiet.output).toContain("issue 12");

    const past = known.map((entry) => ({ ...entry, until: "2000-01-01" }));
    const again = await gated(installation, program, { ...options, knownLeaks: past }, ["--runInBand"]);
    expect(again.exitCode).toBe(1);
    expect(again.output.replaceAll(/\s+/gu, " ")).toContain("that day has passed, so it counts again.");
  });

  test("does not blame tests that failed", async () => {
    const failing = (program["leaky.test.js"] ?? "").replace("poll();", "poll(); expect(number).toBe(0);");
    const run = await gated(installation, { ...program, "leaky.test.js": failing }, { leaks: "file" }, ["--runInBand"]);
    expect(run.output).not.toContain("MEMSPEC_FILE_LEAKS");
    expect(fileOf(written(run), "leaky.test.js")).toMatchObject({ state: "failed", leaks: null });
  });

  test("a wrong option is an error of every file", async () => {
    const run = await gated(installation, program, { leaks: "files" }, ["--runInBand"]);
    expect(run.exitCode).toBe(1);
    expect(run.output).toContain('"files" is no valid "leaks".');
    expect(run.output).toContain('Did you mean "file"?');
  });
});

test("suites of an ordinary kind over packages have no leak", async () => {
  const run = await gated(installation, ordinaryJest(), { leaks: "file" }, ["--maxWorkers=2"]);
  expect(run.output).toContain("Test Suites: 9 passed, 9 total");
  expect(new Set(written(run).files.map(({ leaks }) => leaks?.verdict))).toEqual(new Set(["clean"]));
});

describe('leaks: "file", of the sandbox of a file that has ended', () => {
  const held = (test: string) => `
const big = Array.from({ length: 1000 }, (_, index) => ({ index }));
${test}
`;
  const polls = held('test("polls", () => { setInterval(function poll() { return big.length; }, 60_000).unref(); });');
  const subscribes = held(
    'test("subscribes", () => { require("node:diagnostics_channel").subscribe("x", function onMessage() { return big.length; }); });',
  );
  const failed = held(
    'test("fails", () => { setInterval(function poll() { return big.length; }, 60_000).unref(); expect(1).toBe(2); });',
  );
  const clean = held(
    'test("clears", () => { clearInterval(setInterval(() => big.length, 60_000)); expect(process.listenerCount("x")).toBe(0); });',
  );

  test("tells what keeps it, and ends with a failure; not of files whose tests failed", async () => {
    const files = {
      "polls.test.js": polls,
      "subscribes.test.js": subscribes,
      "failed.test.js": failed,
      "clean.test.js": clean,
    };
    const run = await gated(installation, files, { leaks: "file" }, ["--runInBand"]);
    expect(run.exitCode).toBe(1);
    const report = written(run);
    expect(
      report.files.map(({ path: name, state, leaks }) => `${name} ${state} ${leaks?.verdict ?? "no verdict"}`),
    ).toEqual([
      "clean.test.js passed no verdict",
      "failed.test.js failed no verdict",
      "polls.test.js failed leak",
      "subscribes.test.js failed leak",
    ]);
    const wayOf = (file: string) =>
      fileOf(report, file).leaks?.groups.map(({ type, path: way }) => [type, way?.steps.map((step) => step.type)]);
    expect(wayOf("polls.test.js")).toEqual([
      ["sandbox of a test file", expect.arrayContaining(["Timeout", "closure poll"])],
    ]);
    expect(wayOf("subscribes.test.js")).toEqual([
      ["sandbox of a test file", expect.arrayContaining(["Channel", "closure onMessage"])],
    ]);
    expect(run.output).toContain("polls.test.js leaks: The file's sandbox, with all its modules, was still alive");
  });

  test("by itself fails a run whose tests all passed; told or known alone, it does not", async () => {
    const files = { "polls.test.js": polls, "clean.test.js": clean };
    const failing = await gated(installation, files, { leaks: "file" }, ["--runInBand"]);
    expect(failing.output).toContain("2 passed, 2 total");
    expect(failing.exitCode).toBe(1);
    const told = await gated(installation, files, { leaks: "file", failOnLeak: false }, ["--runInBand"]);
    expect(told.exitCode).toBe(0);
    const [group] = fileOf(written(told), "polls.test.js").leaks?.groups ?? [];
    const known = await gated(
      installation,
      files,
      { leaks: "file", knownLeaks: { signature: group?.signature, reason: "issue 12" } },
      ["--runInBand"],
    );
    expect(known.exitCode).toBe(0);
    expect(fileOf(written(known), "polls.test.js").leaks?.ignored).toMatchObject([{ reason: "known: issue 12" }]);
  });

  test("also in workers, at the latest when a later file of the worker ends", async () => {
    const names = Array.from({ length: 6 }, (_, index) => `n${index}.test.js`);
    const more = polls.replace("const big", 'for (const name of ["a", "b", "c"]) test(name, () => {});\nconst big');
    const run = await gated(installation, Object.fromEntries(names.map((name) => [name, more])), { leaks: "file" }, [
      "--maxWorkers=2",
    ]);
    expect(run.exitCode).toBe(1);
    // The last one of each worker is told where the worker has the time.
    expect(written(run).files.filter(({ leaks }) => leaks?.verdict === "leak").length).toBeGreaterThanOrEqual(4);
  });
});

describe('leaks: "test"', () => {
  test("fails the test whose body leaks, and gives no verdict where the body cannot be repeated", async () => {
    const bodies = `
const { open } = require("./src/leaky.js");
test("leaks", () => { open("x"); });
test("leaks and calls back", (done) => { open("x"); done(); });
test("clean", () => { expect.assertions(2); expect(1).toBe(1); expect([1]).toEqual([1]); });
let calls = 0;
test("once only", () => { calls += 1; expect(calls).toBe(1); });
test("snapshot", () => { expect({ a: 1 }).toMatchInlineSnapshot(\`
{
  "a": 1,
}
\`); });
test.concurrent("together", async () => { await null; });
test("fails", () => { open("x"); expect(1).toBe(2); });
test.failing("is to fail", () => { open("x"); throw new Error("as it should"); });
`;
    const run = await gated(installation, { "src/leaky.js": LEAKY, "bodies.test.js": bodies }, { leaks: "test" }, [
      "--runInBand",
    ]);
    expect(run.exitCode).toBe(1);
    const file = fileOf(written(run), "bodies.test.js");
    expect(
      file.tests.map(({ name, state, leaks }) => `${name.join(" ")}: ${state}, ${leaks?.verdict ?? "not judged"}`),
    ).toEqual([
      "leaks: failed, leak",
      "leaks and calls back: failed, leak",
      "clean: passed, clean",
      "once only: passed, not judged",
      "snapshot: passed, not judged",
      "together: passed, not judged",
      "fails: failed, not judged",
      "is to fail: passed, not judged",
    ]);
    expect(testOf(file, "leaks").leaks?.groups).toMatchObject([{ type: "Session", countPerCall: 1 }]);
    expect(testOf(file, "leaks").breaches).toEqual([]);
    expect(run.output).toContain('leaks: "test": what each call of the test\'s body leaves behind');
    expect(run.output).toMatch(/> +\d+ \| test\("leaks", /u);
    expect(notJudgedIn(file)).toEqual([
      expect.stringContaining('"once only" leaks is not known: its body, called again, failed'),
      expect.stringContaining('"snapshot" leaks is not known: its body has snapshots'),
      expect.stringContaining('"together" leaks is not known: other tests run at the same time'),
    ]);
  });

  test("what Jest keeps until a file is over is no leak", async () => {
    const bodies = `
const kept = [];
const outer = jest.fn();
const storing = jest.fn((value) => kept.push(value));
const api = { load: (name) => name };
test("promises", async () => {
  await expect(Promise.resolve(4)).resolves.toBe(4);
  await expect(Promise.reject(new Error("no"))).rejects.toThrow("no");
});
test("mocks", () => { const mock = jest.fn(() => 3); mock(); outer({ at: 1 }); expect(mock).toHaveBeenCalled(); });
test("spies", () => { const spy = jest.spyOn(api, "load"); api.load("a"); expect(spy).toHaveBeenCalledWith("a"); spy.mockRestore(); });
test("fakes timers", () => {
  jest.useFakeTimers();
  const mock = jest.fn();
  setTimeout(mock, 1000);
  jest.advanceTimersByTime(1000);
  jest.useRealTimers();
  expect(mock).toHaveBeenCalled();
});
test("logs", () => { console.log("a line"); });
test("gives a mock buffers", () => { outer(new Uint8Array(5000)); });
test("leaks by way of a mock", () => { storing({ at: 1 }); });
`;
    const run = await gated(installation, { "kept.test.js": bodies }, { leaks: "test" }, ["--runInBand"]);
    const { tests } = fileOf(written(run), "kept.test.js");
    expect(tests.map(({ name, state, leaks }) => [name.join(" "), state, leaks?.verdict ?? "not judged"])).toEqual([
      ["promises", "passed", "clean"],
      ["mocks", "passed", "clean"],
      ["spies", "passed", "clean"],
      ["fakes timers", "passed", "clean"],
      ["logs", "passed", "clean"],
      ["gives a mock buffers", "passed", "inconclusive"],
      ["leaks by way of a mock", "failed", "leak"],
    ]);
    const leak = tests.at(-1)?.leaks?.groups;
    expect(leak).toMatchObject([{ type: "Object", countPerCall: 1, path: { steps: [{ name: "kept" }, {}] } }]);
  });
});
