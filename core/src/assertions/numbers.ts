/** Numbers as messages show them. */

import { formatSize, groupDigits } from "../sizes/format-size.js";

/** Bytes of one site: "~" when they are an estimate. */
export function siteBytes(bytes: number, estimated: boolean): string {
  const size = formatSize(Math.round(bytes));
  return estimated ? `~${size}` : size;
}

/** A share in whole percent; what is there never reads as 0%, what is not all never as 100%. */
export function percent(part: number, whole: number): string {
  if (whole <= 0) return "";
  const share = (part / whole) * 100;
  if (share > 0 && share < 1) return "<1%";
  if (share > 99 && share < 100) return ">99%";
  return `${Math.round(share)}%`;
}

/** "1.23 times the limit"; "" where the ratio says nothing. */
export function ratioText(figure: number, limit: number): string {
  if (limit === 0) return "";
  const ratio = figure / limit;
  if (ratio >= 100) return `${groupDigits(Math.round(ratio))} times the limit`;
  if (ratio >= 0.005 && Math.abs(ratio - 1) < 0.005) return "";
  return ratio < 0.005 ? "less than 0.01 times the limit" : `${ratio.toFixed(2)} times the limit`;
}

const BAR_WIDTH = 20;

/** A bar as long as the share; what is there never has no bar. */
export function bar(part: number, whole: number): string {
  if (part <= 0 || whole <= 0) return "";
  return "█".repeat(Math.min(BAR_WIDTH, Math.max(1, Math.round((part / whole) * BAR_WIDTH))));
}

/** "1 sample", "12 samples". */
export function counted(count: number, word: string): string {
  return `${groupDigits(count)} ${word}${count === 1 ? "" : "s"}`;
}
