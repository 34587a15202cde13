/** Names of C++ and Rust functions as their sources have them, by Mozilla's demanglers (WebAssembly, loaded when first asked for). */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

/** The name as it is where it is not mangled, or in a way that is not known. */
export type Demangle = (name: string) => string;

/** As far as it is used here: Node's types leave it to those of browsers. */
interface WebAssemblyHost {
  readonly instantiate: (
    code: Uint8Array,
    imports: object,
  ) => Promise<{ readonly instance: { readonly exports: Readonly<Record<string, () => void>> } }>;
}

/** What the package's own module, which only bundlers can load, would do. */
interface Glue {
  readonly __wbg_set_wasm: (exports: Readonly<Record<string, () => void>>) => void;
  readonly demangle_any: (name: string) => string;
}

let loaded: Promise<Demangle> | undefined;

export function loadDemangler(): Promise<Demangle> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Demangle> {
  const { resolve } = createRequire(import.meta.url);
  const glue = (await import(pathToFileURL(resolve("gecko-profiler-demangle/index_bg.js")).href)) as Glue;
  const code = await readFile(resolve("gecko-profiler-demangle/index_bg.wasm"));
  const host = (globalThis as unknown as { readonly WebAssembly: WebAssemblyHost }).WebAssembly;
  const { instance } = await host.instantiate(code, { "./index_bg.js": { ...glue } });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports["__wbindgen_start"]?.();
  const known = new Map<string, string>();
  return (name) => {
    let text = known.get(name);
    if (text === undefined) {
      text = isMangled(name) ? demangled(glue, name) : name;
      known.set(name, text);
    }
    return text;
  };
}

function isMangled(name: string): boolean {
  return name.startsWith("_Z") || name.startsWith("_R") || name.startsWith("__Z");
}

/** GCC marks parts and copies of functions by suffixes, which are of no use to a reader and which demanglers stumble over. */
function demangled(glue: Glue, name: string): string {
  const suffix = /\.(?:cold|part|constprop|isra|lto_priv)\b[.\w]*$/.exec(name);
  return glue.demangle_any(suffix === null ? name : name.slice(0, suffix.index));
}
