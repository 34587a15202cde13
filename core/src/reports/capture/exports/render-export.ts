/** The formats that a view of a capture can be handed on in. */

import { foldStacks } from "../fold-stacks.js";
import { toCsv } from "./csv.js";
import type { ExportSource } from "./export-model.js";
import { toGprof2dot } from "./gprof2dot.js";
import { captureToHeapProfile } from "./heap-profile.js";
import { toPprof } from "./pprof.js";
import { toSpeedscope } from "./speedscope.js";

export const EXPORT_FORMATS = ["speedscope", "pprof", "heapprofile", "csv", "gprof2dot"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportOptions {
  /** Also frames of Node's internals, test runners and memspec. Default `false`: they are given to those who called them. */
  readonly allFrames?: boolean;
}

/**
 * A view of a capture in a format of other tools. The bytes and counts of all stacks together are those of the view.
 *
 * @returns a file's content: text, or bytes where the format is binary (pprof)
 */
export function renderExport(
  format: ExportFormat,
  source: ExportSource,
  { allFrames = false }: ExportOptions = {},
): string | Uint8Array {
  const shown = allFrames ? source : folded(source);
  switch (format) {
    case "pprof":
      return toPprof(shown);
    case "csv":
      return toCsv(shown);
    case "speedscope":
      return json(toSpeedscope(shown));
    case "heapprofile":
      return json(captureToHeapProfile(shown));
    case "gprof2dot":
      return json(toGprof2dot(shown));
  }
}

function folded(source: ExportSource): ExportSource {
  const { tree, nodeOf } = foldStacks(source.tree, false);
  const rows = source.view.rows.map((row) => ({ ...row, node: nodeOf[row.node] ?? 0 }));
  return { ...source, tree, view: { ...source.view, rows } };
}

function json(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
