import { readFileSync } from "node:fs";
import { analyse } from "../analysis/analyse.js";
import type { FrameContext } from "../analysis/frames.js";
import { SourceMaps } from "../analysis/source-maps.js";
import { currentTracker } from "../capture/current-tracker.js";
import type { Measurement } from "../capture/measurement.js";
import type { Recording } from "../capture/record.js";
import { memspecRoots } from "./memspec-roots.js";

let context: FrameContext | undefined;

/** Analyses a recording of this isolate, with its scripts' source maps. */
export function analyseHere(recording: Recording): Measurement {
  context ??= {
    maps: new SourceMaps({ sourceMapUrl: (scriptId) => currentTracker().sourceMapUrl(scriptId), readText }),
    memspecRoots: memspecRoots(new Error().stack ?? ""),
  };
  return analyse(recording, context);
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
