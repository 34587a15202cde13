/** Globs of the configuration: relative to the root, "/" between their parts. */

import path from "node:path";
import picomatch from "picomatch";

/** The name by which globs know a file. */
export function nameForGlobs(root: string, file: string): string {
  return path.relative(root, path.resolve(root, file)).replaceAll(path.sep, "/");
}

/** @param name as `nameForGlobs` gives it */
export function matchesGlob(glob: string, name: string): boolean {
  return picomatch(glob.replace(/^(!?)\.\//u, "$1"), { dot: true })(name);
}

/** What is wrong with a glob; `null`: nothing. */
export function globFault(glob: string): string | null {
  if (glob.trim() === "") return "an empty glob matches no file";
  return path.isAbsolute(glob) ? `the glob "${glob}" is an absolute path` : null;
}
