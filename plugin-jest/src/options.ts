/** `testEnvironmentOptions.memory`: where Jest lets a plugin have options, per project and per file (docblock). */

import type { MemspecOptions } from "@memspec/core/adapter";
import { parseOptions } from "@memspec/core/adapter";

/** The options of Jest's environment, of which `memory` is ours. */
export interface EnvironmentOptions {
  readonly memory?: unknown;
  readonly [key: string]: unknown;
}

/** Parts ours from what the base environment may see: Jest's Node environment makes every option a global of the sandbox. */
export function splitOptions(options: EnvironmentOptions): {
  readonly memory: MemspecOptions;
  readonly others: EnvironmentOptions;
} {
  const { memory, ...others } = options;
  return { memory: parseOptions(memory ?? {}), others };
}
