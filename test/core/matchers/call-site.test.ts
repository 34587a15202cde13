import { describe, expect, test } from "vitest";
import { captureCallSite, correctStatement, parseCallSite } from "../../../core/src/limits/call-site.js";

describe("the corrected line", () => {
  test.each([
    [["  expect(run).toRetainLessThan(1);"], 1, ["await expect(run).toRetainLessThan(1);"]],
    [["  void expect(run).not.toRetainLessThan(1);"], 1, ["void await expect(run).not.toRetainLessThan(1);"]],
    [["const e = ctx.expect(run).toRetainLessThan(1)"], 1, ["const e = await ctx.expect(run).toRetainLessThan(1)"]],
    [["expect.soft(run).toRetainLessThan(1)"], 1, ["await expect.soft(run).toRetainLessThan(1)"]],
    [
      ["if (a) expect(x).toBe(1); expect(run).toRetainLessThan(1)"],
      1,
      ["if (a) expect(x).toBe(1); await expect(run).toRetainLessThan(1)"],
    ],
    [["expect(() =>", "  run()).toRetainLessThan(1)"], 2, ["await expect(() =>", "run()).toRetainLessThan(1)"]],
    [
      ["  expect(() => {", "    a();", "    b();", "  }).toRetainLessThan(1);"],
      4,
      ["await expect(() => {", "  …", "}).toRetainLessThan(1);"],
    ],
  ])("%j has await before its own expect", (lines, line, corrected) => {
    expect(correctStatement(lines, line, "toRetainLessThan")).toEqual(corrected);
  });

  test.each([
    [["expect(run).toBe(1)"], 1],
    [["", "expect(run).toRetainLessThan(1)"], 1],
    [["inspect(run).toRetainLessThan(1)"], 1],
    [["expect(run).toRetainLessThan(1)"], 7],
    [["expect(a).toBe(1);", "memory(run).toRetainLessThan(1)"], 2],
    [["expect(a).toBe(1); memory(run).toRetainLessThan(1)"], 1],
  ])("%j at line %i shows no such call, and none is made up", (lines, line) => {
    expect(correctStatement(lines, line, "toRetainLessThan")).toBeNull();
  });
});

describe("the place of a call", () => {
  test("is the first frame that is neither Node's nor in node_modules", () => {
    const stack = [
      "Error",
      "    at Proxy.<anonymous> (file:///p/node_modules/@vitest/expect/dist/index.js:1872:38)",
      "    at Array.forEach (<anonymous>)",
      "    at new Promise (<anonymous>)",
      "    at process.run (node:internal/process/task_queues:1:1)",
      "    at async body (file:///p/my%20src/a.test.ts:12:34)",
      "    at next (/p/b.ts:1:1)",
    ].join("\n");
    expect(parseCallSite(stack)).toEqual({
      file: "/p/my src/a.test.ts",
      line: 12,
      stackLines: ["    at async body (file:///p/my%20src/a.test.ts:12:34)", "    at next (/p/b.ts:1:1)"],
    });
  });

  test("is no line of the message, and a frame after an await is as good as another", () => {
    const message = "all that it said\n    at /p/message.ts:1:1";
    const stack = `Error: ${message}\n    at async /p/a.test.ts:12:34`;
    expect(parseCallSite(stack, message)).toMatchObject({ file: "/p/a.test.ts", line: 12 });
  });

  test("is unknown where all frames are others'", () => {
    expect(parseCallSite("Error: x\n    at node:internal/a:1:1")).toMatchObject({ file: "", line: 0 });
    expect(parseCallSite("")).toEqual({ file: "", line: 0, stackLines: [] });
  });

  test("is found in this file, without the frames of the one who asks", () => {
    function asked() {
      return captureCallSite(asked);
    }
    const site = asked()();
    expect(site.file).toBe(import.meta.filename);
    expect(site.stackLines[0]).not.toContain("asked");
  });
});
