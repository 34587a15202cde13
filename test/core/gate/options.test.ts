import { describe, expect, test } from "vitest";
import { leakGateFor } from "../../../core/src/gate/options.js";
import { parseOptions } from "../../../core/src/limits/parse-options.js";

const modeOf = (options: object, file = "/project/src/a.test.ts") =>
  leakGateFor(parseOptions(options), "/project", file)?.mode ?? false;
const problem = (options: unknown): string => {
  try {
    parseOptions(options);
  } catch (error) {
    return `${(error as { code: string }).code} ${(error as Error).message.replaceAll("\n", " ")}`;
  }
  return "fine";
};

describe("leaks", () => {
  test("is off by default, and one word for all files", () => {
    expect([{}, { leaks: false }, { leaks: "test" }, { leaks: "file" }].map((options) => modeOf(options))).toEqual([
      false,
      false,
      "test",
      "file",
    ]);
  });

  test("may be a table: the last glob that matches holds, else the default", () => {
    const leaks = { default: "file", "src/**": "test", "./src/slow/**": false };
    expect(modeOf({ leaks })).toBe("test");
    expect(modeOf({ leaks }, "/project/src/slow/a.test.ts")).toBe(false);
    expect(modeOf({ leaks }, "/project/test/a.test.ts")).toBe("file");
    expect(modeOf({ leaks: { "src/**": "test" } }, "/project/test/a.test.ts")).toBe(false);
  });

  test("is nothing else", () => {
    expect(problem({ leaks: "tests" })).toContain('"tests" is no valid "leaks". Did you mean "test"?');
    expect(problem({ leaks: true })).toContain('true is no valid "leaks"');
    expect(problem({ leaks: null })).toContain('null is no valid "leaks"');
    expect(problem({ leaks: ["file"] })).toContain('is no valid "leaks"');
    expect(problem({ leaks: { "src/**": "fil" } })).toContain('"fil" is no valid "leaks["src/**"]"');
    expect(problem({ leaks: { "/src/**": "file" } })).toContain("is an absolute path");
    expect(problem({ leaks: { "": "file" } })).toContain("An empty glob matches no file");
    expect(problem({ leak: "file" })).toMatch(/MEMSPEC_UNKNOWN_OPTION .*Did you mean "leaks"/su);
  });
});

test("failOnLeak is true or false, and true by default", () => {
  const failOnLeak = (options: object) =>
    leakGateFor(parseOptions({ leaks: "file", ...options }), "/", "/a")?.failOnLeak;
  expect([failOnLeak({}), failOnLeak({ failOnLeak: false })]).toEqual([true, false]);
  expect(problem({ failOnLeak: "no" })).toContain('"no" is no valid "failOnLeak"');
});

describe("ignoreLeaks", () => {
  const reason = "a pool";
  const ignored = (entry: object, file: string) =>
    leakGateFor(parseOptions({ leaks: "file", ignoreLeaks: [entry] }), "/project", file)?.ignore;

  test("holds in all files, or in those that match", () => {
    expect(ignored({ type: "Session", reason }, "/project/a.test.ts")).toEqual([{ type: "Session", reason }]);
    const entry = { files: ["src/**", "lib/**"], type: /^Session/u, reason };
    expect(ignored(entry, "/project/lib/a.test.ts")).toEqual([{ type: /^Session/u, reason }]);
    expect(ignored(entry, "/project/test/a.test.ts")).toEqual([]);
    expect(ignored({ files: "test/**", file: "src/pool.ts", reason }, "/project/test/a.test.ts")).toHaveLength(1);
  });

  test.each([
    ["no reason", { type: "Session" }, 'undefined is no valid "ignore.reason"'],
    ["nothing named", { reason }, 'an "ignore" names nothing'],
    ["two things named", { type: "A", function: "b", reason }, 'an "ignore" names 2 things'],
    ["a glob that is none", { files: 3, type: "A", reason }, "3 is no glob"],
    ["no globs", { files: [], type: "A", reason }, "An empty list matches no file"],
    ["a function", { group: () => true, reason }, 'there is no option "group"'],
    ["a text", "Session", '"Session" is no valid "ignoreLeaks"'],
    ["a misspelt key", { typ: "A", reason }, 'there is no option "typ". Did you mean "type"?'],
  ])("%s is an error", (_, entry, text) => {
    expect(problem({ ignoreLeaks: [entry] })).toContain(text);
  });
});
