import { expect, test } from "vitest";
import { type SourceFile, sourcesBelow } from "./source-tree.js";

const MAX_LINES = 400;

const everything = [
  "core",
  "native",
  "plugin-vitest",
  "plugin-jest",
  "cli",
  "test",
  "docs",
  "example",
  "bench",
  "examples",
].flatMap((folder) => {
  try {
    return sourcesBelow(folder, [".ts", ".mts", ".cts", ".mjs", ".cjs", ".js", ".cc", ".h", ".md"]);
  } catch (error) {
    if ((error as { code?: unknown }).code === "ENOENT") return [];
    throw error;
  }
});
const code = everything.filter(({ file }) => !file.endsWith(".md"));

function tooLong(sources: readonly SourceFile[]): readonly string[] {
  return sources.filter(({ text }) => text.split("\n").length - 1 > MAX_LINES).map(({ file }) => file);
}

/** Marks of unfinished work, and paths of somebody's machine. Put together here so that this file does not hold them. */
const UNFINISHED = new RegExp(String.raw`\b(?:${["TO" + "DO", "FIX" + "ME", "X" + "XX"].join("|")})\b`, "u");
const MACHINE = /(?<![\w.])\/(?:work|home|root)\/(?!me\/|alice\/|user\/)\w+/u;

function matching(sources: readonly SourceFile[], pattern: RegExp): readonly string[] {
  return sources.flatMap(({ file, text }) =>
    text.split("\n").flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}`] : [])),
  );
}

test("no source file is longer than 400 lines", () => {
  expect(tooLong(code)).toEqual([]);
});

test("400 lines are not too long, 401 are", () => {
  expect(tooLong([{ file: "a.ts", text: "x\n".repeat(400) }])).toEqual([]);
  expect(tooLong([{ file: "a.ts", text: "x\n".repeat(401) }])).toEqual(["a.ts"]);
});

test("no file has marks of unfinished work", () => {
  expect(matching(code, UNFINISHED)).toEqual([]);
  expect(matching([{ file: "a.ts", text: `// ${"TO" + "DO"}: later` }], UNFINISHED)).toEqual(["a.ts:1"]);
});

test("no file names a path of somebody's machine", () => {
  expect(matching(everything, MACHINE)).toEqual([]);
  expect(matching([{ file: "a.ts", text: `const a = "${"/wo" + "rk/x"}";` }], MACHINE)).toEqual(["a.ts:1"]);
});
