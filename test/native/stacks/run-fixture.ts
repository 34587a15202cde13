// Runs a program with the probe addon in a process of its own, under the Node that runs the tests.
import { execFile, execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { beforeAll } from "vitest";
import { buildProbe } from "./probe/build.mjs";

export interface Frame {
  readonly kind: "javascript" | "native" | "builtin" | "unknown";
  readonly function: string;
  readonly url: string;
  readonly scriptId: number;
  readonly line: number;
  readonly column: number;
  readonly lineIsFunction: boolean;
  readonly inlined: boolean;
}

export interface Stack {
  readonly frames: readonly Frame[];
  readonly truncated: boolean;
}

const fixtures = path.join(import.meta.dirname, "fixtures");
const nodeMajor = Number.parseInt(process.versions.node, 10);

/** V8 has Maglev switched on from Node 24. */
export const hasMaglev = nodeMajor >= 24;

/** The compiler takes a minute or two; no test is to wait for it in its own time. */
const BUILD_TIMEOUT_MS = 600_000;
beforeAll(() => {
  buildProbe();
}, BUILD_TIMEOUT_MS);

/** What the program printed as its last line, parsed. */
export async function runFixture<T>(
  name: string,
  args: readonly (string | number)[] = [],
  flags: readonly string[] = [],
): Promise<T> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...flags, path.join(fixtures, name), buildProbe(), ...args.map(String)],
    { env: { ...process.env, NODE_OPTIONS: "" }, maxBuffer: 1 << 28 },
  );
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as T;
}

/** Where `text` stands (1-based) on the line of a fixture that ends with the comment `// @mark`. */
export function marked(fixture: string, mark: string, text: string): { line: number; column: number } {
  const lines = readFileSync(path.join(fixtures, fixture), "utf8").split("\n");
  const line = lines.findIndex((one) => one.endsWith(`// @${mark}`));
  const column = lines[line]?.indexOf(text) ?? -1;
  if (column < 0) throw new Error(`${fixture} has no ${text} on a line marked @${mark}`);
  return { line: line + 1, column: column + 1 };
}

/** The code of V8's SamplingHeapProfiler::SampleObject in this Node, from its symbol table: where it starts and ends. */
export function sampleObject(): readonly [number, number] {
  const symbols = execFileSync("nm", ["-S", process.execPath], { encoding: "utf8", maxBuffer: 1 << 28 });
  const match = /^(\S+) (\S+) \S \S*SamplingHeapProfiler12SampleObjectEmm$/m.exec(symbols);
  if (!match?.[1] || !match[2]) throw new Error("this Node has no symbol of SampleObject");
  const start = Number.parseInt(match[1], 16);
  return [start, start + Number.parseInt(match[2], 16)];
}
