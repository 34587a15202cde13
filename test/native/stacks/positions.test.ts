import { beforeAll, describe, expect, it } from "vitest";
import { type Frame, marked, runFixture, type Stack } from "./run-fixture.js";

interface Results {
  readonly results: Readonly<Record<string, Stack>>;
}

describe("a captured stack", () => {
  let stacks: Readonly<Record<string, Stack>>;
  beforeAll(async () => {
    stacks = (await runFixture<Results>("positions.cjs")).results;
  });
  const javascript = (name: string): readonly Frame[] =>
    (stacks[name]?.frames ?? []).filter((frame) => frame.kind === "javascript");
  const innermost = (name: string) => javascript(name)[0];

  it.each([
    ["constructor", "Session"],
    ["private method", "#hidden"],
    ["static method", "make"],
    ["getter", "get size"],
    ["end of recursion", "recursive"],
    ["after await", "later"],
    ["generator", "generate"],
    ["odd name", "a b:1:2"],
    ["callback", ""],
    ["replacer", ""],
  ])("has function, line and column of a call: %s", (name, functionName) => {
    expect(innermost(name)).toMatchObject({
      function: functionName,
      url: expect.stringMatching(/cases\.cjs$/),
      ...marked("cases.cjs", name, "capture("),
      lineIsFunction: false,
      inlined: false,
    });
  });

  it("has each frame of a recursion at its own call", () => {
    const position = marked("cases.cjs", "recursion", "recursive(");
    expect(javascript("end of recursion").slice(1, 4)).toEqual([
      expect.objectContaining(position),
      expect.objectContaining(position),
      expect.objectContaining(position),
    ]);
  });

  it("shows the builtin between a callback and its caller", () => {
    expect(stacks["callback"]?.frames.find((frame) => frame.kind === "builtin")?.function).toBe("ArrayMap");
  });

  it("has a line for code that was compiled before listening, or says that it is the function's", () => {
    const frame = innermost("compiled before listening");
    const position = marked("positions.cjs", "compiled before listening", frame?.lineIsFunction ? "() =>" : "capture(");
    expect(frame).toMatchObject({ function: "before", ...position });
  });

  it("has positions in evaluated code", () => {
    expect(innermost("new Function")).toMatchObject({ line: 3, column: 14, lineIsFunction: false });
    expect(innermost("eval")).toMatchObject({ line: 2, column: 14, lineIsFunction: false });
    expect(innermost("source URL")).toMatchObject({ url: "named.js", line: 1, column: 7, lineIsFunction: false });
  });

  it("counts a script's offsets in, and reads names with spaces and colons", () => {
    expect(innermost("vm.Script")).toMatchObject({ url: "/in a: folder/vm:1.js", function: "", line: 13, column: 9 });
  });

  it("has positions in ES modules", () => {
    expect(innermost("ES module")).toMatchObject({
      function: "inModule",
      url: expect.stringMatching(/^file:\/\/.*module\.mjs$/),
      ...marked("module.mjs", "ES module", "capture("),
    });
  });

  it("goes on below WebAssembly", () => {
    const frames = stacks["WebAssembly"]?.frames ?? [];
    expect(frames.filter((frame) => frame.url.endsWith("positions.cjs")).map((frame) => frame.function)).toEqual([
      "",
      "main",
    ]);
    expect(frames.filter((frame) => frame.kind === "builtin").map((frame) => frame.function)).toContainEqual(
      expect.stringMatching(/^wasm-function\[1\]|^run-1-/),
    );
  });

  it("keeps 128 frames and says when there were more", () => {
    expect(stacks["deep"]?.truncated).toBe(true);
    expect(stacks["deep"]?.frames).toHaveLength(128);
    expect(stacks["shallow"]?.truncated).toBe(false);
  });

  it("begins with the native caller of an allocation, and then has the line", () => {
    const frames = stacks["buffer"]?.frames ?? [];
    expect(frames[0]).toMatchObject({
      kind: "native",
      function: expect.stringMatching(/^node::.*Alloc/),
      url: expect.stringContaining("node"),
    });
    expect(frames.find((frame) => frame.url.endsWith("positions.cjs"))).toMatchObject(
      marked("positions.cjs", "buffer", "alloc("),
    );
  });

  it("has the script's source map, or an empty string", () => {
    expect(stacks["source map"]).toBe("data:application/json,{}");
    expect(stacks["no source map"]).toBe("");
  });

  it("is empty where nothing was captured", () => {
    expect(stacks["nothing"]).toEqual({ frames: [], truncated: false, nativeMissing: false });
  });
});
