/** Reports from files, and into them. Synchronous: a reporter may have to write while its process ends. */

import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { MemspecError } from "../errors/memspec-error.js";
import { parseRunReport } from "../runs/parse-run-report.js";
import type { RunReport } from "../runs/run-report.js";

/**
 * Reads the JSON report of a run from a file.
 *
 * @throws MemspecError `MEMSPEC_REPORT_UNREADABLE` and those of `parseRunReport`
 */
export function readRunReport(file: string): RunReport {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new MemspecError("MEMSPEC_REPORT_UNREADABLE", `${file} cannot be read: ${reasonOf(cause)}.`, {
      value: file,
      cause,
    });
  }
  return parseRunReport(text, file);
}

export interface WrittenFile<Content extends string | Uint8Array = string> {
  /** Absolute. */
  readonly path: string;
  readonly text: Content;
  /** Added to what is there, not instead of it: GitHub's step summary. */
  readonly append: boolean;
}

/**
 * Writes files, and makes the folders that they need.
 *
 * @param options `overwrite`: default `true`
 * @throws MemspecError `MEMSPEC_FILE_EXISTS` where a file is there and is not to be overwritten, `MEMSPEC_FILE_UNWRITABLE`
 */
export function writeFiles(
  files: readonly WrittenFile<string | Uint8Array>[],
  { overwrite = true }: { readonly overwrite?: boolean } = {},
): void {
  for (const file of files) {
    try {
      makeFolder(path.dirname(file.path));
      if (file.append) appendFileSync(file.path, file.text);
      else writeFileSync(file.path, file.text, { flag: overwrite ? "w" : "wx" });
    } catch (cause) {
      throw unwritten(file.path, cause, overwrite);
    }
  }
}

/** Makes a folder and those that it lies in. One of memspec's own is no business of the repository. */
export function makeFolder(folder: string): void {
  const made = mkdirSync(folder, { recursive: true });
  for (let at = folder; made !== undefined && at !== path.dirname(made); at = path.dirname(at)) {
    if (path.basename(at) === ".memspec") writeFileSync(path.join(at, ".gitignore"), "*\n");
  }
}

function unwritten(file: string, cause: unknown, overwrite: boolean): MemspecError {
  const details = { value: file, cause };
  if (!overwrite && (cause as NodeJS.ErrnoException).code === "EEXIST") {
    const hint = "Give --force to overwrite it, or another name.";
    return new MemspecError("MEMSPEC_FILE_EXISTS", `${file} is already there.`, { ...details, hint });
  }
  return new MemspecError("MEMSPEC_FILE_UNWRITABLE", `${file} cannot be written: ${reasonOf(cause)}.`, details);
}

/** "ENOENT: no such file or directory", without the path, which the message has. */
function reasonOf(cause: unknown): string {
  return (cause as Error).message.replace(/, \w+(?: '.*')?$/u, "");
}
