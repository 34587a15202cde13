/** Bytes and counts in words. */

import { formatSize, groupDigits } from "../../../src/sizes/format-size.js";

/** "~1,204 allocations" */
export function countText(count: number, estimated: boolean): string {
  const whole = Math.round(count);
  return `${estimated ? "~" : ""}${groupDigits(whole)} allocation${whole === 1 ? "" : "s"}`;
}

/** "+1.2 MB", "~−300 kB", "0 B": with a minus sign as wide as the plus. */
export function changeText(bytes: number, estimated: boolean): string {
  const whole = Math.round(bytes);
  if (whole === 0) return formatSize(0);
  return `${estimated ? "~" : ""}${whole > 0 ? "+" : "−"}${formatSize(Math.abs(whole))}`;
}

/** "1.234 s", "12.3 s" */
export function secondsText(us: number): string {
  const seconds = us / 1e6;
  if (seconds < 0.1) return `${Number((seconds * 1000).toFixed(1))} ms`;
  return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
}
