import type { FigureName } from "../assertions/figures.js";
import { validateOptions } from "../capture/validate-options.js";
import { isMemspecError, MemspecError } from "../errors/memspec-error.js";
import { nearest } from "../errors/nearest.js";
import { showValue } from "../errors/show-value.js";
import type { LeakAllowance, LeakOptions } from "../leaks/types.js";
import { LEAK_OPTIONS, planLeakCheck } from "../leaks/validate-options.js";
import { parseSize } from "../sizes/parse-size.js";
import type { Size } from "../sizes/size.js";
import type { DeclaredLimit, MemoryLimit } from "./limits.js";
import type { FigureLimit, ParsedLimit } from "./types.js";

const FIGURES: readonly FigureName[] = ["peak", "allocated", "retained"];
const KEYS: readonly string[] = [...FIGURES, "leaked", "space"];

/**
 * Checks a limit as it was written. A size alone limits the peak.
 *
 * @throws MemspecError `MEMSPEC_INVALID_SIZE`, `MEMSPEC_INVALID_LIMIT`, `MEMSPEC_UNKNOWN_OPTION`,
 *   `MEMSPEC_INVALID_OPTION`; each names the source
 */
export function checkLimit(limit: unknown, source: string): void {
  parseLimit({ limit: limit as MemoryLimit, source });
}

/**
 * A checked limit, its sizes in bytes.
 *
 * @throws MemspecError as `checkLimit`
 */
export function parseLimit(declared: DeclaredLimit): ParsedLimit {
  const { source } = declared;
  const limit: unknown = declared.limit;
  if (typeof limit !== "object" || limit === null) {
    const figures: FigureLimit[] = [{ figure: "peak", limitBytes: sizeOf(limit, source) }];
    return { source, figures, leaks: null, spaces: null };
  }
  if (Array.isArray(limit)) throw invalid(source, `${showValue(limit)} is not a limit.`, limit);
  for (const key of Object.keys(limit)) checkKey(key, source);
  const given = limit as Record<string, unknown>;
  const figures = FIGURES.filter((figure) => given[figure] !== undefined).map((figure) => ({
    figure,
    limitBytes: sizeOf(given[figure], `${source}, ${figure}`),
  }));
  const leaks = given["leaked"] === undefined ? null : leaksOf(given["leaked"], source);
  if (figures.length === 0 && leaks === null) throw invalid(source, "the limit limits nothing.", limit);
  return { source, figures, leaks, spaces: spacesOf(given["space"], source) };
}

/**
 * A limit on what each call leaks.
 *
 * @param allow a size, or `{ bytes, instances }`; both sides inclusive
 * @param options of the check, without `allow`
 * @throws MemspecError as `planLeakCheck`
 */
export function parseLeakLimit(allow: unknown, options: unknown, source: string): ParsedLimit {
  planLeakCheck(
    options,
    source,
    LEAK_OPTIONS.filter((key) => key !== "allow"),
  );
  return {
    source,
    figures: [],
    leaks: { ...(options as LeakOptions | undefined), ...leaksOf(allow, source) },
    spaces: null,
  };
}

function spacesOf(space: unknown, source: string): ParsedLimit["spaces"] {
  return space === undefined ? null : validateOptions({ space }, source, ["space"]).spaces;
}

function checkKey(key: string, source: string): void {
  if (KEYS.includes(key)) return;
  const meant = nearest(key, KEYS);
  throw new MemspecError("MEMSPEC_UNKNOWN_OPTION", `${source}: there is no limit "${key}".`, {
    value: key,
    hint: meant === undefined ? `The keys are ${KEYS.join(", ")}.` : `Did you mean "${meant}"?`,
  });
}

function leaksOf(leaked: unknown, source: string): LeakOptions {
  const options = { allow: leaked as Size | LeakAllowance };
  planLeakCheck(options, `${source}, leaked`, ["allow"]);
  return options;
}

function sizeOf(value: unknown, source: string): number {
  try {
    return parseSize(value);
  } catch (error) {
    if (!isMemspecError(error)) throw error;
    throw new MemspecError("MEMSPEC_INVALID_SIZE", `${source}: ${showValue(value)} is not a size.`, {
      value,
      hint: error.hint,
    });
  }
}

function invalid(source: string, fact: string, value: unknown): MemspecError {
  return new MemspecError("MEMSPEC_INVALID_LIMIT", `${source}: ${fact}`, {
    value,
    hint: 'Give a size for the peak, such as "50MB", or { peak, allocated, retained, leaked } with at least one of them.',
  });
}
