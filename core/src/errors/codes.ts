/** Every error memspec raises on purpose. A code never changes its meaning; each has a heading in `docs/errors.md`. */
export const ERROR_CODES = [
  "MEMSPEC_INVALID_SIZE",
  "MEMSPEC_INVALID_OPTION",
  "MEMSPEC_UNKNOWN_OPTION",
  "MEMSPEC_INVALID_LIMIT",
  "MEMSPEC_LIMIT_EXCEEDED",
  "MEMSPEC_CONCURRENT_TEST",
  "MEMSPEC_NOT_A_FUNCTION",
  "MEMSPEC_NOT_AN_OBJECT",
  "MEMSPEC_FOREIGN_PROMISE",
  "MEMSPEC_NOT_AWAITED",
  "MEMSPEC_UNAVAILABLE",
  "MEMSPEC_ADDON_MISMATCH",
  "MEMSPEC_MEASUREMENT_CLOSED",
] as const;

export type MemspecErrorCode = (typeof ERROR_CODES)[number];
