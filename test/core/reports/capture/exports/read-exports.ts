/** Every format read back, as much of it as has to agree with the view: by another's code where a format has one, else by its definition. */

import { gunzipSync } from "node:zlib";
import { parse } from "csv-parse/sync";
import { Profile } from "pprof-format";
import type { Gprof2dotFile } from "../../../../../core/src/reports/capture/exports/gprof2dot.js";
import type { ExportFormat } from "../../../../../core/src/reports/capture/exports/render-export.js";
import type { SpeedscopeFile } from "../../../../../core/src/reports/capture/exports/speedscope.js";
import type { HeapProfile, HeapProfileNode } from "../../../../../core/src/reports/heap-profile-builder.js";

/** Sums of one stack, told by the names of its functions. Innermost first. */
export interface ReadStack {
  readonly stack: readonly string[];
  readonly space: string | null;
  readonly bytes: number;
  /** `null`: the format has none. */
  readonly count: number | null;
}

export const READERS: Readonly<Record<ExportFormat, (content: string | Uint8Array) => readonly ReadStack[]>> = {
  speedscope: (content) => readSpeedscope(fromJson(content), 0),
  pprof: readPprof,
  heapprofile: (content) => readHeapProfile(fromJson(content)),
  csv: readCsv,
  gprof2dot: (content) => readGprof2dot(fromJson(content)),
};

export function sumOf(stacks: readonly ReadStack[], of: "bytes" | "count"): number | null {
  return stacks.reduce<number | null>((sum, stack) => (sum === null || stack[of] === null ? null : sum + stack[of]), 0);
}

function fromJson<Content>(content: string | Uint8Array): Content {
  return JSON.parse(content as string) as Content;
}

export function readSpeedscope({ shared, profiles }: SpeedscopeFile, profile: number): readonly ReadStack[] {
  const { samples = [], weights = [], name = "" } = profiles[profile] ?? {};
  const space = name.split(",")[0] ?? "";
  return samples.map((sample, index) => ({
    stack: sample.map((frame) => at(shared.frames, frame).name).reverse(),
    space: space === "all" ? null : space,
    bytes: at(weights, index),
    count: null,
  }));
}

function readPprof(content: string | Uint8Array): readonly ReadStack[] {
  const profile = decodePprof(content);
  const { strings } = profile.stringTable;
  const types = profile.sampleType.map(({ type }) => at(strings, Number(type)));
  const locations = new Map(profile.location.map((location) => [Number(location.id), location]));
  const functions = new Map(profile.function.map((each) => [Number(each.id), each]));
  return profile.sample.map(({ locationId, value, label }) => ({
    stack: locationId.map((id) => {
      const [line] = locations.get(Number(id))?.line ?? [];
      return at(strings, Number(functions.get(Number(line?.functionId))?.name));
    }),
    space:
      label.filter(({ key }) => at(strings, Number(key)) === "space").map(({ str }) => at(strings, Number(str)))[0] ??
      null,
    bytes: Number(at(value, types.indexOf("space"))),
    count: Number(at(value, types.indexOf("objects"))),
  }));
}

export function decodePprof(content: string | Uint8Array): Profile {
  return Profile.decode(gunzipSync(content as Uint8Array));
}

/** Of each node that has bytes of its own. */
function readHeapProfile({ head }: HeapProfile): readonly ReadStack[] {
  const stacks: ReadStack[] = [];
  const walk = (node: HeapProfileNode, callers: readonly string[], space: string): void => {
    if (node.selfSize > 0) stacks.push({ stack: callers, space, bytes: node.selfSize, count: null });
    for (const child of node.children) walk(child, [child.callFrame.functionName, ...callers], space);
  };
  for (const child of head.children) {
    const { functionName } = child.callFrame;
    const space = functionName === "(buffers)" || functionName === "(native)" ? functionName.slice(1, -1) : "heap";
    walk(child, space === "heap" ? [functionName] : [], space);
  }
  return stacks;
}

function readCsv(content: string | Uint8Array): readonly ReadStack[] {
  return csvRecords(content).map(({ stack = "", space = "", bytes, count }) => ({
    stack: [stack],
    space,
    bytes: Number(bytes),
    count: Number(count),
  }));
}

export function csvRecords(content: string | Uint8Array): readonly Readonly<Record<string, string>>[] {
  return parse(content as string, { columns: true, record_delimiter: "\r\n" });
}

function readGprof2dot({ functions, events }: Gprof2dotFile): readonly ReadStack[] {
  return events.map(({ callchain, cost: [bytes, count] }) => ({
    stack: callchain.map((index) => at(functions, index).name),
    space: null,
    bytes,
    count,
  }));
}

function at<Value>(values: readonly Value[], index: number): Value {
  const value = values[index];
  if (value === undefined) throw new RangeError(`there is no ${index} among ${values.length}`);
  return value;
}
