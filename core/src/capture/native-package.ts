import { createRequire } from "node:module";

type Load = typeof import("@memspec/native").load;

/** The package's `load`, required when it is called and not imported: a worker whose tests measure nothing must not pay for it. */
export function load(): ReturnType<Load> {
  return (createRequire(import.meta.url)("@memspec/native") as { readonly load: Load }).load();
}
