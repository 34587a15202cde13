/** Figures of a whole capture as data: what `stats` shows, and gives as JSON. */

import type { CaptureInfo, CaptureReading, CaptureStatistics, CaptureView } from "../../capture-files/model/capture.js";
import { type FunctionRow, functionsOf } from "./by-function.js";
import { foldStacks } from "./fold-stacks.js";
import { captureNotes } from "./heading.js";
import { type PackageRow, packagesOf } from "./packages.js";

export interface StatisticsReport {
  readonly version: 1;
  readonly file: { readonly path: string; readonly bytes: number };
  readonly process: CaptureInfo["meta"]["process"];
  readonly startedAt: string;
  readonly contents: CaptureInfo["meta"]["contents"];
  /** Figures of the heap by place are exact; `false`: estimates from samples. */
  readonly heapIsExact: boolean;
  readonly threads: CaptureInfo["threads"];
  readonly statistics: CaptureStatistics;
  readonly collections: {
    readonly young: number;
    readonly full: number;
    readonly other: number;
    readonly durationUs: number;
  };
  /** Of everything allocated: the functions with the most bytes, and with the most allocations. */
  readonly functionsByBytes: readonly FunctionRow[];
  readonly functionsByCount: readonly FunctionRow[];
  readonly packagesByBytes: readonly PackageRow[];
  readonly packagesByCount: readonly PackageRow[];
  readonly notes: readonly string[];
}

export interface StatisticsOptions {
  /** Rows of each list. Default 5. */
  readonly limit?: number;
  readonly allFrames?: boolean;
}

const DEFAULT_LIMIT = 5;

/** @param allocated the view "allocated" of the reading, which places are taken from */
export function statisticsReport(
  reading: CaptureReading,
  allocated: CaptureView,
  info: CaptureInfo,
  { limit = DEFAULT_LIMIT, allFrames = false }: StatisticsOptions = {},
): StatisticsReport {
  const folded = foldStacks(reading.tree, allFrames);
  const { heapIsExact } = info;
  const functions = functionsOf(allocated, folded, { root: info.meta.process.cwd, heapIsExact }).filter(
    ({ ownBytes, ownCount }) => ownBytes > 0 || ownCount > 0,
  );
  const packages = packagesOf(allocated, folded, heapIsExact);
  return {
    version: 1,
    file: { path: info.path, bytes: info.bytes },
    process: info.meta.process,
    startedAt: info.meta.startedAt,
    contents: info.meta.contents,
    heapIsExact,
    threads: info.threads,
    statistics: reading.statistics,
    collections: collectionsOf(reading),
    functionsByBytes: functions.toSorted((a, b) => b.ownBytes - a.ownBytes).slice(0, limit),
    functionsByCount: functions.toSorted((a, b) => b.ownCount - a.ownCount).slice(0, limit),
    packagesByBytes: packages.slice(0, limit),
    packagesByCount: packages.toSorted((a, b) => b.count - a.count).slice(0, limit),
    notes: captureNotes(info),
  };
}

function collectionsOf({ timeline }: CaptureReading): StatisticsReport["collections"] {
  const counts = { young: 0, full: 0, other: 0 };
  let durationUs = 0;
  for (const { kind, beginUs, endUs } of timeline.collections) {
    counts[kind] += 1;
    durationUs += endUs - beginUs;
  }
  return { ...counts, durationUs };
}
