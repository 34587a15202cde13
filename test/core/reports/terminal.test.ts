import { expect, test } from "vitest";
import { fitLines, visibleWidth } from "../../../core/src/reports/terminal/fit.js";
import { renderTerminal } from "../../../core/src/reports/terminal/terminal.js";
import type { RunReport } from "../../../core/src/runs/run-report.js";
import { sampleRun } from "./sample-run.js";

const report = sampleRun({ files: 14, testsPerFile: 6, deathEvery: 9, leakEvery: 6, breachEvery: 13 });

function plain(run: RunReport, options: Parameters<typeof renderTerminal>[1] = {}): string {
  return renderTerminal(run, { colour: false, ...options });
}

const lines = (text: string): readonly string[] => text.split("\n");

test("the short report: deaths first, then the table, what broke, what leaks", () => {
  expect(plain(report)).toMatchSnapshot();
});

test("the long report has every file, the hottest tests and sites", () => {
  const text = plain(report, { detail: "verbose" });
  expect(text).toMatchSnapshot();
  for (const file of report.files) expect(text).toContain(file.path);
});

test.each([60, 64, 76, 80, 99, 100, 120, 129, 130, 160])(
  "at %i columns no line is wider, but for a single word that is",
  (width) => {
    for (const detail of ["short", "verbose"] as const) {
      const wide = lines(plain(report, { width, detail })).filter((line) => visibleWidth(line) > width);
      expect(wide.filter((line) => line.trim().includes(" "))).toEqual([]);
    }
  },
);

test("colours take no room and say the same", () => {
  const coloured = renderTerminal(report, { colour: true, width: 80 });
  expect(coloured).toContain("\u001b[");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with ESC
  expect(coloured.replaceAll(/\u001b\[\d+m/gu, "")).toBe(plain(report, { width: 80 }));
});

test("a narrow terminal goes without columns, never without peak, allocated and leaked", () => {
  const heading = (width: number): string =>
    lines(plain(report, { width })).find((line) => line.includes("allocated")) ?? "";
  expect(heading(70).trim().split(/ +/u)).toEqual(["file", "peak", "allocated", "leaked"]);
  expect(heading(80).trim().split(/ +/u)).toEqual(["file", "peak", "heap", "buffers", "native", "allocated", "leaked"]);
  expect(heading(129)).not.toContain("hottest site");
  expect(heading(130)).toContain("hottest site");
});

test("a run that looked for no leaks has no column of them", () => {
  const text = plain(sampleRun({ files: 3, testsPerFile: 2, leakEvery: 0, breachEvery: 0 }));
  expect(text).not.toContain("leak");
  expect(text).not.toContain("broken");
});

test("ten files are shown and the eleventh is counted", () => {
  const of = (files: number): string => plain(sampleRun({ files, testsPerFile: 1, leakEvery: 0 }));
  expect(of(10)).not.toContain("more file");
  expect(of(11)).toContain("… 1 more file, none above");
  expect(of(12)).toContain("… 2 more files, none above");
});

test("what is unknown is n/a, what nobody looked at is a dash", () => {
  const run = sampleRun({ files: 4, testsPerFile: 2, deathEvery: 4, leakEvery: 1, fallback: true });
  const text = plain(run);
  const dead = lines(text).find((line) => line.startsWith("✗") && line.includes("n/a"));
  expect(dead?.trim().split(/ +/u).slice(2)).toEqual(["n/a", "n/a", "n/a", "n/a", "n/a", "–"]);
  expect(text).toContain("note: Native memory is not counted: there is no addon for this platform.");
});

test("the same leak in several files is told once, with its places", () => {
  const one = sampleRun({ files: 1, testsPerFile: 1, leakEvery: 1, breachEvery: 0 });
  const files = ["a", "b", "c", "d"].map((name) => ({ ...one.files[0], path: `test/${name}.test.ts` }));
  const text = plain({ ...one, files: files as RunReport["files"] });
  expect(text.match(/● Session/gu)).toHaveLength(1);
  expect(text).toContain("2 leaks in 4 files");
  expect(text).toContain("and 2 more places");
});

test("a death while no test ran says so, and one of which nothing was read", () => {
  const run = sampleRun({ files: 1, testsPerFile: 1, deathEvery: 1 });
  const [file] = run.files;
  const death = { reason: "hard-cap", detail: "", test: null, last: null, sites: [] } as const;
  const text = plain({ ...run, files: [{ ...file, death }] as RunReport["files"] });
  expect(text).toContain("A worker died: stopped at the hard cap\n");
  expect(text).toContain("while no test ran: in a hook, or in a module");
  expect(text).toContain("no levels were read before it died");
});

test("an empty run is one line", () => {
  expect(plain(sampleRun({ files: 0, testsPerFile: 0 }))).toMatch(/^Memory {2}0 files, 0 tests, .+\n$/u);
});

test("figures that read alike are told to the byte", () => {
  const run = sampleRun({ files: 1, testsPerFile: 1, leakEvery: 0 });
  const breach = {
    figure: "peak",
    space: "total",
    limitBytes: 1_000_000,
    actualBytes: 1_000_001,
    source: "limitMemory",
  } as const;
  const [file] = run.files;
  const [of] = file?.tests ?? [];
  const text = plain({
    ...run,
    files: [{ ...file, tests: [{ ...of, breaches: [breach] }] }] as unknown as RunReport["files"],
  });
  expect(text).toContain("peak 1 MB (1,000,001 B), limit 1 MB (1,000,000 B) (limitMemory)\n");
});

test("lines are broken at blanks, with colours counted as nothing", () => {
  expect(fitLines(["  ab cd ef"], 7)).toEqual(["  ab cd", "    ef"]);
  expect(fitLines(["  ab cd ef"], 10)).toEqual(["  ab cd ef"]);
  expect(fitLines(["\u001b[31mab\u001b[39m cd"], 5)).toEqual(["\u001b[31mab\u001b[39m cd"]);
  expect(fitLines(["abcdefgh ij"], 5)).toEqual(["abcdefgh", "  ij"]);
});
