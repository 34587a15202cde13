import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HeapProfile } from "../../core/src/reports/heap-profile-builder.js";
import { renderTerminal } from "../../core/src/reports/terminal/terminal.js";
import { parseRunReport } from "../../core/src/runs/parse-run-report.js";
import type { RunReport } from "../../core/src/runs/run-report.js";
import { sampleRun } from "../core/reports/sample-run.js";
import { COMMAND, makeWorkplace, type Workplace } from "./run-memspec.js";

const run = sampleRun({ files: 13, testsPerFile: 4, deathEvery: 9 });
/** Every test peaks higher. */
const heavier = scaled(run, 3);

function scaled(report: RunReport, factor: number): RunReport {
  const text = JSON.stringify(report, (key, value: unknown) =>
    (key === "peakBytes" || key === "allocatedBytes") && typeof value === "number" ? Math.round(value * factor) : value,
  );
  return JSON.parse(text) as RunReport;
}

let here: Workplace;
const content = (name: string): string => readFileSync(path.join(here.folder, name), "utf8");
beforeAll(() => {
  here = makeWorkplace();
  here.write("run.json", run);
  here.write("heavier.json", heavier);
  for (const index of [1, 2, 3]) {
    const files = run.files.filter((_, at) => at % 3 === index - 1);
    here.write(`shard-${index}.json`, { ...run, files, shards: [{ index, count: 3 }] });
  }
  here.write("broken.json", JSON.stringify(run).slice(0, 900));
});
afterAll(() => here.remove());

describe("memspec", () => {
  test.each([["--help"], ["report", "--help"], ["merge", "--help"], ["compare", "--help"]])(
    "%s %s shows examples",
    async (...args) => {
      const { exitCode, stdout } = await here.memspec(...args);
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/\nExamples:\n {2}memspec /u);
    },
  );

  test("--version is that of the package", async () => {
    const manifest = JSON.parse(readFileSync(path.join(COMMAND, "../../../package.json"), "utf8")) as {
      version: string;
    };
    expect((await here.memspec("--version")).stdout).toBe(`${manifest.version}\n`);
  });

  test.each([
    [["--colour"], "unknown option '--colour'"],
    [["reprot", "run.json"], "unknown command 'reprot'"],
    [["report"], "missing required argument 'file'"],
    [["report", "run.json", "--htm", "x"], "(Did you mean --html?)"],
    [["report", "run.json", "more.json"], "too many arguments"],
    [["report", "run.json", "--markdown", "--junit"], "cannot be used with option"],
    [["compare", "run.json", "run.json", "--tolerance", "lots"], 'Give a share such as "5%" or 0.05.'],
    [["compare", "run.json", "run.json", "--absolute", "5 XB"], "Did you mean"],
    [["merge"], "missing required argument 'files'"],
  ])("%j is an error with exit code 1", async (args, told) => {
    const { exitCode, stderr, stdout } = await here.memspec(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain(told);
  });

  test.each([
    ["nothing.json", "MEMSPEC_REPORT_UNREADABLE"],
    [".", "MEMSPEC_REPORT_UNREADABLE"],
    ["broken.json", "MEMSPEC_REPORT_NOT_JSON"],
  ])("a report that cannot be read is told by its name and code: %s", async (name, code) => {
    const { exitCode, stderr } = await here.memspec("report", name);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(new RegExp(`^memspec: ${name.replace(".", "\\.")}`, "u"));
    expect(stderr).toContain(code);
    expect(stderr).not.toContain("    at ");
  });
});

describe("memspec report", () => {
  test("prints the text for a terminal, without colours where it is none", async () => {
    const { exitCode, stdout } = await here.memspec("report", "run.json");
    expect(exitCode).toBe(0);
    expect(stdout).toBe(renderTerminal(run, { colour: false }));
    expect((await here.memspec("report", "run.json", "--verbose")).stdout).toBe(
      renderTerminal(run, { colour: false, detail: "verbose" }),
    );
  });

  test("prints Markdown and JUnit", async () => {
    expect((await here.memspec("report", "run.json", "--markdown")).stdout).toMatch(/^### Memory: 13 files/u);
    expect((await here.memspec("report", "run.json", "--junit")).stdout).toMatch(/^<\?xml /u);
  });

  test("writes the page, and prints nothing beside it", async () => {
    const { exitCode, stdout } = await here.memspec("report", "run.json", "--html", "out/page.html");
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
    expect(content("out/page.html")).toMatch(/^<!doctype html>/u);
  });

  test("writes a heap profile of a file, of which Chrome DevTools takes the sum", async () => {
    const file = run.files.find(({ sites }) => sites.length > 1);
    await here.memspec("report", "run.json", "--heapprofile", "--file", file?.path ?? "", "-o", "a.heapprofile");
    const { samples } = JSON.parse(content("a.heapprofile")) as HeapProfile;
    const bytes = file?.sites.reduce((sum, site) => sum + site.bytes, 0);
    expect(samples.reduce((sum, { size }) => sum + size, 0)).toBe(bytes);
    expect((await here.memspec("report", "run.json", "--heapprofile", "--file", "no.ts")).exitCode).toBe(1);
  });

  test("never overwrites a file unasked", async () => {
    here.write("mine.md", "mine");
    const refused = await here.memspec("report", "run.json", "--markdown", "-o", "mine.md");
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain("MEMSPEC_FILE_EXISTS");
    expect(content("mine.md")).toBe("mine");
    expect((await here.memspec("report", "run.json", "--markdown", "-o", "mine.md", "-f")).exitCode).toBe(0);
    expect(content("mine.md")).toMatch(/^### Memory/u);
  });

  test("a reader that leaves early ends it in peace", () => {
    here.write("many.json", sampleRun({ files: 400, testsPerFile: 5 }));
    const script = `"$0" "$1" report many.json --verbose | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", script, process.execPath, COMMAND], {
      cwd: here.folder,
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^Memory {2}400 files.*\n0\n$/u);
  });
});

describe("memspec merge", () => {
  test("joins three shards to the report of one run", async () => {
    const { exitCode, stdout } = await here.memspec(
      "merge",
      "shard-3.json",
      "shard-1.json",
      "shard-2.json",
      "-o",
      "merged.json",
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
    const merged = parseRunReport(content("merged.json"));
    const text = (report: RunReport): string =>
      renderTerminal({ ...report, shards: [] }, { colour: false, detail: "verbose" });
    expect(text(merged)).toBe(text(run));
  });

  test("prints what it joined, to be piped on", async () => {
    const { stdout } = await here.memspec("merge", "shard-1.json", "shard-2.json");
    expect(parseRunReport(stdout).notes).toEqual(["Shard 3 of 3 is not in this report."]);
  });

  test("refuses one shard twice, and writes nothing", async () => {
    const { exitCode, stderr } = await here.memspec("merge", "shard-1.json", "shard-1.json", "-o", "twice.json");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("MEMSPEC_REPORTS_OVERLAP");
    expect(existsSync(path.join(here.folder, "twice.json"))).toBe(false);
  });
});

describe("memspec compare", () => {
  test.each([
    ["same", "run.json", "run.json", 0, "### Memory: no change beyond the tolerance"],
    ["worse", "run.json", "heavier.json", 2, "### Memory: worse"],
    ["better", "heavier.json", "run.json", 4, "### Memory: better"],
  ])("%s has an exit code of its own", async (_what, base, head, code, heading) => {
    const { exitCode, stdout } = await here.memspec("compare", base, head);
    expect(exitCode).toBe(code);
    expect(stdout.split("\n")[0]).toBe(heading);
  });

  test("within a wide tolerance all is the same", async () => {
    expect((await here.memspec("compare", "run.json", "heavier.json", "--tolerance", "250%")).exitCode).toBe(0);
    expect((await here.memspec("compare", "run.json", "heavier.json", "--absolute", "1GB")).exitCode).toBe(0);
    expect((await here.memspec("compare", "run.json", "heavier.json", "--absolute", "1000")).exitCode).toBe(2);
  });

  test("as JSON, and into a file, with the same exit code", async () => {
    const { exitCode, stdout } = await here.memspec(
      "compare",
      "run.json",
      "heavier.json",
      "--json",
      "-o",
      "changes.json",
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(JSON.parse(content("changes.json"))).toMatchObject({ verdict: "worse", better: [] });
  });

  test("what cannot be compared is neither worse nor better", async () => {
    expect((await here.memspec("compare", "run.json", "broken.json")).exitCode).toBe(1);
  });
});
