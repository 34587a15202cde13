/** What the plugin hands from Vitest's main process to the workers. */

import type { MemspecOptions } from "@memspec/core/adapter";

export interface ProvidedMemspec {
  readonly options: MemspecOptions;
  readonly root: string;
}

declare module "vitest" {
  interface ProvidedContext {
    memspec: ProvidedMemspec;
  }
}
