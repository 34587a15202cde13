/** How a program is told to record itself. */

import { accessSync, constants, existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { MemspecError } from "@memspec/core";
import type { RunTarget } from "./run-target.js";

/** Stands in the name of a file for the process's id. */
export const PROCESS_ID = "%p";

export interface RecordingChoice {
  /** Absolute. With `%p` where each process has a file of its own. */
  readonly file: string;
  readonly overwrite: boolean;
  readonly nativeStacks: boolean;
  readonly aggregate: boolean;
  readonly heapInterval?: number | "exact";
  readonly follow: boolean;
  /** The same for all files of one command. */
  readonly run: string;
}

/**
 * @param given what `-o` says; without it the name is made of that of the program
 * @param several child processes are recorded, too: their files differ in the process's id
 */
export function captureFileOf(given: string | undefined, target: RunTarget, several: boolean): string {
  const file = path.resolve(given ?? `memspec-${target.name}.${PROCESS_ID}.memspec`);
  if (!several || path.basename(file).includes(PROCESS_ID)) return file;
  const { dir, name, ext } = path.parse(file);
  return path.join(dir, `${name}.${PROCESS_ID}${ext}`);
}

/**
 * Looks before anything runs.
 *
 * @throws MemspecError `MEMSPEC_FILE_EXISTS`, `MEMSPEC_FILE_UNWRITABLE`
 */
export function checkCaptureFile({ file, overwrite }: RecordingChoice): void {
  const folder = path.dirname(file);
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const reason = (cause as Error).message.replace(/, \w+(?: '.*')?$/u, "");
    throw new MemspecError("MEMSPEC_FILE_UNWRITABLE", `${file} cannot be written: ${reason}.`, { value: file, cause });
  }
  if (overwrite || !existsSync(file)) return;
  throw new MemspecError("MEMSPEC_FILE_EXISTS", `${file} is already there.`, {
    value: file,
    hint: "Give --force to overwrite it, or another name with --output. Nothing was run.",
  });
}

/** Words that the program is started with, and its environment. */
export function recordingStart(
  target: RunTarget,
  choice: RecordingChoice,
  env: Readonly<Record<string, string | undefined>>,
): { readonly args: readonly string[]; readonly env: Readonly<Record<string, string | undefined>> } {
  const module = createRequire(import.meta.url).resolve("@memspec/core/record");
  const told = { ...env, MEMSPEC_RECORD: JSON.stringify(choice) };
  // Children that are to be recorded load it by themselves, however they are started.
  if (choice.follow)
    return { args: target.args, env: { ...told, NODE_OPTIONS: withModule(env["NODE_OPTIONS"], module) } };
  return { args: ["--require", module, ...target.args], env: told };
}

/** Node takes a word in double quotes, with backslashes before those within it. */
function withModule(before: string | undefined, module: string): string {
  const word = `"${module.replaceAll(/["\\]/gu, "\\$&")}"`;
  return [...(before === undefined || before === "" ? [] : [before]), `--require ${word}`].join(" ");
}
