import { expect, test } from "vitest";
import { githubAnnotations } from "../../../core/src/reports/ci/annotations.js";
import type { RunReport, TestReport } from "../../../core/src/runs/run-report.js";
import { sampleRun } from "./sample-run.js";

const HERE = { root: "/repo/packages/app", workspace: "/repo" };

/** A run of one file whose tests have these fields. */
function runOf(...tests: readonly Partial<TestReport>[]): RunReport {
  const run = sampleRun({ files: 1, testsPerFile: 1, leakEvery: 0, breachEvery: 0 });
  const [file] = run.files;
  const [like] = file?.tests ?? [];
  return {
    ...run,
    files: [
      { ...file, path: "test/a.test.ts", tests: tests.map((test) => ({ ...like, ...test })) },
    ] as RunReport["files"],
  };
}

const BREACH = {
  figure: "peak",
  space: "total",
  limitBytes: 50_000_000,
  actualBytes: 61_310_448,
  source: "limitMemory",
} as const;

test("a breach is an error at the test's own line, with a path from the checkout's root", () => {
  const run = runOf({ name: ["parser", "reads"], state: "failed", line: 12, column: 3, breaches: [BREACH] });
  expect(githubAnnotations(run, HERE)).toEqual([
    "::error file=packages/app/test/a.test.ts,line=12,col=3,title=memspec%3A Memory limit::parser > reads: peak 61.3 MB, limit 50 MB (limitMemory): 1.23 times the limit",
  ]);
});

test("what let the test pass is a warning; without a line it is at the file", () => {
  const run = runOf({ name: ["reads"], state: "passed", line: null, column: null, breaches: [BREACH] });
  expect(githubAnnotations(run, HERE)[0]).toMatch(/^::warning file=packages\/app\/test\/a\.test\.ts,title=/u);
});

test("percent signs, colons, commas and line breaks are escaped", () => {
  const run = runOf({ name: ["50%: a,b\nc"], state: "failed", line: 1, column: 1, breaches: [BREACH] });
  const [line] = githubAnnotations(run, { root: "/repo/a,b:c", workspace: "/repo" });
  expect(line).toContain("file=a%2Cb%3Ac/test/a.test.ts,line=1");
  expect(line).toContain("::50%25: a,b%0Ac: peak");
  expect(line).not.toContain("\n");
});

test("deaths come first, then breaches, then leaks; of each kind GitHub is given what it shows", () => {
  const run = sampleRun({ files: 6, testsPerFile: 30, deathEvery: 6, leakEvery: 1, breachEvery: 3 });
  const lines = githubAnnotations(run, HERE);
  expect(lines[0]).toContain("A worker died::out of memory (SIGABRT), in ");
  expect(lines[0]).toMatch(/line=\d+/u);
  expect(lines.filter((line) => line.startsWith("::error"))).toHaveLength(10);
  expect(lines.length).toBeLessThanOrEqual(20);
});

test("a leak of a file is told at the file", () => {
  const run = sampleRun({ files: 1, testsPerFile: 1, leakEvery: 1, breachEvery: 0 });
  const lines = githubAnnotations(run, { root: "/r", workspace: "/r" });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(
    /file=test\/parser\/reader-1\.test\.ts,title=memspec%3A Memory leak::The file leaks Session ×3 and Timeout$/u,
  );
});

test("what is better than its baseline is a notice, behind what broke", () => {
  const improvement = {
    of: "peak",
    space: "total",
    baselineBytes: 4_000_000,
    actualBytes: 3_000_000,
    source: "baseline",
  } as const;
  const run = runOf(
    { name: ["better"], state: "passed", line: 3, column: 1, improvements: [improvement] },
    { name: ["worse"], state: "failed", line: 9, column: 1, breaches: [BREACH] },
  );
  const lines = githubAnnotations(run, HERE);
  expect(lines.map((line) => line.slice(0, line.indexOf(" ")))).toEqual(["::error", "::notice"]);
  expect(lines[1]).toContain(
    "line=3,col=1,title=memspec%3A Better than the baseline::better: peak 3 MB, recorded 4 MB",
  );
});

test("a clean run says nothing", () => {
  expect(githubAnnotations(runOf({ state: "passed" }), HERE)).toEqual([]);
});
