/**
 * What allocated most in the span in which a worker died, from the file that its addon left (native/capture/last_sites.h has
 * the form). Source maps are applied here, in the process that tells of it: in the dead one there was no time.
 */

import { readFileSync } from "node:fs";
import { memspecScripts } from "../analysis/memspec-roots.js";
import type { FindSourceMap } from "../analysis/runner-maps.js";
import { SourceMaps } from "../analysis/source-maps.js";
import type { RawFrame } from "../capture/raw-frame.js";
import type { FilePayload, SiteRecord } from "./payload.js";
import { observedSites } from "./sites.js";

/** Sites, and the tables that they name. */
export interface LastSites extends Pick<FilePayload, "frames" | "stacks"> {
  /** Most bytes alive first; on the heap, where that is not known, allocated. */
  readonly sites: readonly SiteRecord[];
}

interface WrittenSites {
  readonly frames: readonly RawFrame[];
  readonly stacks: readonly (readonly number[])[];
  readonly sites: readonly (readonly [
    space: number,
    stack: number,
    bytes: number,
    count: number,
    alive: number | null,
  ])[];
  readonly maps: Readonly<Record<string, string>>;
}

export const SITES_SUFFIX = ".sites";
const TOLD = 10;

/**
 * @param runnerMap maps that the runner keeps beside the code
 * @returns `null`: the worker left none, because it never held much or had no time
 */
export function readLastSites(stateFile: string, runnerMap?: FindSourceMap): LastSites | null {
  try {
    return lastSites(JSON.parse(readFileSync(`${stateFile}${SITES_SUFFIX}`, "utf8")) as WrittenSites, runnerMap);
  } catch {
    return null;
  }
}

function lastSites(written: WrittenSites, runnerMap: FindSourceMap | undefined): LastSites {
  const maps = new SourceMaps({
    sourceMapUrl: (scriptId) => written.maps[String(scriptId)] ?? "",
    ...(runnerMap === undefined ? {} : { runnerMap }),
    readText,
  });
  const raw = {
    frames: written.frames,
    stacks: written.stacks.map((stack) => Uint32Array.from(stack)),
    // All of one body, whose sites alone know what was alive.
    sites: Float64Array.from(
      written.sites.flatMap(([space, stack, bytes, count, alive]) => [
        0,
        space,
        stack,
        bytes,
        count,
        alive ?? Number.NaN,
      ]),
    ),
  };
  const seen = observedSites(raw, { maps, memspecRoots: memspecScripts() }, { file: 0, modules: 0, body: Infinity });
  const weight = ([, , bytes, , alive]: SiteRecord): number => alive ?? bytes;
  const sites = [...(seen.bodies.get(0) ?? [])].sort((a, b) => weight(b) - weight(a)).slice(0, TOLD);
  return { frames: seen.frames, stacks: seen.stacks, sites };
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
