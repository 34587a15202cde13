import { fileURLToPath } from "node:url";
import { deepFreeze } from "../analysis/deep-freeze.js";
import { withAddonErrors } from "../capture/addon-errors.js";
import type { RawAnalysisQuery } from "../capture/graph-binding.js";
import { loadAddon } from "../capture/load-addon.js";
import { MemspecError } from "../errors/memspec-error.js";
import { nearest } from "../errors/nearest.js";
import { showValue } from "../errors/show-value.js";
import type { SnapshotAnalysis, SnapshotDiff, SnapshotOptions } from "./types.js";

const OPTIONS: readonly (keyof SnapshotOptions)[] = ["limit", "avoid"];
const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1_000_000;

/**
 * Reads a V8 heap snapshot and takes it apart: what types it is made of, its biggest objects and what keeps them alive, its
 * duplicate strings. Works on a thread of its own; a file of any size is read piece by piece.
 *
 * @param path a `.heapsnapshot` file of Node 18 to 26 or Chrome
 * @param options how much to list, and which scripts paths should lead around
 * @returns frozen plain data
 * @throws MemspecError `MEMSPEC_SNAPSHOT_UNREADABLE`, `MEMSPEC_SNAPSHOT_TRUNCATED`, `MEMSPEC_SNAPSHOT_INVALID`,
 *   `MEMSPEC_UNAVAILABLE` without the native tracker, `MEMSPEC_INVALID_OPTION`, `MEMSPEC_UNKNOWN_OPTION`
 */
export async function analyzeSnapshot(path: string | URL, options?: SnapshotOptions): Promise<SnapshotAnalysis> {
  const where = "analyzeSnapshot()";
  const query = queryOf(options, where);
  const file = fileOf(path, where);
  return deepFreeze(await answer(() => nativeGraphs().analyzeSnapshotFile(file, query)));
}

/**
 * Compares two V8 heap snapshots: types that grew and, where both are of one process, the objects that are new, in groups.
 *
 * @param before the earlier snapshot
 * @param after the later one
 * @param options as of `analyzeSnapshot`
 * @returns frozen plain data
 * @throws MemspecError as `analyzeSnapshot`
 */
export async function diffSnapshots(
  before: string | URL,
  after: string | URL,
  options?: SnapshotOptions,
): Promise<SnapshotDiff> {
  const where = "diffSnapshots()";
  const query = queryOf(options, where);
  const files = [fileOf(before, where), fileOf(after, where)] as const;
  return deepFreeze(await answer(() => nativeGraphs().diffSnapshotFiles(...files, query)));
}

function nativeGraphs() {
  const { binding, reason } = loadAddon();
  if (binding !== null) return binding;
  throw new MemspecError("MEMSPEC_UNAVAILABLE", `Heap snapshots cannot be taken apart: ${reason}.`);
}

/** Errors of the addon's, thrown or rejected, as `MemspecError`s. */
async function answer<T>(call: () => Promise<T>): Promise<T> {
  const outcome = await withAddonErrors(call).then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  return withAddonErrors(() => {
    if ("error" in outcome) throw outcome.error;
    return outcome.value;
  });
}

function fileOf(path: unknown, where: string): string {
  if (typeof path === "string" && path !== "") return path;
  // A URL of another realm is one, too.
  const href = typeof path === "object" && path !== null ? (path as { readonly href?: unknown }).href : undefined;
  if (typeof href === "string" && href.startsWith("file:")) return fileURLToPath(href);
  throw new MemspecError("MEMSPEC_INVALID_OPTION", `${where}: ${showValue(path)} is no path.`, {
    value: path,
    hint: "Give the path of a .heapsnapshot file, or a file: URL.",
  });
}

function queryOf(options: unknown, where: string): RawAnalysisQuery {
  if (options === undefined) return { limit: DEFAULT_LIMIT, avoid: [] };
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new MemspecError("MEMSPEC_INVALID_OPTION", `${where}: options are an object, not ${showValue(options)}.`, {
      value: options,
      hint: "For example { limit: 20 }.",
    });
  }
  for (const key of Object.keys(options)) {
    if ((OPTIONS as readonly string[]).includes(key)) continue;
    const meant = nearest(key, OPTIONS);
    throw new MemspecError("MEMSPEC_UNKNOWN_OPTION", `${where}: there is no option "${key}".`, {
      value: key,
      hint: meant === undefined ? `The options are ${OPTIONS.join(", ")}.` : `Did you mean "${meant}"?`,
    });
  }
  const { limit, avoid } = options as { readonly limit?: unknown; readonly avoid?: unknown };
  return { limit: limitOf(limit, where), avoid: avoidOf(avoid, where) };
}

function limitOf(limit: unknown, where: string): number {
  if (limit === undefined) return DEFAULT_LIMIT;
  if (typeof limit === "number" && Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new MemspecError("MEMSPEC_INVALID_OPTION", `${where}: ${showValue(limit)} is no valid "limit".`, {
    value: limit,
    hint: `It is a whole number from 1 to ${MAX_LIMIT}.`,
  });
}

function avoidOf(avoid: unknown, where: string): readonly string[] {
  if (avoid === undefined) return [];
  if (Array.isArray(avoid) && avoid.every((part) => typeof part === "string" && part !== "")) return avoid as string[];
  throw new MemspecError("MEMSPEC_INVALID_OPTION", `${where}: ${showValue(avoid)} is no valid "avoid".`, {
    value: avoid,
    hint: 'It is an array of parts of script names: ["/node_modules/"].',
  });
}
