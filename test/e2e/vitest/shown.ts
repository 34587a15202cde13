/** What Vitest prints below the message of a failed test. */

import type { VitestRun } from "./run-vitest.js";

export interface Shown {
  /** Frames of the stack as they are printed: `failing.test.ts:6:72`, with the function's name before it if it has one. */
  readonly frames: readonly string[];
  /** Where the code frame's arrow points: the printed line's number, `null` without a code frame. */
  readonly codeLine: number | null;
}

/** By title: file, suites and test, joined by " > ". Of several errors of a test, the frames of all, and the last code frame. */
export function shownOf(run: VitestRun): ReadonlyMap<string, Shown> {
  const shown = new Map<string, Shown>();
  for (const block of run.output.split(/^ FAIL +/m).slice(1)) {
    const [title = "", ...lines] = block.split("\n");
    const arrow = lines.findLastIndex((line) => /^ +\| +\^/.test(line));
    const codeLine = /^ +(\d+)\|/.exec(lines[arrow - 1] ?? "")?.[1];
    shown.set(title, {
      frames: lines.flatMap((line) => /^ ❯ (.*)$/.exec(line)?.[1] ?? []),
      codeLine: codeLine === undefined ? null : Number(codeLine),
    });
  }
  return shown;
}

/**
 * What should be printed for tests that each have one line in `source`, `test("name", … .matcher(…) …)`: the matcher's call
 * and nothing else.
 *
 * @param names of the tests
 */
export function matcherCalls(file: string, source: string, names: readonly string[]): ReadonlyMap<string, Shown> {
  const lines = source.split("\n");
  return new Map(
    names.map((name) => {
      const index = lines.findIndex((line) => line.startsWith(`test("${name}"`));
      const column = (lines[index] ?? "").search(/(?<=\.)to[A-Z]\w+\(/) + 1;
      return [`${file} > ${name}`, { frames: [`${file}:${index + 1}:${column}`], codeLine: index + 1 }];
    }),
  );
}

/** The names of the tests in a source in which each has one line. */
export function namesIn(source: string): readonly string[] {
  return [...source.matchAll(/^test\("([^"]+)"/gm)].map(([, name]) => name ?? "");
}
