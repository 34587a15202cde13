/** The end of an observed run: what the option `report` asks for is printed and written. */

import path from "node:path";
import { compressCapture } from "../capture-files/recording/compress-capture.js";
import { parseReportOptions, type ReportOptions } from "../limits/report-options.js";
import type { RunReport } from "../runs/run-report.js";
import { writeArtifacts } from "./artifacts/write-artifacts.js";
import { writeFiles } from "./files.js";
import { renderRun } from "./render-run.js";

/**
 * Prints to the standard error: the standard output may be a report of the runner that a program reads.
 *
 * @param root absolute: paths of the options are relative to it
 * @returns a promise that is fulfilled once captures are compressed; everything else is done before it returns
 * @throws MemspecError `MEMSPEC_INVALID_OPTION`, `MEMSPEC_UNKNOWN_OPTION`, `MEMSPEC_FILE_UNWRITABLE`
 */
export function publishRun(
  report: RunReport,
  options: boolean | ReportOptions | undefined,
  root: string,
): Promise<void> {
  // What chalk looks at is the standard output.
  const colour = process.stderr.isTTY || process.env["FORCE_COLOR"] !== undefined ? undefined : false;
  const told = writeArtifacts(report, parseReportOptions(options).artifacts, root);
  const { terminal, files } = renderRun(told, options, { root, width: process.stderr.columns, colour });
  if (terminal !== "") process.stderr.write(`\n${terminal}`);
  writeFiles(files);
  return compressCaptures(told, root);
}

/** They take a fraction of their room then. One that cannot be compressed stays as it is. */
async function compressCaptures(report: RunReport, root: string): Promise<void> {
  for (const { artifacts = [] } of report.files) {
    for (const { kind, path: file } of artifacts) {
      if (kind === "capture") await compressCapture(path.resolve(root, file)).catch(() => undefined);
    }
  }
}
