import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { isMemspecError } from "../../../core/src/errors/memspec-error.js";
import { parseOptions } from "../../../core/src/limits/parse-options.js";
import { writeFiles } from "../../../core/src/reports/files.js";
import { renderRun } from "../../../core/src/reports/render-run.js";
import { sampleRun } from "./sample-run.js";

const report = sampleRun({ files: 3, testsPerFile: 6, breachEvery: 5 });
const root = mkdtempSync(path.join(tmpdir(), "memspec-render-"));
const CONTEXT = { root, colour: false, env: {} } as const;
afterAll(() => rmSync(root, { recursive: true, force: true }));

test.each([undefined, true, {}])(
  "with %j there is the short text, and the JSON report in a folder that git ignores",
  (options) => {
    const { terminal, files } = renderRun(report, options, CONTEXT);
    expect(terminal).toMatch(/^Memory {2}3 files/u);
    expect(files.map((file) => path.relative(root, file.path))).toEqual([".memspec/report.json"]);
    writeFiles(files);
    expect(readFileSync(path.join(root, ".memspec/.gitignore"), "utf8")).toBe("*\n");
  },
);

test("report: false says and writes nothing, in GitHub Actions too", () => {
  const env = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: path.join(root, "none.md") };
  expect(renderRun(report, false, { ...CONTEXT, env })).toEqual({ terminal: "", files: [] });
});

test("silent says nothing, verbose says more", () => {
  expect(renderRun(report, { terminal: "silent" }, CONTEXT).terminal).toBe("");
  expect(renderRun(report, { terminal: "verbose" }, CONTEXT).terminal).toContain("Tests with the highest peaks");
});

test("files are rendered under the root, and none for false", () => {
  const { files } = renderRun(report, { json: "out/run.json", html: "out/run.html", junit: false }, CONTEXT);
  expect(files.map((file) => path.relative(root, file.path))).toEqual(["out/run.json", "out/run.html"]);
  expect(JSON.parse(files[0]?.text ?? "")).toEqual(report);
  expect(files[1]?.text).toMatch(/^<!doctype html>/u);
  writeFiles(files);
  expect(JSON.parse(readFileSync(path.join(root, "out/run.json"), "utf8"))).toEqual(report);
});

test("in GitHub Actions there are annotations and a step summary, which is added to", () => {
  const summary = path.join(root, "summary.md");
  writeFileSync(summary, "before\n");
  const env = { GITHUB_ACTIONS: "true", GITHUB_WORKSPACE: path.dirname(root), GITHUB_STEP_SUMMARY: summary };
  const { terminal, files } = renderRun(report, { terminal: "silent", json: false }, { ...CONTEXT, env });
  expect(terminal).toContain(`::error file=${path.basename(root)}/test/`);
  writeFiles(files);
  expect(readFileSync(summary, "utf8")).toMatch(/^before\n### Memory: 3 files/u);
});

test("github: false is silent there, github: true speaks elsewhere", () => {
  const there = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: path.join(root, "none.md") };
  expect(renderRun(report, { terminal: "silent", json: false, github: false }, { ...CONTEXT, env: there })).toEqual({
    terminal: "",
    files: [],
  });
  const elsewhere = renderRun(report, { terminal: "silent", json: false, github: true }, CONTEXT);
  expect(elsewhere.terminal).toContain("::error file=test/");
  expect(elsewhere.files).toEqual([]);
});

function codeOf(action: () => unknown): { readonly code: string; readonly message: string } {
  try {
    action();
  } catch (error) {
    if (isMemspecError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error("it was done");
}

test.each<[options: object, code: string, told: string]>([
  [{ terminal: "shrt" }, "MEMSPEC_INVALID_OPTION", 'Did you mean "short"?'],
  [{ html: true }, "MEMSPEC_INVALID_OPTION", 'such as "memory/run.html", or false'],
  [{ json: " " }, "MEMSPEC_INVALID_OPTION", '"json"'],
  [{ junit: 3 }, "MEMSPEC_INVALID_OPTION", 'such as "memory/run.xml"'],
  [{ github: "always" }, "MEMSPEC_INVALID_OPTION", '"github"'],
  [{ htlm: "a.html" }, "MEMSPEC_UNKNOWN_OPTION", 'Did you mean "html"?'],
  [["short"], "MEMSPEC_INVALID_OPTION", 'For example { html: "memory.html" }.'],
])("the configuration refuses report: %j", (options, code, told) => {
  const refused = codeOf(() => parseOptions({ report: options }));
  expect(refused.code).toBe(code);
  expect(refused.message).toContain("memspec, report");
  expect(refused.message).toContain(told);
});

test("the configuration takes every option of reports", () => {
  const all = { terminal: "verbose", html: "a.html", json: "a.json", junit: "a.xml", github: true } as const;
  expect(parseOptions({ report: all })).toEqual({ report: all });
  expect(parseOptions({ report: false })).toEqual({ report: false });
  expect(parseOptions({ report: { html: false, json: false, junit: false, github: "auto" } })).toBeDefined();
});

test("a file that is there is overwritten only where that was asked for", () => {
  const file = { path: path.join(root, "there.txt"), text: "new", append: false };
  writeFileSync(file.path, "old");
  const { code, message } = codeOf(() => writeFiles([file], { overwrite: false }));
  expect(code).toBe("MEMSPEC_FILE_EXISTS");
  expect(message).toContain("--force");
  expect(readFileSync(file.path, "utf8")).toBe("old");
  writeFiles([file]);
  expect(readFileSync(file.path, "utf8")).toBe("new");
});

test("a file that cannot be written is told with the system's reason", () => {
  writeFileSync(path.join(root, "plain"), "");
  const { code } = codeOf(() => writeFiles([{ path: path.join(root, "plain/below.txt"), text: "", append: false }]));
  expect(code).toBe("MEMSPEC_FILE_UNWRITABLE");
});
