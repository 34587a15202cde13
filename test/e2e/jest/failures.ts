/** Reads what Jest wrote about failures, beside and independent of the snapshots: `vitest -u` must not be able to change it. */

/** The tests that Jest says failed, by file. */
export function failures(output: string): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  let file = "";
  for (const line of output.split("\n")) {
    file = /^(?:PASS|FAIL) (?<file>.+)$/.exec(line)?.groups?.["file"] ?? file;
    const name = /^\s+✕ (?<name>.+)$/.exec(line)?.groups?.["name"];
    if (name !== undefined) found[file] = [...(found[file] ?? []), name];
  }
  return found;
}

/** What Jest says about one failed test: from its title to the next one's. */
export function failureOf(output: string, file: string, title: string): string {
  const ofFile = output.split(/^(?=(?:PASS|FAIL) |Test Suites: )/m).find((block) => block.startsWith(`FAIL ${file}\n`));
  const found = ofFile?.split(/^(?= {2}● )/m).find((block) => block.startsWith(`  ● ${title}\n`));
  if (found === undefined) throw new Error(`${file} has no failed test "${title}":\n${output}`);
  return found;
}

export interface NamedPlace {
  readonly space: string;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** The line is that of the function's beginning, and the message says so. */
  readonly isFunction: boolean;
}

const PLACE =
  /^ +~[^\n%]*% {2,}(?<space>\w+) {2,}(?<name>\S+) {2,}(?<file>[^\s:]+):(?<line>\d+):\d+(?<isFunction> \(function\))?$/m;

/** The place that a failure names first. */
export function firstPlace(failure: string): NamedPlace {
  const { space = "", name = "", file = "", line = "", isFunction } = PLACE.exec(failure)?.groups ?? {};
  if (line === "") throw new Error(`no place is named:\n${failure}`);
  return { space, name, file, line: Number(line), isFunction: isFunction !== undefined };
}

/** The code frame's line (`>  9 |   code`) and the first frame of the stack, of each failed test of a file. */
export function pointedLines(output: string, file: string): Record<string, string> {
  const ofFile = output.split(/^(?=(?:PASS|FAIL) |Test Suites: )/m).find((block) => block.startsWith(`FAIL ${file}\n`));
  const found: Record<string, string> = {};
  for (const block of ofFile?.split(/^(?= {2}● )/m).slice(1) ?? []) {
    const title = /^ {2}● (?<title>.+)$/m.exec(block)?.groups?.["title"] ?? "";
    found[title] = /^ +> +\d+ \| +(?<code>.*)$/m.exec(block)?.groups?.["code"] ?? "";
  }
  return found;
}
