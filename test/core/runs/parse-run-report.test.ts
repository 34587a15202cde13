import { expect, test } from "vitest";
import { isMemspecError } from "../../../core/src/errors/memspec-error.js";
import { parseRunReport } from "../../../core/src/runs/parse-run-report.js";
import { sampleRun } from "../reports/sample-run.js";

const report = sampleRun({ files: 4, testsPerFile: 3, deathEvery: 4, leakEvery: 1 });

function refusal(source: unknown): { readonly code: string; readonly message: string } {
  try {
    parseRunReport(source, "run.json");
  } catch (error) {
    if (isMemspecError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error("it was taken");
}

const MISSING = Symbol("missing");

/** A copy with one place changed: "files.0.state". */
function changed(place: string, value: unknown): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(report));
  const keys = place.split(".");
  const last = keys.pop() ?? "";
  let parent = copy as Record<string, unknown>;
  for (const key of keys) parent = parent[key] as Record<string, unknown>;
  if (value === MISSING) delete parent[last];
  else parent[last] = value;
  return copy;
}

test("a report comes back as it was written, from text, from text with a byte order mark, and from a value", () => {
  const text = JSON.stringify(report);
  expect(parseRunReport(text)).toEqual(report);
  expect(parseRunReport(`\uFEFF${text}`)).toEqual(report);
  expect(parseRunReport(JSON.parse(text))).toEqual(report);
});

test.each(["later", "files.0.later", "files.0.tests.0.later", "machine.later"])(
  "a field that version 1 does not know is let pass: %s",
  (place) => {
    const grown = changed(place, { any: "thing" });
    expect(parseRunReport(grown)).toEqual(grown);
  },
);

test("what is no JSON is told as that, with the file's name", () => {
  const cut = JSON.stringify(report).slice(0, 500);
  expect(refusal(cut)).toMatchObject({ code: "MEMSPEC_REPORT_NOT_JSON", message: expect.stringContaining("run.json") });
  expect(refusal("")).toMatchObject({ code: "MEMSPEC_REPORT_NOT_JSON" });
});

test.each([["{}"], ["[]"], ["null"], ["3"], ['{"schema":"lcov","version":1}']])("%s is not a report", (text) => {
  expect(refusal(text).code).toBe("MEMSPEC_REPORT_FOREIGN");
});

test("a newer version is named, with who wrote it, whatever else is in it", () => {
  const { code, message } = refusal({ schema: "memspec-run", version: 2, memspec: "3.1.0", other: true });
  expect(code).toBe("MEMSPEC_REPORT_NEWER");
  expect(message).toContain("by memspec 3.1.0 in version 2");
  expect(message).toContain("up to version 1");
});

const SITE = { space: "heap", stack: 9999, bytes: 1, count: 1, estimated: true, peakBytes: null };
const DEAD = report.files.findIndex(({ death }) => death !== null);
const LEAKING = report.files.findIndex(({ leaks }) => leaks?.verdict === "leak");

test.each<[what: string, place: string, value: unknown, told: string]>([
  ["a field that is missing", "files.1.tests.2.breaches", MISSING, "files[1].tests[2].breaches is missing"],
  ["text for a number", "files.0.startedMs", "3", 'files[0].startedMs is "3", not a number'],
  ["a fraction of a byte", "files.0.modules.heap.peakBytes", 0.5, "files[0].modules.heap.peakBytes is 0.5"],
  ["a negative peak", "files.0.modules.total.peakBytes", -1, "files[0].modules.total.peakBytes is -1, not 0 or more"],
  ["a state there is not", "files.0.state", "green", 'files[0].state is "green", not one of "passed"'],
  ["null where nothing is unknown", "files.0.tests", null, "files[0].tests is null, not an array"],
  ["a version below 1", "version", 0, "version is 0, not 1"],
  ["a stack of no frame", "stacks.2.1", 100_000, "stacks[2][1] names frame 100000, which is not there"],
  ["a site of no stack", `files.${DEAD}.death.sites`, [SITE], `files[${DEAD}] names stack 9999`],
  ["a test's site of no stack", "files.0.tests.0.sites", [SITE], "files[0] names stack 9999"],
  ["a leak's site of no stack", `files.${LEAKING}.leaks.groups.0.site.stack`, 777, `files[${LEAKING}] names stack 777`],
])("a damaged report is refused with its place: %s", (_what, place, value, told) => {
  const { code, message } = refusal(changed(place, value));
  expect(code).toBe("MEMSPEC_REPORT_DAMAGED");
  expect(message).toContain(told);
});
