/** Source maps of what Vitest transformed: from 5.1.1 on they are not in the code, but in the worker's state. */

/** The part of Vitest's worker state that this needs; not an official interface, so everything may be missing. */
interface WorkerState {
  readonly evaluatedModules?: {
    getModulesByFile?(file: string): Iterable<{ readonly meta?: { readonly sourceMap?: unknown } }> | undefined;
  };
}

/** JSON of the map of a file's transformed code; `null`: it has none, or it is written into the code. */
export function vitestSourceMap(file: string): string | null {
  const { __vitest_worker__: state } = globalThis as { readonly __vitest_worker__?: WorkerState };
  for (const { meta } of state?.evaluatedModules?.getModulesByFile?.(file) ?? []) {
    if (typeof meta?.sourceMap === "string") return meta.sourceMap;
  }
  return null;
}
