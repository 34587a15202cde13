/** Makes the output of a run the same on every machine and on every run, and no more equal than that. */

export interface NormaliseOptions {
  /** Replaced by `<project>`. */
  readonly projectRoot: string;
  /** Replaced by `<packages>`. */
  readonly installationRoot: string;
}

function escapeForPattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

export function normalise(text: string, options: NormaliseOptions): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: ANSI sequences begin with one.
      .replace(/\u001b\[[0-9;]*m/g, "")
      .replace(new RegExp(`(?:file://)?${escapeForPattern(options.projectRoot)}`, "g"), "<project>")
      .replace(new RegExp(`(?:file://)?${escapeForPattern(options.installationRoot)}`, "g"), "<packages>")
      .replace(/\bv\d+\.\d+\.\d+\b/g, "v<version>")
      .replace(/\b\d+(?:\.\d+)?(?:ms|s)\b/g, "<time>")
      .replace(/\b\d\d:\d\d:\d\d\b/g, "<clock>")
      .replace(/[ \t]+$/gm, "")
  );
}

/**
 * Replaces figures that may wobble (what the heap holds, and so what a sum with it holds) by `<size>`: both the human
 * figure and the exact bytes, and the width of the columns they stand in. For messages whose exact figures are not what the test is about.
 */
export function withoutSizes(text: string): string {
  return text
    .replace(/[\d,]+(?:\.\d+)? ?[kKMGT]?i?B \([\d,]+ B\)/g, "<size>")
    .replace(/\b[\d,]+(?:\.\d+)? (?:[kKMGT]i?)?B\b/g, "<size>")
    .split("\n")
    .map((line) => (/<size>|n\/a/.test(line) ? line.replace(/(?<=\S) {2,}/g, "  ") : line))
    .join("\n");
}

/**
 * Takes out of a message what depends on the versions of Node and of the runner, on what V8 has compiled for speed by then,
 * and on what the process did before. That is, and no more:
 * - how many frees had an unknown size ("Incomplete: …"),
 * - which file of Node's a place called into, and how many frames deeper the memory was allocated,
 * - how many callers and call paths are folded into a count, and whose they are,
 * - what Vitest calls the error of a test that timed out,
 * - what a variable on a retaining path is called: V8 does not name all that are in a block.
 *
 * Names, files and lines of the project stay as they are. They are exact for buffers and native memory, also in compiled
 * code. For the heap they are not always, and their order among equals is a matter of samples: no message that is compared
 * as a whole names places of the heap, `attribution.test.ts` looks at these.
 */
export function withoutSurroundings(text: string): string {
  return text
    .replace(/\n\n +Incomplete: .*(?=\n)/g, "")
    .replace(/ \(node:[^)]*\)+(?:, \d+ deeper)?/g, " (node)")
    .replace(/^ +(?:from|and by) \d+ .*\n/gm, "")
    .replace(/\bTestTimeoutError: Test timed out/g, "Error: Test timed out")
    .replace(/(?:\ba variable|\bvariable [\w$]+)(?= \()/g, "variable <name>");
}
