/**
 * All of the core, which few test files need: what measures, judges and tells. It is loaded before a file that looks as if it
 * measured something, else when the file does so all the same.
 */

import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { ownWork } from "@memspec/core/worker";

type Core = typeof import("@memspec/core/adapter");

const NAME = "@memspec/core/adapter";

let loaded: Core | undefined;

/** Before a file that is going to need it. */
export async function loadWholeCore(): Promise<Core> {
  loaded ??= await import("@memspec/core/adapter");
  return loaded;
}

/** Whether `wholeCore` can load it: Node can require ES modules, and it is Node that has loaded this one, not Vite. */
export function loadsOnUse(): boolean {
  const { env } = import.meta as { readonly env?: unknown };
  return process.features.require_module === true && env === undefined;
}

/** Loaded with this call, unless it is there. Call it where `loadWholeCore` was called, or `loadsOnUse`. */
export function wholeCore(): Core {
  // The module that `import` would give, not the CommonJS one: there is one tracker, and what is known of it.
  loaded ??= ownWork((): Core => createRequire(import.meta.url)(fileURLToPath(import.meta.resolve(NAME))) as Core);
  return loaded;
}
