/** What the plugin hands from Vitest's main process to the workers. */

import type { CaptureMode, HardCapPlan, MemspecOptions } from "@memspec/core/adapter";
import type { BetweenTests } from "./each-hooks.js";

export interface ProvidedMemspec {
  readonly options: MemspecOptions;
  readonly root: string;
  /** Every test file has a process or thread of its own; Vitest says `false` for vm pools. */
  readonly isolate: boolean;
  readonly between: BetweenTests;
  /** `null`: nothing is observed. */
  readonly observe: {
    readonly sampleInterval: number;
    readonly hardCap: HardCapPlan | null;
    /** Heap snapshots of tests that fail for their memory. */
    readonly heapsnapshot: boolean;
    /** Captures of test files; `null`: none. */
    readonly capture: CaptureMode | null;
    readonly stateFolder: string;
    /** `null`: the run is in one piece. */
    readonly shard: { readonly index: number; readonly count: number } | null;
  } | null;
}

declare module "vitest" {
  interface ProvidedContext {
    memspec: ProvidedMemspec;
  }
}
