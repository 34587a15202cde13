/** A capture as a pprof profile: `go tool pprof`, Grafana and many others open it. */

import { gzipSync } from "node:zlib";
import {
  Line,
  Location,
  Mapping,
  Function as PprofFunction,
  Profile,
  Sample,
  StringTable,
  ValueType,
} from "pprof-format";
import type { CaptureFrame } from "../../../capture-files/model/capture.js";
import { distinctName, type ExportModel, type ExportSource, exportModel, stackOf, threadsOf } from "./export-model.js";

/**
 * Sample types are `objects` (count) and `space` (bytes, the default); samples have the labels `space`, `pid`, `thread` and `allocator`. The objects that
 * native frames are from stand as mappings.
 *
 * @returns a gzipped `profile.proto`
 */
export function toPprof(source: ExportSource): Uint8Array {
  const model = exportModel(source);
  const strings = new StringTable();
  const text = (value: string): number => strings.dedup(value);
  const tables = createTables(text, model.info.meta.process.argv[0] ?? "node");
  const threadOf = threadsOf(model.info);
  const sample = model.rows.map((row) => {
    const { name, pid } = threadOf(row.thread);
    const labels = { space: row.space, pid: String(pid ?? ""), thread: name, allocator: row.allocator };
    return new Sample({
      locationId: stackOf(source.tree, row.node).map(tables.locationOf),
      value: [row.count, row.bytes],
      label: Object.entries(labels)
        .filter(([, value]) => value !== "")
        .map(([key, value]) => ({ key: text(key), str: text(value) })),
    });
  });
  const space = (): ValueType => new ValueType({ type: text("space"), unit: text("bytes") });
  const profile = new Profile({
    sampleType: [new ValueType({ type: text("objects"), unit: text("count") }), space()],
    defaultSampleType: text("space"),
    periodType: space(),
    sample,
    mapping: tables.mappings,
    location: tables.locations,
    function: tables.functions,
    ...timesOf(model),
    comment: [model.title, ...model.notes].map(text),
    stringTable: strings,
  });
  return gzipSync(profile.encode());
}

interface Tables {
  readonly mappings: Mapping[];
  readonly functions: PprofFunction[];
  readonly locations: Location[];
  readonly locationOf: (frame: CaptureFrame) => number;
}

/** @param program readers take the first mapping for the program */
function createTables(text: (value: string) => number, program: string): Tables {
  const mappings: Mapping[] = [];
  const functions: PprofFunction[] = [];
  const locations: Location[] = [];
  const mappingOf = numbered<string>((id, file) => {
    // All that is known of a frame is in the profile: nothing is left for a reader to look up by addresses.
    const known = { hasFunctions: true, hasFilenames: true, hasLineNumbers: true, hasInlineFrames: true };
    mappings.push(new Mapping({ id, filename: text(file), ...known }));
  });
  mappingOf(program);
  const functionOf = numbered<string, CaptureFrame>((id, _key, frame) => {
    const name = text(distinctName(frame));
    const startLine = frame.lineIsFunction ? (frame.line ?? 0) : 0;
    functions.push(new PprofFunction({ id, name, systemName: name, filename: text(frame.file), startLine }));
  });
  const locationOf = numbered<CaptureFrame>((id, frame) => {
    const { kind, file, lineIsFunction, line, column } = frame;
    const functionId = functionOf(`${distinctName(frame)}\n${file}\n${lineIsFunction ? line : ""}`, frame);
    const call = lineIsFunction ? {} : { line: line ?? 0, column: column ?? 0 };
    const mappingId = kind === "native" && file !== "" ? mappingOf(file) : 0;
    locations.push(new Location({ id, mappingId, line: [new Line({ functionId, ...call })] }));
  });
  return { mappings, functions, locations, locationOf };
}

/** Gives each key a number from 1; `add` is called for each new one. */
function numbered<Key, Value = void>(
  add: (id: number, key: Key, value: Value) => void,
): (key: Key, value: Value) => number {
  const ids = new Map<Key, number>();
  return (key, value) => {
    const known = ids.get(key);
    if (known !== undefined) return known;
    const id = ids.size + 1;
    ids.set(key, id);
    add(id, key, value);
    return id;
  };
}

function timesOf({ info }: ExportModel): { readonly timeNanos?: bigint; readonly durationNanos?: bigint } {
  const startedAt = Date.parse(info.meta.startedAt);
  return {
    ...(Number.isNaN(startedAt) ? {} : { timeNanos: BigInt(startedAt) * 1_000_000n }),
    ...(info.end === null ? {} : { durationNanos: BigInt(Math.round(info.end.time)) * 1000n }),
  };
}
