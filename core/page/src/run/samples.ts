/** A run's sites as samples of a flamegraph. */

import type { AssertableSpace, SourceFrame } from "../../../src/capture/measurement.js";
import type { RunReport, RunSite } from "../../../src/runs/run-report.js";
import type { FlameFrame, FlameSample } from "../shared/flame/tree.js";

export interface SampleOptions {
  readonly spaces: readonly AssertableSpace[];
  /** "bytes": all that was allocated; "peakBytes": alive at the peak. */
  readonly figure: "bytes" | "peakBytes";
}

export interface RunSamples {
  readonly samples: readonly FlameSample[];
  /** Bytes of sites that have no such figure: the heap's at the peak. */
  readonly unknownBytes: number;
}

export function samplesOf(sites: readonly RunSite[], report: RunReport, options: SampleOptions): RunSamples {
  const samples: FlameSample[] = [];
  let unknownBytes = 0;
  for (const site of sites) {
    if (!options.spaces.includes(site.space)) continue;
    const bytes = site[options.figure];
    if (bytes === null) unknownBytes += site.bytes;
    else samples.push({ stack: report.stacks[site.stack] ?? [], bytes, count: null, estimated: false });
  }
  return { samples, unknownBytes };
}

export function frameOf(id: number, report: RunReport): FlameFrame {
  const frame = report.frames[id];
  if (frame === undefined) return { name: "(anonymous)", place: "", owner: "native" };
  return {
    name: frame.functionName === "" ? "(anonymous)" : frame.functionName,
    place: placeOf(frame),
    owner: frame.owner,
  };
}

function placeOf({ file, line, column }: SourceFrame): string {
  if (file === "" || line === null) return file;
  return column === null ? `${file}:${line}` : `${file}:${line}:${column}`;
}
