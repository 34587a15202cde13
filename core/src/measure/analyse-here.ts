import { readFileSync } from "node:fs";
import { analyse } from "../analysis/analyse.js";
import { type FrameContext, toSourcePlace } from "../analysis/frames.js";
import { memspecScripts } from "../analysis/memspec-roots.js";
import { runnerSourceMap } from "../analysis/runner-maps.js";
import { SourceMaps } from "../analysis/source-maps.js";
import type { RawPlace } from "../capture/graph-binding.js";
import { loadAddon } from "../capture/load-addon.js";
import type { Measurement } from "../capture/measurement.js";
import type { Recording } from "../capture/record.js";

let context: FrameContext | undefined;

/** Analyses a recording of this isolate, with its scripts' source maps. */
export function analyseHere(recording: Recording): Measurement {
  return analyse(recording, contextHere());
}

/** A place in generated code of this isolate, in the source that it was made of. */
export function sourcePlaceHere(place: RawPlace): RawPlace {
  return toSourcePlace(place, contextHere());
}

/** @returns the line in the source of a position in a script as V8 knows it; 0: unknown */
export type ToSourceLine = (script: string, line: number, column: number) => number;

/** For many positions: which script is meant by a name is found out once. */
export function sourceLinesHere(): ToSourceLine {
  const ids = new Map<string, number>();
  return (script, line, column) => {
    const scriptId = ids.get(script) ?? loadAddon().binding?.latestScript(script) ?? -1;
    ids.set(script, scriptId);
    const found = scriptId < 0 ? "unmapped" : contextHere().maps.lookUp(scriptId, script, line, column);
    return found === null || found === "unmapped" ? 0 : found.line;
  };
}

export function contextHere(): FrameContext {
  context ??= {
    maps: new SourceMaps({
      sourceMapUrl: (scriptId) => loadAddon().binding?.sourceMapUrl(scriptId) ?? "",
      runnerMap: runnerSourceMap,
      readText,
    }),
    memspecRoots: memspecScripts(),
  };
  return context;
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
