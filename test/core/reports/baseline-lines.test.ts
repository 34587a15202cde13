/** What reports say of baselines beside what broke them. */

import { describe, expect, test } from "vitest";
import { renderMarkdown } from "../../../core/src/reports/ci/markdown.js";
import { breachText } from "../../../core/src/reports/sentences.js";
import { renderTerminal } from "../../../core/src/reports/terminal/terminal.js";
import { parseRunReport } from "../../../core/src/runs/parse-run-report.js";
import type { Breach, RunBaselines, RunImprovement, RunReport } from "../../../core/src/runs/run-report.js";
import { sampleRun } from "./sample-run.js";

const BASELINES: RunBaselines = {
  file: "test/__memory__/a.test.ts.json",
  written: 2,
  updated: 0,
  removed: 0,
  obsolete: [],
  notes: [],
};
const IMPROVEMENT: RunImprovement = {
  of: "allocated",
  space: "buffers",
  baselineBytes: 4_000_000,
  actualBytes: 2_000_000,
  source: "baseline",
};

/** A run of one file and two tests, with this in the file and this in its first test. */
function runWith(baselines: Partial<RunBaselines>, improvements: readonly RunImprovement[] = []): RunReport {
  const run = sampleRun({ files: 1, testsPerFile: 2, leakEvery: 0, breachEvery: 0 });
  const files = run.files.map((file) => ({
    ...file,
    baselines: { ...BASELINES, ...baselines },
    tests: file.tests.map((one, index) => (index === 0 && improvements.length > 0 ? { ...one, improvements } : one)),
  }));
  return parseRunReport(JSON.stringify({ ...run, files }));
}

const plain = (run: RunReport, detail: "short" | "verbose" = "short"): string =>
  renderTerminal(run, { colour: false, detail }).replaceAll(/\s+/gu, " ");

describe("the terminal", () => {
  test.each([
    [{}, "Baselines: 2 recorded."],
    [{ written: 0, updated: 3, removed: 1 }, "Baselines: 3 updated, 1 removed."],
  ])("of %j says %s", (baselines, text) => {
    expect(plain(runWith(baselines))).toContain(text);
  });

  test("says nothing of baselines that are as they were", () => {
    expect(plain(runWith({ written: 0 }))).not.toMatch(/baseline/iu);
  });

  test("tells what is better, and how it is taken over", () => {
    const text = plain(
      runWith({}, [IMPROVEMENT, { ...IMPROVEMENT, of: "peak", space: "total", actualBytes: 3_999_999 }]),
    );
    expect(text).toContain("2 figures better than the baseline -u takes them over");
    expect(text).toContain("allocated (buffers) 2 MB, recorded 4 MB (baseline)");
    expect(text).toContain("peak 4 MB (3,999,999 B), recorded 4 MB (4,000,000 B) (baseline)");
  });

  test("counts further improvements, unless it is to be verbose", () => {
    const many = runWith(
      {},
      Array.from({ length: 7 }, () => IMPROVEMENT),
    );
    expect(plain(many)).toContain("… and 2 more figures");
    expect(plain(many, "verbose")).not.toContain("more figures");
  });

  test.each([
    [["a"], '1 entry that no test asks for ("a"); -u'],
    [["a", "b", "c"], '3 entries that no test asks for ("a" and 2 more); -u'],
  ])("tells what is obsolete: %j", (obsolete, text) => {
    expect(plain(runWith({ obsolete }))).toContain(`note: test/__memory__/a.test.ts.json: ${text}`);
  });

  test("tells what could not be compared", () => {
    expect(plain(runWith({ notes: ["Something is unknown."] }))).toContain("a.test.ts.json: Something is unknown.");
  });
});

test("Markdown tells the same", () => {
  const text = renderMarkdown(runWith({ obsolete: ["a"] }, [IMPROVEMENT]));
  expect(text).toContain("**1 figure better than the baseline; `-u` takes them over**");
  expect(text).toContain("allocated (buffers) 2 MB, recorded 4 MB (baseline)");
  expect(text).toContain("that no test asks for");
});

describe("a breach in words", () => {
  const breach: Breach = { figure: "peak", space: "total", limitBytes: 10, actualBytes: 20, source: "toPeakBelow()" };

  test.each([
    [{}, "peak 20 B, limit 10 B (toPeakBelow()): 2.00 times the limit"],
    [{ space: "heap" }, "peak (heap) 20 B, limit 10 B (toPeakBelow()): 2.00 times the limit"],
    [{ spaces: ["heap", "native"] }, "peak (heap + native) 20 B, limit 10 B (toPeakBelow()): 2.00 times the limit"],
    [
      { figure: "baseline", of: "allocated", source: "baseline" },
      "allocated 20 B, recorded 10 B (baseline): 2.00 times the baseline",
    ],
  ] as const)("%j", (part, text) => {
    expect(breachText({ ...breach, ...part })).toBe(text);
  });
});
