/** The option `observe` of the configuration. docs/observation.md */

import { knownKeys } from "../capture/validate-options.js";
import { parseSize } from "../sizes/parse-size.js";
import type { Size } from "../sizes/size.js";

export interface ObserveOptions {
  /** Bytes between two samples of stacks; 0: no sites. Default 512 KiB. */
  readonly sampleInterval?: Size;
}

const DEFAULT_SAMPLE_INTERVAL = 512 * 1024;

const OBSERVE_KEYS: readonly (keyof ObserveOptions)[] = ["sampleInterval"];

/**
 * @param where the option, for messages
 * @returns `null`: nothing is to be observed
 * @throws MemspecError `MEMSPEC_INVALID_OPTION`, `MEMSPEC_UNKNOWN_OPTION`, `MEMSPEC_INVALID_SIZE`
 */
export function parseObserve(observe: unknown, where: string): { readonly sampleInterval: number } | null {
  if (observe === false) return null;
  if (observe === undefined || observe === true) return { sampleInterval: DEFAULT_SAMPLE_INTERVAL };
  const { sampleInterval } = knownKeys(observe, `${where}, observe`, OBSERVE_KEYS) as ObserveOptions;
  return { sampleInterval: sampleInterval === undefined ? DEFAULT_SAMPLE_INTERVAL : parseSize(sampleInterval) };
}
