/** Has Vite compile the setup file before a worker asks for it: a worker takes longer to start, and waits for nobody then. */

import type { TestProject } from "vitest/node";

/** The part of Vite's environments that this needs, by structure: Vite may be of any version. */
interface Environment {
  warmupRequest?(url: string): Promise<void>;
}

/** @param file absolute */
export function warmUp({ config, vite }: TestProject, file: string): void {
  // Other environments of tests are compiled for as browsers are.
  if (config.environment !== "node") return;
  const { environments = {} } = vite as unknown as { readonly environments?: Readonly<Record<string, Environment>> };
  const name = config.pool === "vmForks" || config.pool === "vmThreads" ? "__vitest_vm__" : "ssr";
  // Whoever asks for the file is told what is wrong with it.
  void environments[name]?.warmupRequest?.(file).catch(() => undefined);
}
