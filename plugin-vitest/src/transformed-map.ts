/** Source maps of what Vite transformed, in the main process: from Vitest 5.1.1 on they are not in the code. */

import type { Vitest } from "vitest/node";

/** The part of Vite's module graphs that this needs, by structure: Vite may be of any version. */
interface Environment {
  readonly moduleGraph?: {
    getModulesByFile?(
      file: string,
    ): Iterable<{ readonly transformResult?: { readonly map?: unknown } | null }> | undefined;
  };
}

/** JSON of the map of a file's transformed code; `null`: none is known. */
export function transformedMap(vitest: Vitest, file: string): string | null {
  for (const { vite } of vitest.projects) {
    const { environments = {} } = vite as unknown as { readonly environments?: Readonly<Record<string, Environment>> };
    for (const { moduleGraph } of Object.values(environments)) {
      for (const { transformResult } of moduleGraph?.getModulesByFile?.(file) ?? []) {
        const map = transformResult?.map;
        if (typeof map === "object" && map !== null && "mappings" in map && map.mappings !== "")
          return JSON.stringify(map);
      }
    }
  }
  return null;
}
