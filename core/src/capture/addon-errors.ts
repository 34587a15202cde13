import { ERROR_CODES, type MemspecErrorCode } from "../errors/codes.js";
import { isMemspecError, MemspecError } from "../errors/memspec-error.js";

/**
 * Runs a call into the addon and makes errors that the addon itself raised `MemspecError`s. All others come through as they
 * are: a measured function's own, and those that a measurement within it has already made.
 */
export function withAddonErrors<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw fromAddon(error) ?? error;
  }
}

function fromAddon(error: unknown): MemspecError | undefined {
  if (typeof error !== "object" || error === null || isMemspecError(error)) return undefined;
  const { code, message } = error as { code?: unknown; message?: unknown };
  const known = ERROR_CODES.find((candidate): candidate is MemspecErrorCode => candidate === code);
  if (known === undefined) return undefined;
  const fact = String(message);
  return new MemspecError(known, `${fact.charAt(0).toUpperCase()}${fact.slice(1)}.`, { cause: error });
}
