import prettyBytes from "pretty-bytes";

/** From here on three digits would need a unit that sizes do not have, or pass the largest safe integer. */
const LARGEST_ROUNDED = 999.5e12;

/**
 * The human form of a size: at most three digits and a decimal unit, as in "61.3 MB", the same in every locale.
 *
 * @param bytes whole bytes; negative for a difference; `null` for unknown
 * @returns a string that `parseSize` reads (when not negative), or "n/a" for `null`
 */
export function formatSize(bytes: number | null): string {
  if (bytes === null) return "n/a";
  if (Math.abs(bytes) < 1000 || Math.abs(bytes) >= LARGEST_ROUNDED) return `${bytes} B`;
  return prettyBytes(bytes);
}

/** Digits in groups of three, the same in every locale: 61310448 is "61,310,448". */
export function groupDigits(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/gu, ",");
}

/**
 * The human form and the exact bytes: "61.3 MB (61,310,448 B)"; below 1000 B the exact bytes alone.
 *
 * @param bytes whole bytes; negative for a difference; `null` for unknown
 * @returns a string that `parseSize` reads to the byte (when not negative), or "n/a" for `null`
 */
export function formatBytesExact(bytes: number | null): string {
  if (bytes === null) return "n/a";
  if (Math.abs(bytes) < 1000) return `${bytes} B`;
  return `${formatSize(bytes)} (${groupDigits(bytes)} B)`;
}
