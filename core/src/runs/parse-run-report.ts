/** Reads a report of a run: whatever comes out has the shape of run-report.ts. */

import { MemspecError, type MemspecErrorDetails } from "../errors/memspec-error.js";
import { showValue } from "../errors/show-value.js";
import { misfitOf } from "./json-schema.js";
import { type FileReport, RUN_REPORT_SCHEMA, RUN_REPORT_VERSION, type RunReport, type RunSite } from "./run-report.js";
import { RUN_REPORT_JSON_SCHEMA } from "./run-report-schema.js";

/**
 * Reads the JSON report of a run.
 *
 * @param source the text of the file, or the value that it was parsed to
 * @param name what messages call it: the file's path
 * @throws MemspecError `MEMSPEC_REPORT_NOT_JSON`, `MEMSPEC_REPORT_FOREIGN` (not a report of a run), `MEMSPEC_REPORT_NEWER`
 *   (written by a newer memspec, which is named), `MEMSPEC_REPORT_DAMAGED` (names the first place that does not fit)
 */
export function parseRunReport(source: unknown, name = "the report"): RunReport {
  const value = typeof source === "string" ? fromText(source, name) : source;
  const head = headOf(value);
  if (head?.schema !== RUN_REPORT_SCHEMA) {
    throw new MemspecError("MEMSPEC_REPORT_FOREIGN", `${name} is no report of a run by memspec.`, {
      ...(head?.schema === undefined ? {} : { value: head.schema }),
      hint: `Its "schema" is ${head?.schema === undefined ? "missing" : showValue(head.schema)}, not "${RUN_REPORT_SCHEMA}". Give the file that the option report.json names.`,
    });
  }
  if (typeof head.version === "number" && head.version > RUN_REPORT_VERSION) {
    const writer = typeof head.memspec === "string" ? ` by memspec ${head.memspec}` : "";
    throw new MemspecError(
      "MEMSPEC_REPORT_NEWER",
      `${name} was written${writer} in version ${head.version} of the format; this memspec reads up to version ${RUN_REPORT_VERSION}.`,
      { value: head.version, hint: "Use the memspec that wrote it, or a newer one." },
    );
  }
  const misfit = misfitOf(value, RUN_REPORT_JSON_SCHEMA) ?? wrongIndex(value as RunReport);
  if (misfit !== null) {
    throw damaged(name, `${misfit.path === "" ? "the value" : misfit.path} ${misfit.fact}`);
  }
  return value as RunReport;
}

function fromText(text: string, name: string): unknown {
  try {
    return JSON.parse(text.startsWith("\uFEFF") ? text.slice(1) : text);
  } catch (cause) {
    const details: MemspecErrorDetails = {
      cause,
      hint: `${(cause as Error).message}. Was the file written to its end?`,
    };
    throw new MemspecError("MEMSPEC_REPORT_NOT_JSON", `${name} is no JSON.`, details);
  }
}

function headOf(value: unknown): { readonly [key in "schema" | "version" | "memspec"]?: unknown } | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
}

function damaged(name: string, fact: string): MemspecError {
  return new MemspecError("MEMSPEC_REPORT_DAMAGED", `${name} is damaged: ${fact}.`, {
    hint: "Was it changed by hand or by another program? Run the tests again to write it anew.",
  });
}

/** What a schema cannot say: that indices point at something. */
function wrongIndex(report: RunReport): { readonly path: string; readonly fact: string } | null {
  for (const [index, stack] of report.stacks.entries()) {
    const wrong = stack.findIndex((frame) => frame >= report.frames.length);
    if (wrong >= 0)
      return { path: `stacks[${index}][${wrong}]`, fact: `names frame ${stack[wrong]}, which is not there` };
  }
  for (const [index, file] of report.files.entries()) {
    const wrong = sitesOfFile(file).find((site) => site.stack >= report.stacks.length);
    if (wrong !== undefined) return { path: `files[${index}]`, fact: `names stack ${wrong.stack}, which is not there` };
  }
  return null;
}

/** Every site that a file's report holds. */
function sitesOfFile(file: FileReport): readonly RunSite[] {
  const checks = [file.leaks, ...file.tests.map(({ leaks }) => leaks)].filter((leaks) => leaks !== null);
  const groups = checks.flatMap(({ groups, ignored }) => [...groups, ...ignored.map(({ group }) => group)]);
  return [
    ...file.sites,
    ...file.moduleSites,
    ...(file.death?.sites ?? []),
    ...file.tests.flatMap(({ sites }) => sites),
    ...groups.flatMap(({ site }) => (site === null ? [] : [site])),
  ];
}
