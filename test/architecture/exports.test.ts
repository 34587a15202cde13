import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript-5.9";
import { expect, test } from "vitest";
import { ROOT } from "./source-tree.js";

/** Entry points by what users import, and the source each is made of. */
const ENTRIES: readonly (readonly [name: string, source: string])[] = [
  ["@memspec/core", "core/src/index.ts"],
  ["@memspec/core/adapter", "core/src/adapter.ts"],
  ["@memspec/core/worker", "core/src/worker.ts"],
  ["@memspec/core/captures", "core/src/captures.ts"],
  ["@memspec/core/reports", "core/src/reports.ts"],
  ["@memspec/native", "native/index.d.cts"],
];

/** Conditions of an entry, as far down as the path of its types. */
interface Conditions {
  readonly [condition: string]: string | Conditions;
}

/** The source that an entry's types were made from. */
function sourceOf(folder: string, entry: string | Conditions): string {
  if (typeof entry !== "string") return sourceOf(folder, Object.values(entry)[0] ?? "");
  const base = path.posix.basename(entry).replace(/\.d\.[cm]?ts$/u, "");
  const candidates = [".ts", ".cts", ".mts"].map((ending) => `${folder}/src/${base}${ending}`);
  return candidates.find((file) => existsSync(path.join(ROOT, file))) ?? "";
}

function pluginEntries(): readonly (readonly [name: string, source: string])[] {
  return ["plugin-vitest", "plugin-jest"].flatMap((folder) => {
    const manifest = JSON.parse(readFileSync(path.join(ROOT, folder, "package.json"), "utf8")) as {
      readonly name: string;
      readonly exports: Conditions;
    };
    return Object.entries(manifest.exports)
      .filter(([key]) => !key.endsWith(".json"))
      .map(([key, entry]) => [`${manifest.name}${key.slice(1)}`, sourceOf(folder, entry)] as const);
  });
}

const entries = [...ENTRIES, ...pluginEntries()];
const program = ts.createProgram(
  entries.map(([, source]) => path.join(ROOT, source)),
  {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    noEmit: true,
    skipLibCheck: true,
  },
);
const checker = program.getTypeChecker();

/** Exported names, types marked as such, in alphabetical order. */
function publicNames(source: string): readonly string[] {
  const file = program.getSourceFile(path.join(ROOT, source));
  const module = file === undefined ? undefined : checker.getSymbolAtLocation(file);
  return module === undefined ? [] : checker.getExportsOfModule(module).map(shown).sort();
}

function shown(symbol: ts.Symbol): string {
  const [declaration] = symbol.declarations ?? [];
  const target = (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
  const isType =
    (declaration !== undefined && ts.isTypeOnlyExportDeclaration(declaration)) ||
    (target.flags & ts.SymbolFlags.Value) === 0;
  return `${isType ? "type " : ""}${symbol.name}`;
}

test.each(entries)("what %s exports is what was decided", (_name, source) => {
  expect(source).not.toBe("");
  expect(publicNames(source)).toMatchSnapshot();
});
