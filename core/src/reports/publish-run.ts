/** The end of an observed run: what the option `report` asks for is printed and written. */

import { parseReportOptions, type ReportOptions } from "../limits/report-options.js";
import type { RunReport } from "../runs/run-report.js";
import { writeArtifacts } from "./artifacts/write-artifacts.js";
import { writeFiles } from "./files.js";
import { renderRun } from "./render-run.js";

/**
 * Prints to the standard error: the standard output may be a report of the runner that a program reads.
 *
 * @param root absolute: paths of the options are relative to it
 * @throws MemspecError `MEMSPEC_INVALID_OPTION`, `MEMSPEC_UNKNOWN_OPTION`, `MEMSPEC_FILE_UNWRITABLE`
 */
export function publishRun(report: RunReport, options: boolean | ReportOptions | undefined, root: string): void {
  // What chalk looks at is the standard output.
  const colour = process.stderr.isTTY || process.env["FORCE_COLOR"] !== undefined ? undefined : false;
  const told = writeArtifacts(report, parseReportOptions(options).artifacts, root);
  const { terminal, files } = renderRun(told, options, { root, width: process.stderr.columns, colour });
  if (terminal !== "") process.stderr.write(`\n${terminal}`);
  writeFiles(files);
}
