import path from "node:path";
import type { SourceFile } from "./source-tree.js";

/** Rooms of the core in the order of the stream: a room imports from itself and from rooms before it. */
export const CORE_ROOMS: readonly string[] = [
  "errors",
  "sizes",
  "capture",
  "analysis",
  "capture-files",
  "graph",
  "measure",
  "leaks",
  "observe",
  "baselines",
  "assertions",
  "gate",
  "limits",
  "matchers",
  "runs",
  "reports",
];

/** Rooms of the addon, likewise. */
export const NATIVE_ROOMS: readonly string[] = [
  "base",
  "hooks",
  "ledger",
  "recording",
  "packing",
  "stacks",
  "graph",
  "heap",
  "capture",
  "binding",
];

/** Data only, known to every room: what a runner gives. */
const SHARED_TYPES: readonly string[] = ["core/src/matchers/host.ts"];

const STATEMENT = /^\s*(?:import|export)\s(?:[^;"']*?\sfrom\s)?["']([^"']+)["']/gmu;
const DYNAMIC = /\b(?:import|require)\(\s*["']([^"']+)["']\s*\)/gu;

/** What a TypeScript file imports or re-exports, types included, as written. */
export function importsOf(text: string): readonly string[] {
  return [...text.matchAll(STATEMENT), ...text.matchAll(DYNAMIC)].map((match) => match[1] ?? "");
}

/** The file that a relative import means. */
function resolveImport(from: string, specifier: string): string {
  return path.posix
    .join(path.posix.dirname(from), specifier)
    .replace(/\.js$/u, ".ts")
    .replace(/\.cjs$/u, ".cts");
}

/** Imports of the core that point down the stream, or out of the core. */
export function wrongCoreImports(sources: readonly SourceFile[]): readonly string[] {
  const wrong: string[] = [];
  for (const { file, text } of sources) {
    const room = roomOf(file, "core/src/");
    for (const specifier of importsOf(text)) {
      if (specifier.startsWith("@memspec/") && specifier !== "@memspec/native") wrong.push(`${file}: ${specifier}`);
      if (!specifier.startsWith(".")) continue;
      const target = resolveImport(file, specifier);
      const targetRoom = roomOf(target, "core/src/");
      if (targetRoom === undefined) wrong.push(`${file}: ${specifier}`);
      else if (room !== "" && !SHARED_TYPES.includes(target) && rank(targetRoom) > rank(room ?? "")) {
        wrong.push(`${file}: ${specifier}`);
      }
    }
  }
  return wrong;
}

/** "" for the entry points, which may import every room; `undefined` outside. */
function roomOf(file: string, base: string): string | undefined {
  if (!file.startsWith(base)) return undefined;
  const rest = file.slice(base.length);
  return rest.includes("/") ? rest.slice(0, rest.indexOf("/")) : "";
}

function rank(room: string): number {
  const index = CORE_ROOMS.indexOf(room);
  // An entry point, and a room that nobody put into the order, come last: nothing may import them.
  return index === -1 ? CORE_ROOMS.length : index;
}

/** Imports of a plugin or the command that reach into the core by other ways than its entry points, or into another plugin. */
export function wrongPluginImports(sources: readonly SourceFile[]): readonly string[] {
  const wrong: string[] = [];
  for (const { file, text } of sources) {
    const base = file.slice(0, file.indexOf("/src/") + "/src/".length);
    for (const specifier of importsOf(text)) {
      const inside = specifier.startsWith(".") && resolveImport(file, specifier).startsWith(base);
      const allowed = specifier.startsWith(".")
        ? inside
        : !specifier.startsWith("@memspec/") ||
          /^@memspec\/core(?:\/adapter|\/worker|\/captures|\/reports)?$/u.test(specifier);
      if (!allowed) wrong.push(`${file}: ${specifier}`);
    }
  }
  return wrong;
}

const WHOLE_CORE = /^import\s(?!type\b)[^;"']*\sfrom "@memspec\/core(?:\/adapter)?"/mu;
const TYPES_ALONE = /^(?:import|export) type\s[^;"']*\sfrom "[^"]+";$/gmu;

/** Files that Vitest's setup file loads in every worker, and that load the whole core, which few workers need. */
export function wholeCoreInWorkers(sources: readonly SourceFile[]): readonly string[] {
  const texts = new Map(sources.map(({ file, text }) => [file, text.replaceAll(TYPES_ALONE, "")]));
  const loaded = new Set(["plugin-vitest/src/setup.ts"]);
  for (const file of loaded) {
    for (const specifier of importsOf(texts.get(file) ?? "")) {
      if (specifier.startsWith(".")) loaded.add(resolveImport(file, specifier));
    }
  }
  return [...loaded].filter((file) => WHOLE_CORE.test(texts.get(file) ?? ""));
}

/** Includes of the addon that point down the stream. Node-API and V8 belong to the rooms that need them, never to the ledger. */
export function wrongIncludes(sources: readonly SourceFile[]): readonly string[] {
  const wrong: string[] = [];
  for (const { file, text } of sources) {
    const room = file.split("/")[1] ?? "";
    for (const match of text.matchAll(/^#include [<"]([^>"]+)[>"]/gmu)) {
      const included = match[1] ?? "";
      const target = included.includes("/") ? (included.split("/")[0] ?? "") : "";
      const down = NATIVE_ROOMS.includes(target) && NATIVE_ROOMS.indexOf(target) > NATIVE_ROOMS.indexOf(room);
      const engine = room === "ledger" && /^(?:v8|node|napi|uv)\b/u.test(included);
      if (down || engine) wrong.push(`${file}: ${included}`);
    }
  }
  return wrong;
}

/** Files that import each other in a circle, each circle once, as a path. */
export function cycles(sources: readonly SourceFile[]): readonly string[] {
  const known = new Map(sources.map(({ file, text }) => [file, importsOf(text)]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, trail: readonly string[]): void => {
    const at = trail.indexOf(file);
    if (at !== -1) {
      found.push([...trail.slice(at), file].join(" -> "));
      return;
    }
    if (done.has(file)) return;
    for (const specifier of known.get(file) ?? []) {
      if (specifier.startsWith(".")) visit(resolveImport(file, specifier), [...trail, file]);
    }
    done.add(file);
  };
  for (const { file } of sources) visit(file, []);
  return found;
}
