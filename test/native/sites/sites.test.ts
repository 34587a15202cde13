// What the tracker names as the place of an allocation, against marks in the source; from cold code and from optimised code.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { addonPath } from "../measure/tracker.js";

interface Named {
  readonly function?: string;
  readonly line?: number;
  readonly exact: boolean;
  readonly coverage: number;
}

const fixture = path.join(import.meta.dirname, "fixtures/sites.cjs");
const probe = path.resolve(import.meta.dirname, "../probe/build/Release/probe.node");
const source = readFileSync(fixture, "utf8").split("\n");

function lineOf(mark: string): number {
  const index = source.findIndex((line) => line.endsWith(`// mark: ${mark}`));
  if (index < 0) throw new Error(`no mark ${mark}`);
  return index + 1;
}

const named = JSON.parse(
  execFileSync(process.execPath, [fixture, addonPath, probe], {
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "" },
  }),
) as Readonly<Record<string, Named>>;

test.each([
  ["buffer", "buffer", "makeBuffer"],
  ["native", "native", "makeNative"],
  ["method", "method", "Session"],
  ["cold", "heap", "makeHeap"],
])("cold code, %s: the line is the one of the allocation", (name, mark, functionName) => {
  expect(named[name]).toMatchObject({ function: functionName, line: lineOf(mark), exact: true });
});

// V8 does not always say which of two positions optimised code stands at; then the place is the function's, and says so.
test.each([
  ["hotBuffer", "buffer", "function makeBuffer"],
  ["hotMethod", "method", "  constructor(id)"],
  ["hot", "heap", "function makeHeap"],
])(
  "optimised code, %s: the line is the one of the allocation, or marked as the function's own",
  (name, mark, begins) => {
    const functionLine = source.findIndex((line) => line.startsWith(begins)) + 1;
    expect(named[name]?.line).toBe(named[name]?.exact ? lineOf(mark) : functionLine);
  },
);

test("the stacks cover what was allocated", () => {
  for (const name of ["buffer", "hotBuffer", "native", "method", "hotMethod"]) {
    expect(named[name]?.coverage, name).toBeGreaterThan(0.9);
  }
  // Estimates: 20,000 objects at an interval of 1 KiB are thousands of samples.
  expect(named["hot"]?.coverage).toBeGreaterThan(0.85);
  expect(named["hot"]?.coverage).toBeLessThan(1.15);
});
