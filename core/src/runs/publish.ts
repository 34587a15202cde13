/** The end of an observed run: its report goes to where the configuration wants it. */

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseReport, type ReportOptions } from "../observe/options.js";
import type { RunReport } from "./run-report.js";

/** What was written, by kind; `null`: not asked for. */
export interface Published {
  /** Absolute path. */
  readonly json: string | null;
}

/**
 * Writes the JSON report. It stands in one line: a run of ten thousand tests has megabytes of it.
 *
 * @param root absolute: what the paths of the options are relative to
 */
export function publishRun(report: RunReport, options: boolean | ReportOptions | undefined, root: string): Published {
  const { json } = parseReport(options, "memspec");
  if (json === false) return { json: null };
  const file = path.resolve(root, json);
  makeFolder(path.dirname(file));
  writeFileSync(file, `${JSON.stringify(report)}\n`);
  return { json: file };
}

/** A folder of memspec's own is no business of the repository. */
function makeFolder(folder: string): void {
  const made = mkdirSync(folder, { recursive: true });
  if (made !== undefined && path.basename(folder) === ".memspec") writeFileSync(path.join(folder, ".gitignore"), "*\n");
}
