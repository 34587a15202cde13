import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { selectLegs } from "./legs.mjs";
import { countReport, resultsFolder, sum } from "./results.mjs";

const file = (status: string, ...tests: string[]) => ({
  name: "a.test.ts",
  status,
  message: "Error: no such module\n    at a.test.ts",
  assertionResults: tests.map((state, index) => ({ status: state, fullName: `test ${index}` })),
});

test("counts tests by their state", () => {
  const report = { testResults: [file("failed", "passed", "failed", "pending"), file("passed", "passed")] };
  expect(countReport(report, 1)).toEqual({
    passed: 2,
    failed: 1,
    skipped: 1,
    failures: ["a.test.ts > test 1"],
  });
});

test("files are shown relative to the checkout", () => {
  const report = { testResults: [{ ...file("failed", "failed"), name: "/checkout/test/a.test.ts" }] };
  expect(countReport(report, 1, "/checkout").failures).toEqual(["test/a.test.ts > test 0"]);
});

test("a file that could not be collected is one failure with its reason", () => {
  expect(countReport({ testResults: [file("failed"), file("passed", "passed")] }, 1)).toMatchObject({
    passed: 1,
    failed: 1,
    failures: ["a.test.ts: Error: no such module"],
  });
});

test("a runner that left no report is one failure", () => {
  expect(countReport(undefined, null)).toMatchObject({ failed: 1, failures: ["the runner left no report (a signal)"] });
});

test("a runner that failed although every test passed is one failure", () => {
  expect(countReport({ testResults: [file("passed", "passed")] }, 1)).toMatchObject({
    passed: 1,
    failed: 1,
    failures: ["the runner ended with exit code 1"],
  });
});

test("a run of no tests is one failure", () => {
  expect(countReport({ testResults: [] }, 0)).toMatchObject({ failed: 1, failures: ["the runner ran no test"] });
});

test("counts that several programs left in one folder add up", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "memspec-results-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const results = resultsFolder(folder);
  results.save("one", { passed: 2, failed: 0, skipped: 1, failures: [] });
  results.save("two", { passed: 3, failed: 1, skipped: 0, failures: ["x"] });
  expect(sum(results.read())).toEqual({ passed: 5, failed: 1, skipped: 1, failures: ["x"] });
});

test("the matrix has Vitest 4.1 on four Nodes, Vitest 5 on three, and Jest once on each", () => {
  const legs = selectLegs({});
  expect(legs.map((leg) => `${leg.node}/${leg.vitest}`)).toEqual([
    "20/4.1",
    "22/4.1",
    "22/5",
    "24/4.1",
    "24/5",
    "26/4.1",
    "26/5",
  ]);
  const withJest = legs.filter((leg) => leg.suites.includes("e2e-jest"));
  expect(withJest.map((leg) => leg.node)).toEqual([20, 22, 24, 26]);
});

test("a leg that was asked for alone runs Jest too", () => {
  expect(selectLegs({ node: 26, vitest: "5" })).toMatchObject([
    { node: 26, vitest: "5", suites: expect.arrayContaining(["e2e-jest"]) },
  ]);
});

test("a suite that was asked for alone runs alone, in the legs that have it", () => {
  expect(selectLegs({ suite: "e2e-jest" }).map((leg) => [leg.node, leg.vitest, leg.suites])).toEqual(
    [20, 22, 24, 26].map((major) => [major, "4.1", ["e2e-jest"]]),
  );
  expect(() => selectLegs({ suite: "lint" })).toThrow(
    "--suite lint: one of native, core, leaks, types, e2e-vitest, e2e-jest",
  );
});

test("a leg that cannot be is an error", () => {
  expect(() => selectLegs({ node: 20, vitest: "5" })).toThrow("Vitest 5 does not run on Node 20");
  expect(() => selectLegs({ node: 21 })).toThrow("memspec supports Node 20, 22, 24, 26");
  expect(() => selectLegs({ vitest: "3" })).toThrow("memspec supports Vitest 4.1 and 5");
});
