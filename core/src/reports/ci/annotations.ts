/** Workflow commands of GitHub Actions: what broke, and what got better than its baseline, at the test's own line. Pure. */

import path from "node:path";
import type { RunReport, TestReport } from "../../runs/run-report.js";
import { improvedTests, improvementText } from "../baseline-lines.js";
import { type Subject, summariseRun, testName } from "../run-summary.js";
import { breachText, deathText, lastLevels, leakTypes } from "../sentences.js";

export interface AnnotationOptions {
  /** Absolute root of the run; paths of the report are relative to it. */
  readonly root: string;
  /** Absolute root of the checkout (`GITHUB_WORKSPACE`): annotations name files relative to it. */
  readonly workspace: string;
}

/** GitHub shows no more of each kind for one step. */
const MOST_SHOWN = 10;

interface Annotation extends Subject {
  readonly level: "error" | "warning" | "notice";
  readonly title: string;
  readonly text: string;
}

/** @returns lines that are commands, for the standard output of the step; errors first */
export function githubAnnotations(report: RunReport, options: AnnotationOptions): readonly string[] {
  const { deaths, breaches, leaks } = summariseRun(report);
  const all: readonly Annotation[] = [
    ...deaths.map(({ file, death }): Annotation => {
      const test =
        file.tests.find(({ name }) => death.test !== null && testName(name) === testName(death.test)) ?? null;
      const levels = lastLevels(death);
      const ran = death.test === null ? "no test ran" : `in ${testName(death.test)}`;
      return {
        file,
        test,
        level: "error",
        title: "A worker died",
        text: `${deathText(death)}, ${ran}${levels === "" ? "" : `; last read: ${levels}`}`,
      };
    }),
    ...breaches.map(
      ({ file, test, breach }): Annotation => ({
        file,
        test,
        level: levelOf(test.state),
        title: "Memory limit",
        text: `${testName(test.name)}: ${breachText(breach)}`,
      }),
    ),
    ...leaks.map(({ file, test, leaks: found }): Annotation => {
      const name = test === null ? "The file" : testName(test.name);
      return {
        file,
        test,
        level: levelOf((test ?? file).state),
        title: "Memory leak",
        text: `${name} leaks ${leakTypes(found)}`,
      };
    }),
    ...improvedTests(report).map(
      ({ file, test, improvement }): Annotation => ({
        file,
        test,
        level: "notice",
        title: "Better than the baseline",
        text: `${testName(test.name)}: ${improvementText(improvement)}; -u takes it over`,
      }),
    ),
  ];
  return (["error", "warning", "notice"] as const).flatMap((level) =>
    all
      .filter((annotation) => annotation.level === level)
      .slice(0, MOST_SHOWN)
      .map((annotation) => commandOf(annotation, options)),
  );
}

/** What let the test pass is a warning. */
function levelOf(state: TestReport["state"]): Annotation["level"] {
  return state === "failed" || state === "died" ? "error" : "warning";
}

function commandOf({ file, test, level, title, text }: Annotation, { root, workspace }: AnnotationOptions): string {
  const name = path.relative(workspace, path.resolve(root, file.path)).replaceAll("\\", "/");
  const properties = [
    `file=${escapeProperty(name)}`,
    ...(test?.line == null ? [] : [`line=${test.line}`]),
    ...(test?.line == null || test.column === null ? [] : [`col=${test.column}`]),
    `title=${escapeProperty(`memspec: ${title}`)}`,
  ];
  return `::${level} ${properties.join(",")}::${escapeData(text)}`;
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
