/** A capture in gprof2dot's JSON format, for graphs of calls. */

import type { CaptureFrame } from "../../../capture-files/model/capture.js";
import { distinctName, type ExportSource, exportModel, stackOf, sumsByStack } from "./export-model.js";

/** gprof2dot's `schema.json`, version 0. It weighs by the first cost. */
export interface Gprof2dotFile {
  readonly version: 0;
  readonly costs: readonly { readonly description: string; readonly unit: string }[];
  readonly functions: readonly { readonly name: string; readonly module?: string }[];
  readonly events: readonly {
    /** Indices of functions, innermost first. */
    readonly callchain: readonly number[];
    readonly cost: readonly [bytes: number, count: number];
  }[];
}

export function toGprof2dot(source: ExportSource): Gprof2dotFile {
  const model = exportModel(source);
  const functions: { name: string; module?: string }[] = [];
  const numbers = new Map<string, number>();
  // A function is one box, whichever of its lines allocates.
  const numberOf = (frame: CaptureFrame): number => {
    const name = distinctName(frame);
    const key = `${name}\n${frame.file}`;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, functions.length);
    return functions.push(frame.file === "" ? { name } : { name, module: frame.file }) - 1;
  };
  const events = sumsByStack(model.rows).map(({ node, bytes, count }) => ({
    callchain: stackOf(source.tree, node).map(numberOf),
    cost: [bytes, count] as const,
  }));
  return {
    version: 0,
    costs: [
      { description: "Memory", unit: "bytes" },
      { description: "Allocations", unit: "count" },
    ],
    functions,
    events,
  };
}
