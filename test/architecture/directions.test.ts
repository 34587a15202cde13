import { describe, expect, test } from "vitest";
import {
  CORE_ROOMS,
  cycles,
  importsOf,
  NATIVE_ROOMS,
  wholeCoreInWorkers,
  wrongCoreImports,
  wrongIncludes,
  wrongPluginImports,
} from "./directions.js";
import { type SourceFile, sourcesBelow } from "./source-tree.js";

const core = sourcesBelow("core/src", [".ts"]);
const plugins = ["plugin-vitest/src", "plugin-jest/src", "cli/src"].flatMap((folder) =>
  sourcesBelow(folder, [".ts", ".cts", ".mts"]),
);
const native = NATIVE_ROOMS.flatMap((room) => sourcesBelow(`native/${room}`, [".cc", ".h"]));

function planted(file: string, ...lines: string[]): SourceFile {
  return { file, text: lines.join("\n") };
}

describe("this house", () => {
  test("the core imports only up the stream", () => {
    expect(core.length).toBeGreaterThan(20);
    expect(wrongCoreImports(core)).toEqual([]);
  });

  test("every room of the core has its place in the stream", () => {
    const rooms = new Set(
      core
        .map(({ file }) => file.split("/"))
        .filter((parts) => parts.length > 3)
        .map((parts) => parts[2]),
    );
    for (const room of rooms) expect(CORE_ROOMS).toContain(room);
  });

  test("plugins and the command use the core through its entry points alone", () => {
    expect(wrongPluginImports(plugins)).toEqual([]);
  });

  test("Vitest's setup file loads no more of the core than every worker needs", () => {
    expect(plugins.some(({ file }) => file === "plugin-vitest/src/setup.ts")).toBe(true);
    expect(wholeCoreInWorkers(plugins)).toEqual([]);
  });

  test("the addon includes only up the stream", () => {
    expect(native.length).toBeGreaterThan(20);
    expect(wrongIncludes(native)).toEqual([]);
  });

  test("no files import each other in a circle", () => {
    expect(cycles(core)).toEqual([]);
    expect(cycles(plugins)).toEqual([]);
  });
});

describe("a planted fault is caught", () => {
  test("what Vitest's setup file loads of the whole core, even by another file", () => {
    const whole = ["import {", "  measure,", '} from "@memspec/core/adapter";'];
    const files = [
      planted("plugin-vitest/src/setup.ts", 'import { a } from "./a.js";', 'import type { B } from "./b.js";'),
      planted("plugin-vitest/src/a.ts", 'import { c } from "./c.js";'),
      planted("plugin-vitest/src/b.ts", ...whole),
      planted("plugin-vitest/src/c.ts", ...whole),
    ];
    expect(wholeCoreInWorkers(files)).toEqual(["plugin-vitest/src/c.ts"]);
  });

  test.each([
    ["an import down the stream", planted("core/src/sizes/a.ts", 'import { b } from "../capture/b.js";')],
    ["a type imported down the stream", planted("core/src/capture/a.ts", 'import type { B } from "../analysis/b.js";')],
    ["a re-export down the stream", planted("core/src/errors/a.ts", 'export * from "../sizes/b.js";')],
    ["a list on several lines", planted("core/src/errors/a.ts", "import {", "  b,", '} from "../sizes/b.js";')],
    ["a dynamic import down the stream", planted("core/src/errors/a.ts", 'const b = await import("../sizes/b.js");')],
    ["an import of an entry point", planted("core/src/errors/a.ts", 'import { b } from "../index.js";')],
    ["an import of a room without a place", planted("core/src/matchers/a.ts", 'import "../elsewhere/b.js";')],
    ["an import of a plugin's source", planted("core/src/errors/a.ts", 'import "../../../plugin-jest/src/b.js";')],
    ["an import of a plugin", planted("core/src/errors/a.ts", 'import "@memspec/vitest";')],
    ["an import of itself by name", planted("core/src/errors/a.ts", 'import "@memspec/core";')],
  ])("in the core: %s", (_what, source) => {
    expect(wrongCoreImports([source])).toHaveLength(1);
  });

  test("in the core, what points up the stream is no fault", () => {
    const fine = planted(
      "core/src/capture/a.ts",
      'import { x } from "../errors/b.js";',
      'import { y } from "./c.js";',
      'import { load } from "@memspec/native";',
      'import fs from "node:fs";',
    );
    const entry = planted("core/src/index.ts", 'export { z } from "./matchers/d.js";');
    expect(wrongCoreImports([fine, entry])).toEqual([]);
  });

  test.each([
    ["a path into the core", planted("plugin-jest/src/a.ts", 'import "../../core/src/index.js";')],
    ["a hidden file of the core", planted("plugin-jest/src/a.ts", 'import "@memspec/core/dist/esm/errors/codes.js";')],
    ["the addon", planted("plugin-vitest/src/a.ts", 'import { load } from "@memspec/native";')],
    ["another plugin", planted("plugin-vitest/src/a.ts", 'import "@memspec/jest";')],
  ])("in a plugin: %s", (_what, source) => {
    expect(wrongPluginImports([source])).toHaveLength(1);
  });

  test.each([
    ["an include down the stream", planted("native/base/a.h", '#include "hooks/hooks.h"')],
    ["the binding from the capture", planted("native/capture/a.cc", '#include "binding/report.h"')],
    ["V8 in the ledger", planted("native/ledger/a.cc", "#include <v8.h>")],
    ["Node in the ledger", planted("native/ledger/a.cc", "#include <node.h>")],
  ])("in the addon: %s", (_what, source) => {
    expect(wrongIncludes([source])).toHaveLength(1);
  });

  test("a circle of two files, of three, and of one", () => {
    const two = [planted("x/a.ts", 'import "./b.js";'), planted("x/b.ts", 'import "./a.js";')];
    expect(cycles(two)).toEqual(["x/a.ts -> x/b.ts -> x/a.ts"]);
    const three = [
      planted("x/a.ts", 'import "./b.js";'),
      planted("x/b.ts", 'import type { C } from "./c.js";'),
      planted("x/c.ts", 'import "./b.js";'),
    ];
    expect(cycles(three)).toEqual(["x/b.ts -> x/c.ts -> x/b.ts"]);
    expect(cycles([planted("x/a.ts", 'import "./a.js";')])).toHaveLength(1);
  });

  test("the word import in a comment or a text is no import", () => {
    expect(importsOf('// import "x"\nconst a = "import it from there";\n/** import { a } from "b" */')).toEqual([]);
  });
});
