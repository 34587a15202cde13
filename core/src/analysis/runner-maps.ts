/**
 * Source maps that a test runner keeps to itself instead of writing them into the code that it made (Vitest from 5.1.1 on).
 * Whoever runs the tests says where they are. On the global object: a vm pool or a sandbox may have several cores.
 */

/** @returns the map's JSON for a script, `null` when there is none */
export type FindSourceMap = (script: string) => string | null;

const KEY = Symbol.for("memspec.sourceMaps");

export function provideSourceMaps(find: FindSourceMap): void {
  (globalThis as Record<symbol, unknown>)[KEY] = find;
}

export function runnerSourceMap(script: string): string | null {
  const find = (globalThis as Record<symbol, unknown>)[KEY] as FindSourceMap | undefined;
  return find?.(script) ?? null;
}
