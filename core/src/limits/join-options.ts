/** Options of one call or limit joined with those of the configuration. */

import type { CommonOptions } from "../capture/options.js";

/** Where a call chooses how stacks are taken, none of these comes from the configuration: they exclude each other. */
const STACK_KEYS: readonly (keyof CommonOptions)[] = ["stacks", "sampleInterval", "ignore"];

/**
 * What the call says wins over the configuration. Wrong options are left as they are, for validation to find.
 *
 * @param keys the options that the call takes: of the configuration only these count
 */
export function joinOptions(defaults: object, call: unknown, keys: readonly string[]): unknown {
  if (call !== undefined && (typeof call !== "object" || call === null || Array.isArray(call))) return call;
  const given: Record<string, unknown> = { ...call };
  const choosesStacks = STACK_KEYS.some((key) => given[key] !== undefined);
  const inherited = Object.entries(defaults).filter(
    ([key]) => keys.includes(key) && !(choosesStacks && (STACK_KEYS as readonly string[]).includes(key)),
  );
  return { ...Object.fromEntries(inherited), ...withoutUndefined(given) };
}

/** `{ warmup: undefined }` is no choice. */
function withoutUndefined(given: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
