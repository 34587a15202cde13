/** Defined frames as the user knows them: source-mapped, symbolised, with their owners. */

import { readFileSync } from "node:fs";
import { type FrameContext, toSourceFrame } from "../../analysis/frames.js";
import { memspecScripts } from "../../analysis/memspec-roots.js";
import { ownerOf } from "../../analysis/owner.js";
import { SourceMaps } from "../../analysis/source-maps.js";
import { FrameFlag } from "../format/format.js";
import type { CaptureFrame } from "../model/capture.js";
import type { Definitions } from "./definitions.js";
import type { NativeSymbols } from "./symbols.js";

/** @returns the frames that a defined frame stands for, innermost first */
export type ToCaptureFrames = (frame: number) => readonly CaptureFrame[];

export function createFrameSources(definitions: Definitions, symbols: NativeSymbols): ToCaptureFrames {
  const context: FrameContext = {
    maps: new SourceMaps({
      sourceMapUrl: (script) => definitions.scripts[script]?.sourceMapUrl ?? "",
      readText,
    }),
    memspecRoots: memspecScripts(),
  };
  return (frame) =>
    definitions.frameIsNative.at(frame) === 1
      ? nativeFrames(frame, definitions, symbols, context)
      : [scriptFrame(frame, definitions, context)];
}

function scriptFrame(frame: number, definitions: Definitions, context: FrameContext): CaptureFrame {
  const flags = definitions.frameFlags.at(frame);
  const script = definitions.frameScript.at(frame);
  const isUnknown = (flags & FrameFlag.unknown) !== 0;
  const source = toSourceFrame(
    {
      kind: isUnknown ? "unknown" : (flags & FrameFlag.builtin) !== 0 ? "builtin" : "javascript",
      functionName: definitions.strings[definitions.frameName.at(frame)] ?? "",
      url: definitions.scripts[script]?.name ?? "",
      scriptId: script === 0 ? -1 : script,
      line: definitions.framePosition.at(frame),
      column: definitions.frameColumn.at(frame),
      lineIsFunction: (flags & FrameFlag.positionIsFunction) !== 0,
      inlined: (flags & FrameFlag.inlined) !== 0,
    },
    context,
  );
  return isUnknown ? { ...source, owner: "unknown" } : source;
}

function nativeFrames(
  frame: number,
  definitions: Definitions,
  symbols: NativeSymbols,
  context: FrameContext,
): readonly CaptureFrame[] {
  const module = definitions.frameScript.at(frame);
  const path = definitions.modules[module]?.path ?? "";
  const nearest = definitions.strings[definitions.frameName.at(frame)] ?? "";
  const owner = ownerOf("native", path, context.memspecRoots);
  return symbols.frames(module - 1, definitions.framePosition.at(frame), nearest).map((source) => ({
    kind: "native",
    functionName: source.functionName,
    file: source.file,
    ...(path === "" ? {} : { module: path }),
    line: source.line,
    column: source.column,
    lineIsFunction: false,
    inlined: source.inlined,
    owner: PROGRAM_START.test(source.functionName) ? "node" : owner,
  }));
}

/** What the C library calls `main` by: of Node's own beginning, wherever its code lies. */
const PROGRAM_START = /^_*(?:libc_start|start$)/u;

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
