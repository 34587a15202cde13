/** The formats that a view of a capture can be handed on in. */

import { toCsv } from "./csv.js";
import type { ExportSource } from "./export-model.js";
import { toGprof2dot } from "./gprof2dot.js";
import { captureToHeapProfile } from "./heap-profile.js";
import { toPprof } from "./pprof.js";
import { toSpeedscope } from "./speedscope.js";

export const EXPORT_FORMATS = ["speedscope", "pprof", "heapprofile", "csv", "gprof2dot"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/**
 * A view of a capture in a format of other tools. The bytes and counts of all stacks together are those of the view, rounded to whole numbers.
 *
 * @param source what was read; its tree may be folded
 * @returns a file's content: text, or bytes where the format is binary (pprof)
 */
export function renderExport(format: ExportFormat, source: ExportSource): string | Uint8Array {
  switch (format) {
    case "pprof":
      return toPprof(source);
    case "csv":
      return toCsv(source);
    case "speedscope":
      return json(toSpeedscope(source));
    case "heapprofile":
      return json(captureToHeapProfile(source));
    case "gprof2dot":
      return json(toGprof2dot(source));
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
