import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseReportOptions } from "../../../core/src/limits/report-options.js";
import { createArtifactNames, safeName } from "../../../core/src/reports/artifacts/names.js";
import { writeArtifacts } from "../../../core/src/reports/artifacts/write-artifacts.js";
import { renderTerminal } from "../../../core/src/reports/terminal/terminal.js";
import type { FileReport, RunReport, TestReport } from "../../../core/src/runs/run-report.js";
import { sampleRun } from "./sample-run.js";

describe("a name for a file", () => {
  test.each([
    ["reads a log", "reads a log"],
    ["größer als 5", "größer als 5"],
    ["日本語", "日本語"],
    ['a/b\\c:d*e?f"g<h>i|j', "a_b_c_d_e_f_g_h_i_j"],
    ["line\nbreak\u0000and\u001b[31m", "line_break_and__31m"],
    ["..", "_"],
    [". hidden .", "_hidden_"],
    ["", "_"],
    ["   ", "_"],
    ["con", "_con"],
    ["NUL.txt", "_NUL.txt"],
    ["$(rm -rf ~)", "_(rm -rf _)"],
  ])("%j is %j", (text, name) => {
    expect(safeName(text)).toBe(name);
  });

  test("is cut where it is long, between whole characters", () => {
    expect([...safeName("𠮷".repeat(500))]).toHaveLength(120);
  });

  test("leads to no other folder, and no two tests get one", () => {
    const names = createArtifactNames();
    expect(names.nameFor(null, "test/a.test.ts", ["block", "reads"])).toBe("test/a.test.ts/block - reads");
    expect(names.nameFor(null, "test/a.test.ts", ["block", "READS"])).toBe("test/a.test.ts/block - READS (2)");
    expect(names.nameFor(null, "test/a.test.ts", ["block", "reads"])).toBe("test/a.test.ts/block - reads (3)");
    expect(names.nameFor("unit", "test/a.test.ts", ["block", "reads"])).toBe("unit/test/a.test.ts/block - reads");
    expect(names.nameFor(null, "../../etc/a.test.ts", ["../x"])).toBe("_/_/etc/a.test.ts/__x");
    expect(names.nameFor(null, "/elsewhere/a.test.ts", null)).toBe("elsewhere/a.test.ts");
  });
});

let root = "";
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "memspec-artifacts-"));
});
afterEach(() => {
  chmodSync(root, 0o700);
  rmSync(root, { recursive: true, force: true });
});

const run = sampleRun({ files: 6, testsPerFile: 4, breachEvery: 5, leakEvery: 3, seed: 1 });
const plan = parseReportOptions(true).artifacts;
const tests = (report: RunReport): readonly (readonly [FileReport, TestReport])[] =>
  report.files.flatMap((file) => file.tests.map((one) => [file, one] as const));

test("each test that broke a limit or leaks has a profile, and no other", () => {
  const told = writeArtifacts(run, plan, root);
  const failed = tests(told).filter(([, { breaches, leaks }]) => breaches.length > 0 || leaks?.verdict === "leak");
  expect(failed.length).toBeGreaterThan(2);
  for (const [file, one] of tests(told)) {
    const wanted = one.breaches.length > 0 || one.leaks?.verdict === "leak";
    const some = one.sites.length + file.sites.length > 0;
    expect((one.artifacts ?? []).map(({ kind }) => kind)).toEqual(wanted && some ? ["heapprofile"] : []);
  }
  for (const [, { artifacts = [] }] of failed)
    for (const { path: file } of artifacts) expectProfile(path.join(root, file));
  expect(readFileSync(path.join(root, ".memspec/.gitignore"), "utf8")).toBe("*\n");
  expect(told.notes).toEqual(run.notes);
  const text = renderTerminal(told, { colour: false });
  expect(text).toMatch(/^\d+ files of failed tests for Chrome DevTools \(Memory, Load profile\)$/mu);
  expect(text).toContain(".heapprofile");
  expect(text).not.toContain("secrets");
});

/** As DevTools reads it: a tree of nodes with call frames, sizes and ids; samples name nodes. */
function expectProfile(file: string): void {
  interface Node {
    readonly callFrame: Readonly<Record<string, unknown>>;
    readonly selfSize: unknown;
    readonly id: unknown;
    readonly children: readonly Node[];
  }
  const profile = JSON.parse(readFileSync(file, "utf8")) as {
    readonly head: Node;
    readonly samples: readonly Readonly<Record<string, number>>[];
  };
  const ids = new Set<unknown>();
  const visit = (node: Node): void => {
    expect(Object.keys(node).sort()).toEqual(["callFrame", "children", "id", "selfSize"]);
    const { functionName, scriptId, url, lineNumber, columnNumber } = node.callFrame;
    expect([typeof functionName, typeof scriptId, typeof url]).toEqual(["string", "string", "string"]);
    expect(Number.isInteger(lineNumber) && Number.isInteger(columnNumber)).toBe(true);
    expect(typeof node.selfSize).toBe("number");
    ids.add(node.id);
    node.children.forEach(visit);
  };
  visit(profile.head);
  expect(profile.head.callFrame["functionName"]).toBe("(root)");
  expect(profile.samples.length).toBeGreaterThan(0);
  for (const { nodeId, size } of profile.samples) {
    expect(ids).toContain(nodeId);
    expect(size).toBeGreaterThanOrEqual(0);
  }
}

function withTest(change: Partial<TestReport>): RunReport {
  const [first] = run.files;
  const one = first?.tests[0];
  if (first === undefined || one === undefined) throw new Error("an empty sample");
  return { ...run, files: [{ ...first, leaks: null, tests: [{ ...one, breaches: [], leaks: null, ...change }] }] };
}
const only = (report: RunReport): TestReport => report.files[0]?.tests[0] as TestReport;

test("a failed memory assertion counts where the test failed, and its own sites are taken", () => {
  const site = { space: "heap", stack: 0, bytes: 12_345, count: 1, estimated: true, peakBytes: null } as const;
  const [artifact] =
    only(writeArtifacts(withTest({ state: "failed", checkSites: [site] }), plan, root)).artifacts ?? [];
  const { samples } = JSON.parse(readFileSync(path.join(root, artifact?.path ?? ""), "utf8")) as {
    readonly samples: readonly { readonly size: number }[];
  };
  expect(samples.map(({ size }) => size)).toEqual([12_345]);
  expect(only(writeArtifacts(withTest({ state: "passed", checkSites: [site] }), plan, root)).artifacts).toBeUndefined();
});

test("a heap snapshot of the worker's is moved, with a warning, and one that is gone is not told", () => {
  const left = path.join(root, "left.heapsnapshot");
  writeFileSync(left, "{}");
  const artifacts = [{ kind: "heapsnapshot" as const, path: left }];
  const told = writeArtifacts(withTest({ state: "failed", checkSites: [], sites: [], artifacts }), plan, root);
  expect(existsSync(left)).toBe(false);
  const snapshot = only(told).artifacts?.find(({ kind }) => kind === "heapsnapshot");
  expect(readFileSync(path.join(root, snapshot?.path ?? ""), "utf8")).toBe("{}");
  expect(renderTerminal(told, { colour: false })).toContain("secrets");
  const again = writeArtifacts(withTest({ state: "failed", checkSites: [], artifacts }), plan, root);
  expect((only(again).artifacts ?? []).map(({ kind }) => kind)).not.toContain("heapsnapshot");
});

test("a folder that cannot be written is a note", () => {
  mkdirSync(path.join(root, "taken"));
  writeFileSync(path.join(root, "taken/file"), "");
  const told = writeArtifacts(run, { folder: "taken/file", heapsnapshot: false }, root);
  expect(tests(told).every(([, { artifacts }]) => artifacts === undefined)).toBe(true);
  expect(told.notes.at(-1)).toMatch(/files for failed tests could not be written: .*taken\/file/u);
});

test("where none are wanted none are written", () => {
  expect(parseReportOptions({ artifacts: false }).artifacts).toBeNull();
  expect(parseReportOptions(false).artifacts).toBeNull();
  writeArtifacts(run, null, root);
  expect(readdirSync(root)).toEqual([]);
});

test("the option is checked; the folder is ours, wherever the JSON report goes", () => {
  expect(plan).toEqual({ folder: ".memspec", heapsnapshot: false });
  expect(parseReportOptions({ json: "memory.json" }).artifacts?.folder).toBe(".memspec");
  expect(parseReportOptions({ json: false }).artifacts?.folder).toBe(".memspec");
  expect(parseReportOptions({ artifacts: { folder: "x", heapsnapshot: true } }).artifacts).toEqual({
    folder: "x",
    heapsnapshot: true,
  });
  expect(() => parseReportOptions({ artifacts: { heapSnapshot: true } })).toThrow(/heapSnapshot/u);
  expect(() => parseReportOptions({ artifacts: { folder: "" } })).toThrow(/artifacts\.folder/u);
  expect(() => parseReportOptions({ artifacts: { heapsnapshot: "yes" } })).toThrow(/artifacts\.heapsnapshot/u);
});
