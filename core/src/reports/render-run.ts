/** Everything that is said of a run at its end, as the option `report` asks for it. */

import path from "node:path";
import { parseReportOptions, type ReportOptions, type ReportPlan } from "../limits/report-options.js";
import type { RunReport } from "../runs/run-report.js";
import { githubAnnotations } from "./ci/annotations.js";
import { renderJunit } from "./ci/junit.js";
import { renderMarkdown } from "./ci/markdown.js";
import type { WrittenFile } from "./files.js";
import { renderHtml } from "./html/render-html.js";
import { renderTerminal } from "./terminal/terminal.js";

export interface RenderContext {
  /** Absolute root of the run: files of the options are relative to it. */
  readonly root: string;
  /** Whether to colour; `undefined`: what the process's output can show. */
  readonly colour?: boolean | undefined;
  /** Columns of the terminal; default 100. */
  readonly width?: number | undefined;
  /** Default: the process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface RenderedRun {
  /** To print; "" for nothing. In GitHub Actions it ends with workflow commands. */
  readonly terminal: string;
  /** For `writeFiles`. */
  readonly files: readonly WrittenFile[];
}

/**
 * Renders a run's report as the option `report` asks.
 *
 * Synchronous: a reporter may have to speak while its process ends.
 *
 * @param options `undefined` and `true`: the defaults; `false`: nothing
 * @throws MemspecError `MEMSPEC_INVALID_OPTION`, `MEMSPEC_UNKNOWN_OPTION`
 */
export function renderRun(
  report: RunReport,
  options: boolean | ReportOptions | undefined,
  context: RenderContext,
): RenderedRun {
  const plan = parseReportOptions(options);
  const env = context.env ?? process.env;
  const text = plan.terminal === "silent" ? "" : renderTerminal(report, { ...context, detail: plan.terminal });
  const github = onGithub(plan, env);
  const commands = github ? annotationsOf(report, context.root, env) : "";
  return { terminal: text + commands, files: filesOf(report, plan, context.root, github ? env : {}) };
}

function onGithub(plan: ReportPlan, env: Readonly<Record<string, string | undefined>>): boolean {
  return plan.github === "auto" ? env["GITHUB_ACTIONS"] === "true" : plan.github;
}

function annotationsOf(report: RunReport, root: string, env: Readonly<Record<string, string | undefined>>): string {
  const workspace = env["GITHUB_WORKSPACE"] || root;
  return githubAnnotations(report, { root, workspace })
    .map((line) => `${line}\n`)
    .join("");
}

function filesOf(
  report: RunReport,
  plan: ReportPlan,
  root: string,
  env: Readonly<Record<string, string | undefined>>,
): readonly WrittenFile[] {
  const files: WrittenFile[] = [];
  const add = (name: string, text: string, append = false): number =>
    files.push({ path: path.resolve(root, name), text, append });
  if (plan.json !== null) add(plan.json, `${JSON.stringify(report)}\n`);
  if (plan.html !== null) add(plan.html, renderHtml(report));
  if (plan.junit !== null) add(plan.junit, renderJunit(report));
  const summary = env["GITHUB_STEP_SUMMARY"];
  if (summary) add(summary, renderMarkdown(report), true);
  return files;
}
