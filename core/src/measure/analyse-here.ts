import { readFileSync } from "node:fs";
import { analyse } from "../analysis/analyse.js";
import { type FrameContext, toSourcePlace } from "../analysis/frames.js";
import { runnerSourceMap } from "../analysis/runner-maps.js";
import { SourceMaps } from "../analysis/source-maps.js";
import { currentTracker } from "../capture/current-tracker.js";
import type { RawPlace } from "../capture/graph-binding.js";
import type { Measurement } from "../capture/measurement.js";
import type { Recording } from "../capture/record.js";
import { memspecScripts } from "./memspec-roots.js";

let context: FrameContext | undefined;

/** Analyses a recording of this isolate, with its scripts' source maps. */
export function analyseHere(recording: Recording): Measurement {
  return analyse(recording, contextHere());
}

/** A place in generated code of this isolate, in the source that it was made of. */
export function sourcePlaceHere(place: RawPlace): RawPlace {
  return toSourcePlace(place, contextHere());
}

export function contextHere(): FrameContext {
  context ??= {
    maps: new SourceMaps({
      sourceMapUrl: (scriptId) => currentTracker().sourceMapUrl(scriptId),
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
