import { expect, test } from "vitest";
import { code, escapeMarkdown, renderMarkdown } from "../../../core/src/reports/ci/markdown.js";
import type { RunReport } from "../../../core/src/runs/run-report.js";
import { sampleRun } from "./sample-run.js";

test("the summary has who died, what broke, what leaks, and the table", () => {
  const report = sampleRun({ files: 5, testsPerFile: 6, deathEvery: 4, leakEvery: 3, breachEvery: 13 });
  expect(renderMarkdown(report)).toMatchSnapshot();
});

test("twenty files are in the table and the others are counted", () => {
  const of = (files: number): string => renderMarkdown(sampleRun({ files, testsPerFile: 1 }));
  expect(of(20)).not.toContain("more file");
  expect(of(21)).toContain("… 1 more file with lower peaks.");
  expect(of(500).length).toBeLessThan(10_000);
});

test("a summary of ten thousand tests that all broke a limit stays far below GitHub's megabyte", () => {
  const text = renderMarkdown(sampleRun({ files: 400, testsPerFile: 25, breachEvery: 1, leakEvery: 1, readings: 1 }));
  expect(text.length).toBeLessThan(20_000);
  expect(text).toContain("more");
});

test("names of tests are shown as they are, whatever they hold", () => {
  const hostile = "a|b `c` <img src=x onerror=alert(1)> *d* [e](f) @team\nnext\\";
  const report = sampleRun({ files: 1, testsPerFile: 1, leakEvery: 0 });
  const [file] = report.files;
  const breach = { figure: "peak", space: "heap", limitBytes: 1, actualBytes: 2, source: "x" } as const;
  const tests = [{ ...file?.tests[0], name: [hostile], breaches: [breach] }];
  const text = renderMarkdown({
    ...report,
    files: [{ ...file, path: "a|b`c.ts", tests }] as unknown as RunReport["files"],
  });
  expect(text).not.toContain("<img");
  expect(text).toContain("a\\|b \\`c\\` &lt;img src=x onerror=alert(1)> \\*d\\* \\[e\\](f) \\@team next\\\\");
  const row = text.split("\n").find((line) => line.startsWith("| ``")) ?? "";
  expect(row.replaceAll("\\|", "").split("|")).toHaveLength(9);
});

test("text and code are escaped", () => {
  expect(escapeMarkdown("a_b")).toBe("a\\_b");
  expect(code("a|b")).toBe("`a\\|b`");
  expect(code("a`b")).toBe("`` a`b ``");
});
