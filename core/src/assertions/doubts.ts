/** What makes a figure weaker than it looks, in sentences. */

import type { AssertableSpace, Measurement } from "../capture/measurement.js";
import { formatBytesExact } from "../sizes/format-size.js";
import { type FigureName, figureOf } from "./figures.js";
import { listOf } from "./frames.js";
import { counted } from "./numbers.js";

/**
 * The first line of a message where a space that counts by default cannot be counted; `null` where all can.
 *
 * @param spaces those that were asked about
 */
export function uncountedLine(measurement: Measurement, spaces: readonly AssertableSpace[]): string | null {
  const native = measurement.capabilities.native;
  if (native.available || !spaces.includes("native")) return null;
  return `Native memory is not counted: ${native.reason}.`;
}

/**
 * What was dropped because a capacity was full, and, for a peak, frees of memory older than the hooks: their size is
 * unknown, so the level did not fall by it. `null`: nothing.
 */
export function truncatedLine(measurement: Measurement, figure: FigureName): string | null {
  const { samplesDropped, blocksDropped, stacksDropped, unknownFrees } = measurement.truncated;
  const parts: string[] = [];
  if (samplesDropped > 0) parts.push(counted(samplesDropped, "sample"));
  if (blocksDropped > 0) parts.push(counted(blocksDropped, "block"));
  if (stacksDropped > 0) parts.push(counted(stacksDropped, "stack"));
  const dropped = parts.length === 0 ? "" : `${listOf(parts)} dropped`;
  const frees = unknownFrees === 0 || figure !== "peak" ? "" : `${counted(unknownFrees, "free")} of unknown size`;
  const told = [dropped, frees].filter((text) => text !== "");
  return told.length === 0 ? null : `Incomplete: ${told.join("; ")}.`;
}

/** Where between two bounds the true peak lies; `null`: it is exact. */
export function peakErrorLine(measurement: Measurement, figure: FigureName, limitBytes: number): string | null {
  const error = measurement.total.peakErrorBytes;
  if (figure !== "peak" || error === 0) return null;
  const upper = figureOf(measurement, "peak");
  const least = Math.max(0, upper - error);
  const doubt = least < limitBytes && limitBytes <= upper ? " It may be within the limit." : "";
  return `The true peak lies between ${formatBytesExact(least)} and ${formatBytesExact(upper)}.${doubt}`;
}
