/** A capture as a pprof profile: `go tool pprof`, Grafana and many others open it. */

import { gzipSync } from "node:zlib";
import { Function as PprofFunction, Line, Location, Mapping, Profile, Sample, StringTable, ValueType } from "pprof-format";
import type { CaptureFrame } from "../../../capture-files/model/capture.js";
import { distinctName, type ExportModel, type ExportSource, exportModel, stackOf } from "./export-model.js";

/**
 * Sample types are `objects` (count) and `space` (bytes, the default); samples have the labels `space`, `thread` and `allocator`. The objects that
 * native frames are from stand as mappings.
 *
 * @returns a gzipped `profile.proto`
 */
export function toPprof(source: ExportSource): Uint8Array {
  const model = exportModel(source);
  const strings = new StringTable();
  const text = (value: string): number => strings.dedup(value);
  const tables = createTables(text, model.info.meta.process.argv[0] ?? "node");
  const threads = new Map(model.info.threads.map(({ id, name }) => [id, name]));
  const sample = model.rows.map((row) => {
    const labels: (readonly [key: string, value: string])[] = [
      ["space", row.space],
      ["thread", threads.get(row.thread) ?? String(row.thread)],
      ["allocator", row.allocator],
    ];
    return new Sample({
      locationId: stackOf(source.tree, row.node).map(tables.locationOf),
      value: [row.count, row.bytes],
      label: labels.filter(([, value]) => value !== "").map(([key, value]) => ({ key: text(key), str: text(value) })),
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
  readonly mappings: readonly Mapping[];
  readonly functions: readonly PprofFunction[];
  readonly locations: readonly Location[];
  locationOf(frame: CaptureFrame): number;
}

/** @param program readers take the first mapping for the program */
function createTables(text: (value: string) => number, program: string): Tables {
  const mappings: Mapping[] = [];
  const functions: PprofFunction[] = [];
  const locations: Location[] = [];
  const mappingOf = numbering<string>((id, file) => {
    // All that is known of a frame is in the profile: nothing is left for a reader to look up by addresses.
    const known = { hasFunctions: true, hasFilenames: true, hasLineNumbers: true, hasInlineFrames: true };
    mappings.push(new Mapping({ id, filename: text(file), ...known }));
  });
  mappingOf(program, program);
  const functionOf = numbering<CaptureFrame>((id, frame) => {
    const name = text(distinctName(frame));
    const startLine = frame.lineIsFunction ? (frame.line ?? 0) : 0;
    functions.push(new PprofFunction({ id, name, systemName: name, filename: text(frame.file), startLine }));
  });
  const locationOf = numbering<CaptureFrame>((id, frame) => {
    const line = frame.lineIsFunction ? {} : { line: frame.line ?? 0, column: frame.column ?? 0 };
    const start = frame.lineIsFunction ? frame.line : null;
    const functionId = functionOf(`${distinctName(frame)}\n${frame.file}\n${start}`, frame);
    const mappingId = frame.kind === "native" && frame.file !== "" ? mappingOf(moduleOf(frame), moduleOf(frame)) : 0;
    locations.push(new Location({ id, mappingId, line: [new Line({ functionId, ...line })] }));
  });
  return { mappings, functions, locations, locationOf: (frame) => locationOf(frame, frame) };
}
