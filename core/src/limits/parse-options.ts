import { validateOptions } from "../capture/validate-options.js";
import { type MemspecOptions, optionsOf } from "./option-table.js";
import { parseLimitsTable } from "./table.js";

/**
 * Checks the options of a plugin, when the configuration is loaded.
 *
 * @returns the options themselves: plain data, which can be handed to workers
 * @throws MemspecError `MEMSPEC_UNKNOWN_OPTION` (names the nearest right one), `MEMSPEC_INVALID_OPTION`,
 *   `MEMSPEC_INVALID_SIZE`, `MEMSPEC_INVALID_LIMIT`
 */
export function parseOptions(options: unknown): MemspecOptions {
  validateOptions(options, "memspec", optionsOf("configuration"));
  const given = (options ?? {}) as MemspecOptions;
  if (given.limits !== undefined) parseLimitsTable(given.limits);
  return given;
}
