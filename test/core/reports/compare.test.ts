import { expect, test } from "vitest";
import { renderComparison } from "../../../core/src/reports/compare/compare-markdown.js";
import { compareRuns, DEFAULT_TOLERANCE } from "../../../core/src/reports/compare/compare-runs.js";
import type { FileReport, RunFigures, RunReport, TestReport } from "../../../core/src/runs/run-report.js";
import { leakGroup } from "./sample-leaks.js";
import { sampleRun } from "./sample-run.js";

const base = sampleRun({ files: 1, testsPerFile: 2, leakEvery: 0, breachEvery: 0 });

function figuresOf(peakBytes: number, allocatedBytes: number, peakErrorBytes = 0): RunFigures {
  const none = { allocatedBytes: 0, peakBytes: 0, netBytes: 0 };
  return {
    durationMs: 1,
    total: { peakBytes, allocatedBytes, netBytes: 0, peakErrorBytes },
    heap: none,
    buffers: none,
    native: none,
    gc: { count: 0, majorCount: 0, durationMs: 0 },
  };
}

/** One file with these tests, the file's own figures unknown. */
function runOf(tests: readonly Partial<TestReport>[], file: Partial<FileReport> = {}): RunReport {
  const [like] = base.files;
  const list = tests.map((test) => ({ ...like?.tests[0], state: "passed", unattributed: null, ...test }));
  return {
    ...base,
    files: [
      { ...like, path: "a.test.ts", state: "passed", figures: null, tests: list, ...file },
    ] as unknown as RunReport["files"],
  };
}

const one = (figures: RunFigures | null, name = "t"): RunReport => runOf([{ name: [name], figures }]);
const verdict = (before: RunReport, after: RunReport): string => compareRuns(before, after).verdict;

test("a run and itself are the same", () => {
  const run = sampleRun({ files: 8, testsPerFile: 9, deathEvery: 3, leakEvery: 2 });
  const comparison = compareRuns(run, run);
  expect(comparison).toMatchObject({
    verdict: "same",
    worse: [],
    better: [],
    newLeaks: [],
    goneLeaks: [],
    added: 0,
    removed: 0,
  });
  expect(comparison.compared).toBeGreaterThan(50);
});

test("a change counts when it is more than both tolerances: just at them it does not", () => {
  const from = (peak: number): RunReport => one(figuresOf(peak, 0));
  // A tenth of 10 MB is more than the absolute tolerance.
  expect(verdict(from(10_000_000), from(11_000_000))).toBe("same");
  expect(verdict(from(10_000_000), from(11_000_001))).toBe("worse");
  expect(verdict(from(10_000_000), from(9_000_000))).toBe("same");
  expect(verdict(from(10_000_000), from(8_999_999))).toBe("better");
  // Of 1000 B a tenth is little: 100 kB count.
  expect(verdict(from(1000), from(101_000))).toBe("same");
  expect(verdict(from(1000), from(101_001))).toBe("worse");
});

test("the uncertainty of a peak is taken off", () => {
  const to = (peak: number, error: number): RunReport => one(figuresOf(peak, 0, error));
  expect(verdict(to(10_000_000, 0), to(11_002_048, 2048))).toBe("same");
  expect(verdict(to(10_000_000, 0), to(11_002_049, 2048))).toBe("worse");
});

test("allocated bytes are compared too, and one thing worse outweighs what is better", () => {
  const comparison = compareRuns(one(figuresOf(9_000_000, 1_000_000)), one(figuresOf(1_000_000, 3_000_000)));
  expect(comparison.verdict).toBe("worse");
  expect(comparison.worse).toMatchObject([
    { figure: "allocated", baseBytes: 1_000_000, headBytes: 3_000_000, test: "t" },
  ]);
  expect(comparison.better).toMatchObject([{ figure: "peak" }]);
});

test("only what is in both runs, with figures, is compared; the rest is counted", () => {
  const before = runOf([
    { name: ["stays"], figures: figuresOf(1, 1) },
    { name: ["goes"], figures: figuresOf(1, 1) },
    { name: ["was concurrent"], figures: null },
  ]);
  const after = runOf([
    { name: ["stays"], figures: figuresOf(1, 1) },
    { name: ["comes"], figures: figuresOf(900_000_000, 1) },
    { name: ["was concurrent"], figures: figuresOf(900_000_000, 1) },
  ]);
  expect(compareRuns(before, after)).toMatchObject({ verdict: "same", compared: 1, added: 1, removed: 1, unknown: 1 });
});

test("tests of one name are told apart by their order", () => {
  const twice = (second: number): RunReport =>
    runOf([
      { name: ["each"], figures: figuresOf(1000, 0) },
      { name: ["each"], figures: figuresOf(second, 0) },
    ]);
  const comparison = compareRuns(twice(1000), twice(50_000_000));
  expect(comparison.compared).toBe(2);
  expect(comparison.worse).toMatchObject([{ test: "each", baseBytes: 1000, headBytes: 50_000_000 }]);
});

test("leaks are compared by signature, and only where both runs looked", () => {
  const leaking = (...subjects: readonly string[]): RunReport =>
    runOf([
      {
        name: ["t"],
        figures: null,
        leaks: {
          verdict: "leak",
          reason: null,
          groups: subjects.map((subject) => leakGroup(subject, null)),
          ignored: [],
        },
      },
    ]);
  const unlooked = runOf([{ name: ["t"], figures: null, leaks: null }]);
  expect(compareRuns(leaking("a"), leaking("a", "b"))).toMatchObject({
    verdict: "worse",
    newLeaks: [{ type: "Session" }],
    goneLeaks: [],
  });
  expect(compareRuns(leaking("a", "b"), leaking("b"))).toMatchObject({ verdict: "better", newLeaks: [] });
  expect(verdict(unlooked, leaking("a"))).toBe("same");
  expect(verdict(leaking("a"), unlooked)).toBe("same");
});

test("a worker that dies is worse, one that no longer does is better", () => {
  const alive = runOf([], { state: "passed" });
  const dead = runOf([], { state: "died" });
  expect(compareRuns(alive, dead)).toMatchObject({ verdict: "worse", newDeaths: ["a.test.ts"] });
  expect(compareRuns(dead, alive)).toMatchObject({ verdict: "better", goneDeaths: ["a.test.ts"] });
  expect(verdict(dead, dead)).toBe("same");
});

test("files of the same path in two projects are two files", () => {
  const project = (name: string, peak: number): RunReport =>
    runOf([{ name: ["t"], figures: figuresOf(peak, 0) }], { project: name });
  expect(verdict(project("web", 1), project("node", 90_000_000))).toBe("same");
  expect(verdict(project("web", 1), project("web", 90_000_000))).toBe("worse");
});

test("the comparison reads as Markdown", () => {
  const before = sampleRun({ files: 4, testsPerFile: 3, seed: 4, leakEvery: 2 });
  const after = sampleRun({ files: 4, testsPerFile: 3, seed: 5, leakEvery: 2, deathEvery: 4 });
  expect(renderComparison(compareRuns(before, after), DEFAULT_TOLERANCE)).toMatchSnapshot();
});

test("of thousands of changes fifty are in the table", () => {
  const before = sampleRun({ files: 40, testsPerFile: 25, seed: 4, readings: 1 });
  const after = sampleRun({ files: 40, testsPerFile: 25, seed: 5, readings: 1 });
  const text = renderComparison(compareRuns(before, after), DEFAULT_TOLERANCE);
  expect(text).toMatch(/… and \d+ more/u);
  expect(text.length).toBeLessThan(65_536);
});
