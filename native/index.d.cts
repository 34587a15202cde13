/** The binary's exports (`NativeBinding` in `@memspec/core`) and where it was found, or why there is none, in a sentence without a full stop. */
export type LoadResult =
  | { readonly binding: unknown; readonly path: string; readonly error?: never }
  | { readonly error: string; readonly binding?: never; readonly path?: never };

/**
 * Loads the native tracker for this platform and Node ABI, once. Never throws.
 * The environment variable `MEMSPEC_ADDON` names another binary, or `off`.
 */
export function load(): LoadResult;
