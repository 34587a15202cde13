import { expect, test } from "vitest";
import { renderJunit } from "../../../core/src/reports/ci/junit.js";
import type { RunReport } from "../../../core/src/runs/run-report.js";
import { sampleRun } from "./sample-run.js";

test("every test is there once, with its memory as properties", () => {
  const report = sampleRun({ files: 3, testsPerFile: 4, deathEvery: 3, leakEvery: 2, breachEvery: 5, seed: 9 });
  const text = renderJunit(report);
  expect(text).toMatchSnapshot();
  expect(text.match(/<testcase /gu)).toHaveLength(12);
});

function withTest(change: object): string {
  const run = sampleRun({ files: 1, testsPerFile: 1, leakEvery: 0, breachEvery: 0 });
  const [file] = run.files;
  return renderJunit({
    ...run,
    files: [{ ...file, tests: [{ ...file?.tests[0], ...change }] }] as unknown as RunReport["files"],
  });
}

test("a test that failed for its own reason is no green test here", () => {
  const text = withTest({ state: "failed" });
  expect(text).toContain('failures="1"');
  expect(text).toContain("its own error is in the runner&apos;s report".replace("&apos;", "'"));
});

test("a breach that let the test pass fails nothing", () => {
  const breach = { figure: "peak", space: "total", limitBytes: 1, actualBytes: 2, source: "x" };
  expect(withTest({ state: "passed", breaches: [breach] })).toContain('failures="0"');
  expect(withTest({ state: "failed", breaches: [breach] })).toContain('type="memspec.limit"');
});

test("skipped tests are skipped, tests to do too", () => {
  for (const state of ["skipped", "todo"]) expect(withTest({ state })).toContain("<skipped/>");
});

test("what XML cannot hold is replaced, what it marks is escaped", () => {
  const text = withTest({ name: ['a\u0000b <c> & "d"\n\ud800e \u{1f600}'] });
  expect(text).toContain('name="a\ufffdb &lt;c&gt; &amp; &quot;d&quot;&#10;\ufffde \u{1f600}"');
});

test("unknown figures are no properties", () => {
  const text = renderJunit(sampleRun({ files: 1, testsPerFile: 2, fallback: true, leakEvery: 0 }));
  expect(text).toContain('name="memspec.heap.peak-bytes"');
  expect(text).not.toContain("memspec.native");
  expect(text).not.toContain("null");
});

test("a file that fails for its leaks alone has a failure of its own, and else not", () => {
  const run = sampleRun({ files: 1, testsPerFile: 1, leakEvery: 1, breachEvery: 0 });
  const [file] = run.files;
  const [one] = file?.tests ?? [];
  const text = (state: string, test: string) =>
    renderJunit({
      ...run,
      files: [{ ...file, state, tests: [{ ...one, state: test, leaks: null }] }] as unknown as RunReport["files"],
    });
  expect(text("failed", "passed")).toContain('tests="2" failures="1"');
  expect(text("failed", "passed")).toContain('name="(leaks of the file)"');
  expect(text("failed", "failed")).not.toContain("(leaks of the file)");
  expect(text("passed", "passed")).not.toContain("(leaks of the file)");
});
