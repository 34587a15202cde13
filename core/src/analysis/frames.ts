import type { RawFrame } from "../capture/binding.js";
import type { RawPlace } from "../capture/graph-binding.js";
import type { SourceFrame } from "../capture/measurement.js";
import { ownerOf } from "./owner.js";
import type { SourceMaps } from "./source-maps.js";
import { pathOfUrl } from "./source-path.js";

export interface FrameContext {
  readonly maps: SourceMaps;
  /** See `ownerOf`. */
  readonly memspecRoots: readonly string[];
}

/** A frame as the user knows it: the position is that of the source, the owner is told. */
export function toSourceFrame(raw: RawFrame, context: FrameContext): SourceFrame {
  const generated = pathOfUrl(raw.url);
  const generatedOwner = ownerOf(raw.kind, generated, context.memspecRoots);
  const position = positionOf(raw, generated, context.maps);
  return {
    kind: raw.kind,
    functionName: raw.functionName,
    file: position.file,
    line: position.line,
    column: position.column,
    lineIsFunction: raw.lineIsFunction,
    inlined: raw.inlined,
    // A dependency stays one when its map names sources outside of node_modules.
    owner: generatedOwner === "user" ? ownerOf(raw.kind, position.file, context.memspecRoots) : generatedOwner,
  };
}

/** A place as the user knows it; one in code that a transform added is the generated file's. */
export function toSourcePlace(raw: RawPlace, context: FrameContext): RawPlace {
  const { file, line, column } = positionOf({ ...raw, kind: "javascript" }, pathOfUrl(raw.url), context.maps);
  return { url: file, scriptId: raw.scriptId, line: line ?? 0, column: column ?? 0 };
}

interface Position {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
}

function positionOf(
  raw: Pick<RawFrame, "kind" | "scriptId" | "url" | "line" | "column">,
  generated: string,
  maps: SourceMaps,
): Position {
  if (raw.line <= 0) return { file: generated, line: null, column: null };
  const asIs: Position = { file: generated, line: raw.line, column: raw.column > 0 ? raw.column : null };
  if (raw.kind !== "javascript") return asIs;
  const found = maps.lookUp(raw.scriptId, raw.url, raw.line, raw.column);
  if (found === "unmapped") return asIs;
  // Code that a transform added: its line in the generated code would be read as one of the source.
  if (found === null) return { file: generated, line: null, column: null };
  return { ...found, column: raw.column > 0 ? found.column : null };
}
