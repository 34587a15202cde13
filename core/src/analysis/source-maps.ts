import { AnyMap, originalPositionFor, type TraceMap } from "@jridgewell/trace-mapping";
import { pathOfUrl, resolveSource } from "./source-path.js";

/** Where maps come from: the edge of the machine, handed in. */
export interface MapSource {
  /** The script's sourceMappingURL; "" when it has none. */
  sourceMapUrl(scriptId: number): string;
  /** JSON of the map that a runner keeps for a script without one; `null`: none. */
  runnerMap?(script: string): string | null;
  /** A file's text, or `null` when it cannot be read. */
  readText(path: string): string | null;
}

/** A position in what the user wrote. */
export interface OriginalPosition {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
}

/** `null`: the script has a map, and the position is in none of its sources. */
export type Lookup = OriginalPosition | "unmapped" | null;

interface LoadedMap {
  /** `null`: there is none, or it cannot be used. */
  readonly map: TraceMap | null;
  /** What sources in the map are relative to. */
  readonly base: string;
  /** Why a map that is named cannot be used, or "". */
  readonly problem: string;
  /** Paths of its sources, as far as they were asked for. */
  readonly files: Map<string, string>;
}

/** Scripts whose maps are kept. A map is read once per script while it is among the latest. */
const MAX_MAPS = 256;

function withoutMap(problem: string): LoadedMap {
  return { map: null, base: "", problem, files: new Map() };
}

function withMap(map: string, base: string): LoadedMap {
  return { map: new AnyMap(map), base, problem: "", files: new Map() };
}

const NO_MAP: LoadedMap = withoutMap("");

/** Looks up positions of generated code in its source maps. Owns the cache of maps. */
export class SourceMaps {
  readonly #source: MapSource;
  readonly #maps = new Map<number, LoadedMap>();
  /** Mostly the next question is about the same script. */
  #latest: { readonly scriptId: number; readonly loaded: LoadedMap } | undefined;

  constructor(source: MapSource) {
    this.#source = source;
  }

  /**
   * @param line 1-based
   * @param column 1-based
   * @returns the original position; "unmapped" for a script without a usable map; `null` for code that no source has
   */
  lookUp(scriptId: number, url: string, line: number, column: number): Lookup {
    const { map, base, files } = this.#loaded(scriptId, url);
    if (map === null) return "unmapped";
    const found = originalPositionFor(map, { line, column: Math.max(0, column - 1) });
    if (found.source === null) return null;
    const file = files.get(found.source) ?? resolveSource(found.source, base);
    files.set(found.source, file);
    return { file, line: found.line, column: found.column + 1 };
  }

  /** Why this script's map cannot be used, or "" when it can or there is none. */
  problem(scriptId: number, url: string): string {
    return this.#loaded(scriptId, url).problem;
  }

  #loaded(scriptId: number, url: string): LoadedMap {
    if (scriptId < 0) return NO_MAP;
    if (this.#latest?.scriptId === scriptId) return this.#latest.loaded;
    const known = this.#maps.get(scriptId);
    // Put back at the end: a Map's first key is then the one that was not used for the longest.
    if (known !== undefined) this.#maps.delete(scriptId);
    const loaded = known ?? this.#load(scriptId, pathOfUrl(url));
    this.#maps.set(scriptId, loaded);
    if (this.#maps.size > MAX_MAPS) {
      for (const oldest of this.#maps.keys()) {
        this.#maps.delete(oldest);
        break;
      }
    }
    this.#latest = { scriptId, loaded };
    return loaded;
  }

  #load(scriptId: number, script: string): LoadedMap {
    const mapUrl = this.#source.sourceMapUrl(scriptId);
    const failed = (problem: string): LoadedMap => withoutMap(`${script}: ${problem}`);
    try {
      if (mapUrl === "") {
        const kept = this.#source.runnerMap?.(script) ?? null;
        return kept === null ? NO_MAP : withMap(kept, script);
      }
      if (mapUrl.startsWith("data:")) return withMap(decodeDataUrl(mapUrl), script);
      if (/^https?:/iu.test(mapUrl)) return failed("its source map lies on a server");
      const path = resolveSource(mapUrl, script);
      const text = this.#source.readText(path);
      if (text === null) return failed(`its source map ${path} cannot be read`);
      return withMap(text, path);
    } catch {
      return failed("its source map is broken");
    }
  }
}

function decodeDataUrl(url: string): string {
  const comma = url.indexOf(",");
  const payload = url.slice(comma + 1);
  if (url.slice(0, comma).endsWith(";base64")) return Buffer.from(payload, "base64").toString("utf8");
  return decodeURIComponent(payload);
}
