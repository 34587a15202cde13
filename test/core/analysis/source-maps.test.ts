import { describe, expect, test } from "vitest";
import { toSourceFrame } from "../../../core/src/analysis/frames.js";
import { type MapSource, SourceMaps } from "../../../core/src/analysis/source-maps.js";
import { context, frame } from "./recordings.js";

/**
 * Generated line 3, columns 0 to 9 → parse.ts 10:4 (0-based line 9, column 4); from column 10 → parse.ts 12:0. Line 4 has
 * no mapping. VLQ by hand: A=0 C=1 I=4 S=9; "AASI" = [0, 0, 9, 4]; "UAEJ" = [10, 0, 2, -4]; line 4: "A" = no source.
 */
const MAP = { version: 3, sources: ["parse.ts"], names: [], mappings: ";;AASI,UAEJ;A" };

function inline(map: object): string {
  return `data:application/json;charset=utf-8;base64,${Buffer.from(JSON.stringify(map)).toString("base64")}`;
}

function maps(source: Partial<MapSource>): SourceMaps {
  return new SourceMaps({ sourceMapUrl: () => "", readText: () => null, ...source });
}

describe("positions in the source", () => {
  test.each([
    ["of the first segment", 3, 1, { file: "/app/src/parse.ts", line: 10, column: 5 }],
    ["within the first segment", 3, 10, { file: "/app/src/parse.ts", line: 10, column: 5 }],
    ["of the second segment", 3, 11, { file: "/app/src/parse.ts", line: 12, column: 1 }],
    ["without a mapping", 4, 5, null],
    ["before the first mapping", 1, 1, null],
    ["beyond the last line", 99, 1, null],
    ["with an unknown column", 3, 0, { file: "/app/src/parse.ts", line: 10, column: 5 }],
  ])("a position %s", (_what, line, column, expected) => {
    expect(maps({ sourceMapUrl: () => inline(MAP) }).lookUp(1, "/app/src/parse.ts", line, column)).toEqual(expected);
  });

  test("a map in a file beside the script is found relative to the script, its sources relative to the map", () => {
    const read: string[] = [];
    const lookups = maps({
      sourceMapUrl: () => "maps/parse.js.map",
      readText(path) {
        read.push(path);
        return JSON.stringify({ ...MAP, sources: ["../../src/parse.ts"] });
      },
    });
    expect(lookups.lookUp(1, "file:///app/dist/parse.js", 3, 1)).toEqual({
      file: "/app/src/parse.ts",
      line: 10,
      column: 5,
    });
    expect(read).toEqual(["/app/dist/maps/parse.js.map"]);
  });

  test.each([
    ["an absolute path", "/maps/a.map", "/maps/a.map"],
    ["a file URL", "file:///maps/a%20b.map", "/maps/a b.map"],
    ["an escaped relative path", "a%20b.map", "/app/dist/a b.map"],
  ])("the map's name may be %s", (_what, name, expected) => {
    const read: string[] = [];
    const readText = (path: string): null => {
      read.push(path);
      return null;
    };
    const lookups = maps({ sourceMapUrl: () => name, readText });
    lookups.lookUp(1, "/app/dist/parse.js", 3, 1);
    expect(read).toEqual([expected]);
  });

  test.each([
    ["a source root", { ...MAP, sourceRoot: "../src" }, "/app/src/parse.ts"],
    ["an absolute source", { ...MAP, sources: ["/elsewhere/parse.ts"] }, "/elsewhere/parse.ts"],
    ["a source that is a file URL", { ...MAP, sources: ["file:///elsewhere/parse.ts"] }, "/elsewhere/parse.ts"],
    ["a source of a bundler's scheme", { ...MAP, sources: ["webpack://app/./parse.ts"] }, "webpack://app/parse.ts"],
  ])("%s is resolved", (_what, map, file) => {
    expect(maps({ sourceMapUrl: () => inline(map) }).lookUp(1, "/app/dist/parse.js", 3, 1)).toMatchObject({ file });
  });

  test("a map of sections is read", () => {
    const sectioned = {
      version: 3,
      sections: [
        { offset: { line: 0, column: 0 }, map: { version: 3, sources: ["first.ts"], names: [], mappings: "AAAA" } },
        { offset: { line: 100, column: 0 }, map: MAP },
      ],
    };
    const lookups = maps({ sourceMapUrl: () => inline(sectioned) });
    expect(lookups.lookUp(1, "/app/all.js", 1, 1)).toMatchObject({ file: "/app/first.ts", line: 1 });
    expect(lookups.lookUp(1, "/app/all.js", 103, 1)).toMatchObject({ file: "/app/parse.ts", line: 10 });
  });

  test("a data URL that is percent-encoded is read", () => {
    const url = `data:application/json,${encodeURIComponent(JSON.stringify(MAP))}`;
    expect(maps({ sourceMapUrl: () => url }).lookUp(1, "/app/parse.js", 3, 1)).toMatchObject({ line: 10 });
  });
});

describe("maps that cannot be used leave the generated position, and say why", () => {
  test.each([
    ["no map", "", ""],
    ["a missing file", "gone.map", "cannot be read"],
    ["a map on a server", "https://maps.example/a.map", "lies on a server"],
    ["a data URL of garbage", "data:application/json;base64,!!!!", "is broken"],
    ["a data URL of truncated JSON", inline(MAP).slice(0, -30), "is broken"],
    ["a data URL with broken escapes", "data:application/json,%E0%A4%A", "is broken"],
    ["JSON that is no map", inline([1, 2]), "is broken"],
    ["null", `data:application/json,null`, "is broken"],
  ])("%s", (_what, url, problem) => {
    const lookups = maps({ sourceMapUrl: () => url });
    expect(lookups.lookUp(1, "/app/a.js", 3, 1)).toBe("unmapped");
    if (problem === "") expect(lookups.problem(1, "/app/a.js")).toBe("");
    else expect(lookups.problem(1, "/app/a.js")).toContain(problem);
  });

  test("mappings that are broken further in do not crash a lookup", () => {
    const lookups = maps({ sourceMapUrl: () => inline({ ...MAP, mappings: ";;!!!!,????" }) });
    expect(() => lookups.lookUp(1, "/app/a.js", 3, 1)).not.toThrow();
  });
});

describe("the cache", () => {
  test("reads a script's map once", () => {
    let reads = 0;
    const lookups = maps({
      sourceMapUrl() {
        reads += 1;
        return inline(MAP);
      },
    });
    for (let time = 0; time < 5; time += 1) lookups.lookUp(7, "/app/a.js", 3, 1);
    expect(reads).toBe(1);
  });

  test("forgets the script that was not used for the longest, and no more than it must", () => {
    const reads = new Map<number, number>();
    const lookups = maps({
      sourceMapUrl(scriptId) {
        reads.set(scriptId, (reads.get(scriptId) ?? 0) + 1);
        return "";
      },
    });
    for (let script = 0; script < 256; script += 1) lookups.lookUp(script, "", 1, 1);
    lookups.lookUp(0, "", 1, 1);
    lookups.lookUp(256, "", 1, 1);
    lookups.lookUp(0, "", 1, 1);
    lookups.lookUp(1, "", 1, 1);
    expect(reads.get(0)).toBe(1);
    expect(reads.get(1)).toBe(2);
  });

  test("asks nothing about frames without a script", () => {
    const lookups = maps({
      sourceMapUrl: () => {
        throw new Error("asked");
      },
    });
    expect(lookups.lookUp(-1, "", 1, 1)).toBe("unmapped");
  });
});

describe("frames", () => {
  const mapped = context({ sourceMapUrl: (scriptId) => (scriptId === 5 ? inline(MAP) : "") });

  test("get the position of the source and keep their function's name", () => {
    expect(toSourceFrame(frame("parse", "/app/src/parse.ts", 3, 12, { scriptId: 5, inlined: true }), mapped)).toEqual({
      kind: "javascript",
      functionName: "parse",
      file: "/app/src/parse.ts",
      line: 12,
      column: 1,
      lineIsFunction: false,
      inlined: true,
      owner: "user",
    });
  });

  test("of code that a transform added keep their file and have no line", () => {
    expect(toSourceFrame(frame("", "/app/src/parse.ts", 1, 1, { scriptId: 5 }), mapped)).toMatchObject({
      file: "/app/src/parse.ts",
      line: null,
      column: null,
    });
  });

  test("without a map keep the position they have, and an unknown one stays unknown", () => {
    expect(toSourceFrame(frame("f", "file:///app/a%20b.js", 7, 3), mapped)).toMatchObject({
      file: "/app/a b.js",
      line: 7,
      column: 3,
    });
    expect(toSourceFrame(frame("f", "/app/a.js", 7, 0), mapped)).toMatchObject({ line: 7, column: null });
    expect(toSourceFrame(frame("f", "/app/a.js", 0, 0), mapped)).toMatchObject({ line: null, column: null });
    expect(toSourceFrame(frame("f", "/app/a.js?v=1#x", 1, 1), mapped)).toMatchObject({ file: "/app/a.js" });
    expect(toSourceFrame(frame("f", "file://%zz", 1, 1), mapped)).toMatchObject({ file: "file://%zz" });
  });

  test("of a package stay the package's when its map names sources elsewhere", () => {
    const packaged = context({ sourceMapUrl: () => inline({ ...MAP, sources: ["/build/parse.ts"] }) });
    const url = "/app/node_modules/csv/dist/index.js";
    expect(toSourceFrame(frame("f", url, 3, 1, { scriptId: 5 }), packaged)).toMatchObject({
      file: "/build/parse.ts",
      owner: "dependency",
    });
  });

  test("of the user's bundle that map into node_modules are the package's", () => {
    const bundled = context({ sourceMapUrl: () => inline({ ...MAP, sources: ["../node_modules/csv/index.ts"] }) });
    expect(toSourceFrame(frame("f", "/app/dist/app.js", 3, 1, { scriptId: 5 }), bundled)).toMatchObject({
      file: "/app/node_modules/csv/index.ts",
      owner: "dependency",
    });
  });
});
