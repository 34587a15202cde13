/** A capture in speedscope's file format: a profile of all spaces, and one of each. */

import type { CaptureFrame, CaptureRow } from "../../../capture-files/model/capture.js";
import { type ExportSource, exportModel, frameName, stackOf, sumsByStack } from "./export-model.js";

interface SpeedscopeFrame {
  readonly name: string;
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  readonly col?: number;
}

interface SampledProfile {
  readonly type: "sampled";
  readonly name: string;
  readonly unit: "bytes";
  readonly startValue: 0;
  readonly endValue: number;
  /** Indices of frames, outermost first. */
  readonly samples: readonly (readonly number[])[];
  readonly weights: readonly number[];
}

/** https://www.speedscope.app/file-format-schema.json */
export interface SpeedscopeFile {
  readonly $schema: "https://www.speedscope.app/file-format-schema.json";
  readonly name: string;
  readonly exporter: "memspec";
  readonly activeProfileIndex: 0;
  readonly shared: { readonly frames: readonly SpeedscopeFrame[] };
  readonly profiles: readonly SampledProfile[];
}

export function toSpeedscope(source: ExportSource): SpeedscopeFile {
  const model = exportModel(source);
  const frames: SpeedscopeFrame[] = [];
  const numbers = new Map<CaptureFrame, number>();
  const numberOf = (frame: CaptureFrame): number => {
    const known = numbers.get(frame);
    if (known !== undefined) return known;
    numbers.set(frame, frames.length);
    return frames.push(speedscopeFrame(frame)) - 1;
  };
  const profileOf = (name: string, rows: readonly CaptureRow[]): SampledProfile => {
    const sums = sumsByStack(rows);
    return {
      type: "sampled",
      name: `${name}, ${model.title}`,
      unit: "bytes",
      startValue: 0,
      endValue: sums.reduce((sum, { bytes }) => sum + bytes, 0),
      samples: sums.map(({ node }) => stackOf(source.tree, node).map(numberOf).reverse()),
      weights: sums.map(({ bytes }) => bytes),
    };
  };
  const spaces = model.view.spaces.map((space) => ({ space, rows: model.rows.filter((row) => row.space === space) }));
  const profiles = [
    profileOf("all", model.rows),
    ...spaces.filter(({ rows }) => rows.length > 0).map(({ space, rows }) => profileOf(space, rows)),
  ];
  return {
    $schema: "https://www.speedscope.app/file-format-schema.json",
    name: model.title,
    exporter: "memspec",
    activeProfileIndex: 0,
    shared: { frames },
    profiles,
  };
}

function speedscopeFrame(frame: CaptureFrame): SpeedscopeFrame {
  return {
    name: frameName(frame),
    ...(frame.file === "" ? {} : { file: frame.file }),
    ...(frame.line === null ? {} : { line: frame.line }),
    ...(frame.column === null ? {} : { col: frame.column }),
  };
}
