/** What `memspec run` was asked to run: a script for Node, or a program. */

import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";
import { MemspecError } from "@memspec/core";

export interface RunTarget {
  /** "node": this Node itself; "program": something else, whose Node processes are recorded. */
  readonly kind: "node" | "program";
  /** What is started. */
  readonly file: string;
  readonly args: readonly string[];
  /** For the name of the file. */
  readonly name: string;
}

const SCRIPT = /\.[cm]?[jt]sx?$/u;

/**
 * A first word that is an option or the file of a script is for Node; anything else is a program, looked for on the PATH.
 *
 * @param words options of Node's, script or program, and its arguments
 * @throws MemspecError `MEMSPEC_NOT_RUNNABLE` when there is no such script or program
 */
export function runTargetOf(words: readonly string[], searchPath: string): RunTarget {
  const [first, ...rest] = words;
  if (first === undefined) {
    throw new MemspecError("MEMSPEC_NOT_RUNNABLE", "There is nothing to run.", {
      hint: 'Name a script or a program: memspec run app.js, memspec run -e "code", memspec run -- npm test.',
    });
  }
  if (first.startsWith("-")) {
    return { kind: "node", file: process.execPath, args: words, name: nameOfNode(words) };
  }
  if (SCRIPT.test(first)) {
    if (!isFile(first)) throw missing(first, `There is no file ${first}.`);
    return { kind: "node", file: process.execPath, args: words, name: nameOf(first) };
  }
  const program = programOf(first, searchPath);
  if (program === null) throw missing(first, `"${first}" is neither the file of a script nor a program on the PATH.`);
  return { kind: "program", file: program, args: rest, name: nameOf(first) };
}

function missing(value: string, fact: string): MemspecError {
  return new MemspecError("MEMSPEC_NOT_RUNNABLE", fact, {
    value,
    hint: "Scripts are named with their extension (app.js); what is behind -- is a program with its arguments (-- npm test).",
  });
}

/** Options of Node's that take the next word. */
const WITH_VALUE: ReadonlySet<string> = new Set([
  "-r",
  "--require",
  "--import",
  "--loader",
  "--experimental-loader",
  "-C",
  "--conditions",
  "--env-file",
  "--env-file-if-exists",
  "--title",
]);
const CODE = /^(?:-e|-p|-pe|--eval|--print)(?:=|$)/u;

function nameOfNode(words: readonly string[]): string {
  if (words.some((word) => CODE.test(word))) return "eval";
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    if (WITH_VALUE.has(word)) index += 1;
    else if (!word.startsWith("-")) return nameOf(word);
  }
  return "node";
}

/** "server" of "src/server.js"; without what names of files do not hold everywhere. */
function nameOf(file: string): string {
  const base = path.basename(file);
  const name = (SCRIPT.test(base) ? base.slice(0, base.lastIndexOf(".")) : base).replace(/[^\w.-]+/gu, "-");
  return name === "" ? "node" : name;
}

function programOf(name: string, searchPath: string): string | null {
  if (name.includes("/")) return isExecutable(name) ? name : null;
  for (const folder of searchPath.split(path.delimiter)) {
    const file = path.join(folder, name);
    if (folder !== "" && isExecutable(file)) return file;
  }
  return null;
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return isFile(file);
  } catch {
    return false;
  }
}
