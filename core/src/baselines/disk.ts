/** Baseline files on the disk: `__memory__/<test file>.json` beside the test file. */

import { lstatSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { MemspecError } from "../errors/memspec-error.js";

const FOLDER = "__memory__";

/**
 * Where the baselines of a test file are. Projects run the same file in other environments, perhaps at the same time: each has
 * a file of its own.
 *
 * @param testFile absolute
 * @param project Vitest's project or Jest's displayName; `null`: it has none
 */
export function baselinePath(testFile: string, project: string | null): string {
  const suffix =
    project === null ? "" : `@${project.replaceAll(/[^\w.-]+/gu, encodeURIComponent).replaceAll("*", "%2A")}`;
  return path.join(path.dirname(testFile), FOLDER, `${path.basename(testFile)}${suffix}.json`);
}

/**
 * @param name what messages call it
 * @returns `null`: there is none
 * @throws MemspecError `MEMSPEC_BASELINE_UNREADABLE`
 */
export function readBaselineText(file: string, name: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw new MemspecError("MEMSPEC_BASELINE_UNREADABLE", `${name} cannot be read: ${reasonOf(cause)}.`, {
      value: name,
      cause,
    });
  }
}

/**
 * Writes the whole file or nothing: whoever reads it sees the old text or the new one.
 *
 * @throws MemspecError `MEMSPEC_FILE_UNWRITABLE`; a symbolic link is not written through, for what is behind it may be anything
 */
export function writeBaselineText(file: string, name: string, text: string): void {
  const folder = path.dirname(file);
  const temporary = path.join(folder, `.${path.basename(file)}.${process.pid}-${Date.now()}.tmp`);
  refuseLinks(file, name);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(temporary, text, { flag: "wx" });
    renameSync(temporary, file);
  } catch (cause) {
    discard(temporary);
    throw unwritable(name, reasonOf(cause), cause);
  }
}

/** What was begun of a file; that it cannot be taken away is the lesser trouble. */
function discard(temporary: string): void {
  try {
    rmSync(temporary, { force: true });
  } catch {
    // It was never there: what should be its folder is none.
  }
}

/** The last entry is gone. The folder goes too, when nothing else is in it. */
export function removeBaselineFile(file: string, name: string): void {
  refuseLinks(file, name);
  try {
    rmSync(file, { force: true });
  } catch (cause) {
    throw unwritable(name, reasonOf(cause), cause);
  }
  try {
    rmdirSync(path.dirname(file));
  } catch {
    // Other files are in it.
  }
}

function refuseLinks(file: string, name: string): void {
  for (const place of [path.dirname(file), file]) {
    if (!isLink(place)) continue;
    const what = place === file ? "it" : `its folder ${FOLDER}`;
    throw unwritable(name, `${what} is a symbolic link`, undefined);
  }
}

function isLink(place: string): boolean {
  try {
    return lstatSync(place).isSymbolicLink();
  } catch {
    // What is not there is no link; what is in the way of it, writing tells.
    return false;
  }
}

function unwritable(name: string, reason: string, cause: unknown): MemspecError {
  return new MemspecError("MEMSPEC_FILE_UNWRITABLE", `${name} cannot be written: ${reason}.`, {
    value: name,
    hint: "The baselines of this test file are as they were before.",
    ...(cause === undefined ? {} : { cause }),
  });
}

/** "EACCES: permission denied", without the path, which the message has. */
function reasonOf(cause: unknown): string {
  return (cause as Error).message.replace(/, \w+(?: '.*')?$/u, "");
}
