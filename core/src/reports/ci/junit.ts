/** A JUnit file of its own: every test once, its memory as properties. docs/reports.md says how CI servers read it. Pure. */

import type { FileReport, RunFigures, RunReport, TestReport } from "../../runs/run-report.js";
import { summariseRun, testName } from "../run-summary.js";
import { breachText, deathText, leakTypes } from "../sentences.js";

type Attributes = Readonly<Record<string, string | number>>;

export function renderJunit(report: RunReport): string {
  const { testCount } = summariseRun(report);
  const suites = report.files.map((file) => suiteOf(file, report));
  const counts = countsOf(report.files.flatMap((file) => file.tests.map((test) => outcomeOf(test, file))));
  const head: Attributes = {
    name: "memspec",
    tests: testCount,
    failures: counts.failures,
    errors: counts.errors,
    ...(report.durationMs === null ? {} : { time: seconds(report.durationMs) }),
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    open("testsuites", head),
    ...suites.flat(),
    "</testsuites>",
    "",
  ].join("\n");
}

function suiteOf(file: FileReport, report: RunReport): readonly string[] {
  const ownFault = fileFault(file);
  const counts = countsOf([...file.tests.map((test) => outcomeOf(test, file)), ...ownFault]);
  const name = file.project === null ? file.path : `${file.project} ${file.path}`;
  const started = new Date(Date.parse(report.startedAt) + file.startedMs);
  return [
    `  ${open("testsuite", {
      name,
      tests: file.tests.length + ownFault.length,
      ...counts,
      time: seconds(file.durationMs),
      ...(Number.isNaN(started.getTime()) ? {} : { timestamp: started.toISOString() }),
    })}`,
    ...properties([...figureProperties(file.figures), ...leakProperties(file)], "    "),
    ...file.tests.flatMap((test) => caseOf(test, file, name)),
    ...ownFault.flatMap((outcome) => [
      `    ${open("testcase", { classname: name, name: "(leaks of the file)", file: file.path })}`,
      ...outcomeLines(outcome),
      "    </testcase>",
    ]),
    ...(file.death === null
      ? []
      : [`    <system-err>${escapeXml(`worker died: ${deathText(file.death)}`)}</system-err>`]),
    "  </testsuite>",
  ];
}

interface Outcome {
  readonly kind: "passed" | "failure" | "error" | "skipped";
  readonly type: string;
  readonly messages: readonly string[];
}

/** A file that fails for its leaks has no test that does. */
function fileFault({ state, leaks, tests }: FileReport): readonly Outcome[] {
  if (state !== "failed" || leaks?.verdict !== "leak" || tests.some((test) => test.state === "failed")) return [];
  return [{ kind: "failure", type: "memspec.leak", messages: [`leaks ${leakTypes(leaks)}`] }];
}

/** A test that failed for its own reason fails here too: whoever reads this file alone must not take it for green. */
function outcomeOf(test: TestReport, file: FileReport): Outcome {
  if (test.state === "skipped" || test.state === "todo") return { kind: "skipped", type: test.state, messages: [] };
  if (test.state === "died") {
    const why = file.death === null ? "the worker died" : deathText(file.death);
    return { kind: "error", type: "memspec.died", messages: [why] };
  }
  if (test.state === "passed") return { kind: "passed", type: "", messages: [] };
  if (test.breaches.length > 0)
    return { kind: "failure", type: "memspec.limit", messages: test.breaches.map(breachText) };
  if (test.leaks?.verdict === "leak") {
    return { kind: "failure", type: "memspec.leak", messages: [`leaks ${leakTypes(test.leaks)}`] };
  }
  return { kind: "failure", type: "test", messages: ["The test failed; its own error is in the runner's report."] };
}

function countsOf(outcomes: readonly Outcome[]): { failures: number; errors: number; skipped: number } {
  const count = (kind: Outcome["kind"]): number => outcomes.filter((outcome) => outcome.kind === kind).length;
  return { failures: count("failure"), errors: count("error"), skipped: count("skipped") };
}

function caseOf(test: TestReport, file: FileReport, classname: string): readonly string[] {
  const outcome = outcomeOf(test, file);
  const attributes: Attributes = {
    classname,
    name: testName(test.name),
    file: file.path,
    ...(test.line === null ? {} : { line: test.line }),
    ...(test.durationMs === null ? {} : { time: seconds(test.durationMs) }),
  };
  const inner = [
    ...properties([...figureProperties(test.figures), ...unattributed(test), ...leakProperties(test)], "      "),
    ...outcomeLines(outcome),
  ];
  if (inner.length === 0) return [`    ${open("testcase", attributes).replace(/>$/u, "/>")}`];
  return [`    ${open("testcase", attributes)}`, ...inner, "    </testcase>"];
}

function outcomeLines({ kind, type, messages }: Outcome): readonly string[] {
  if (kind === "passed") return [];
  if (kind === "skipped") return ["      <skipped/>"];
  const text = messages.join("\n");
  return [`      ${open(kind, { message: messages[0] ?? "", type })}${escapeXml(text)}</${kind}>`];
}

type Property = readonly [name: string, value: string | number];

function figureProperties(figures: RunFigures | null): readonly Property[] {
  if (figures === null) return [];
  const spaces = (["total", "heap", "buffers", "native"] as const).flatMap((space): Property[] => {
    const { peakBytes, allocatedBytes } = figures[space];
    return [
      ...(peakBytes === null ? [] : [[`memspec.${space}.peak-bytes`, peakBytes] as const]),
      ...(allocatedBytes === null ? [] : [[`memspec.${space}.allocated-bytes`, allocatedBytes] as const]),
    ];
  });
  return [...spaces, ["memspec.gc.count", figures.gc.count], ["memspec.gc.ms", figures.gc.durationMs]];
}

function leakProperties({ leaks }: TestReport | FileReport): readonly Property[] {
  return leaks === null ? [] : [["memspec.leaks", leaks.verdict]];
}

function unattributed(test: TestReport): readonly Property[] {
  return test.unattributed === null ? [] : [["memspec.unattributed", test.unattributed]];
}

function properties(list: readonly Property[], indent: string): readonly string[] {
  if (list.length === 0) return [];
  const lines = list.map(([name, value]) => `${indent}  ${open("property", { name, value }).replace(/>$/u, "/>")}`);
  return [`${indent}<properties>`, ...lines, `${indent}</properties>`];
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function open(name: string, attributes: Attributes): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`);
  return `<${name}${list.join("")}>`;
}

/** What XML 1.0 has no place for, not even escaped: control characters, halves of surrogate pairs. */
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

function escapeXml(text: string): string {
  return text
    .replaceAll(FORBIDDEN, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\n", "&#10;")
    .replaceAll("\r", "&#13;");
}
