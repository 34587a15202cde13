import { MemspecError } from "../errors/memspec-error.js";
import { nearest } from "../errors/nearest.js";
import { showValue } from "../errors/show-value.js";
import { parseSize } from "../sizes/parse-size.js";
import type { AssertableSpace } from "./measurement.js";
import type { CommonOptions, IgnorePattern, MeasureOptions, MeasurePlan, ResolvedOptions } from "./options.js";
import { sampleIntervalFor } from "./sample-interval.js";

export const ASSERTABLE_SPACES: readonly AssertableSpace[] = ["heap", "buffers", "native"];
export const COMMON_OPTIONS: readonly (keyof CommonOptions)[] = [
  "space",
  "warmup",
  "runs",
  "ignore",
  "stacks",
  "sampleInterval",
  "threads",
  "verbose",
];
const MEASURE_OPTIONS: readonly (keyof MeasureOptions)[] = [...COMMON_OPTIONS, "retained", "settle"];

/** More calls than this are a benchmark, not a measurement; and a mistyped number should not hang a run. */
const MAX_CALLS = 1_000_000;

const STACKS = ["sampled", "exact", "none"] as const;
const THREADS = ["isolate", "process"] as const;

/**
 * Checks options as a caller wrote them and gives every key a value.
 *
 * @param options what the caller gave; `undefined` is no options
 * @param where the call that took them, for messages: "toPeakBelow()"
 * @param known the keys that this call takes; default those of `CommonOptions`
 * @throws MemspecError `MEMSPEC_INVALID_OPTION`, `MEMSPEC_UNKNOWN_OPTION` (names the nearest right one),
 *   `MEMSPEC_INVALID_SIZE`
 */
export function validateOptions(
  options: unknown,
  where: string,
  known: readonly string[] = COMMON_OPTIONS,
): ResolvedOptions {
  const given = knownKeys(options, where, known);
  const ignore = ignorePatterns(given["ignore"], where);
  const interval = given["sampleInterval"];
  const sampleInterval = interval === undefined ? null : parseSize(interval);
  const stacks = oneOf(given["stacks"], STACKS, ignore.length > 0 ? "exact" : "sampled", "stacks", where);
  if (ignore.length > 0 && stacks !== "exact") {
    throw invalid("stacks", stacks, where, '"ignore" needs every stack: leave "stacks" out or make it "exact".');
  }
  if (sampleInterval !== null && stacks !== "sampled") {
    throw invalid("sampleInterval", interval, where, `With stacks: "${stacks}" there is no interval: leave it out.`);
  }
  if (sampleInterval === 0) {
    throw invalid("sampleInterval", interval, where, 'Give at least 1 byte, or stacks: "none" to take no stacks.');
  }
  return {
    spaces: spacesOf(given["space"], where),
    spacesNamed: given["space"] !== undefined,
    warmup: wholeNumber(given["warmup"], 0, 0, "warmup", where),
    runs: wholeNumber(given["runs"], 1, 1, "runs", where),
    ignore,
    stacks,
    sampleInterval,
    threads: oneOf(given["threads"], THREADS, "isolate", "threads", where),
    verbose: flag(given["verbose"], false, "verbose", where),
  };
}

/** What the figure that is asked for needs, beside the options. */
export interface PlanNeeds {
  /** The limit in bytes that the sampling interval follows; `null`: none. */
  readonly limitBytes?: number | null;
  readonly retained?: boolean;
  /** Collect before counting begins: for peaks and retained memory. */
  readonly settle?: boolean;
}

/** Joins validated options with what the asserted figure needs. */
export function planMeasurement(options: ResolvedOptions, needs: PlanNeeds = {}): MeasurePlan {
  const retained = needs.retained ?? false;
  return {
    spaces: options.spaces,
    spacesNamed: options.spacesNamed,
    warmup: options.warmup,
    runs: options.runs,
    ignore: options.ignore,
    sampleInterval: intervalOf(options, needs.limitBytes ?? null),
    threads: options.threads,
    retained,
    settle: needs.settle ?? retained,
  };
}

/**
 * Options of `measure` and `track` as a plan.
 *
 * @param settleByDefault whether counting starts with a collection when the caller does not say
 * @throws MemspecError as `validateOptions`
 */
export function planFromOptions(
  options: unknown,
  where: string,
  settleByDefault: boolean,
  known: readonly string[] = MEASURE_OPTIONS,
): MeasurePlan {
  const resolved = validateOptions(options, where, known);
  const given = (options ?? {}) as Record<string, unknown>;
  const retained = flag(given["retained"], false, "retained", where);
  const settle = flag(given["settle"], settleByDefault || retained, "settle", where);
  if (retained && !settle) {
    throw invalid("settle", false, where, "Retained memory needs a settled start: leave it out.");
  }
  return planMeasurement(resolved, { retained, settle });
}

function intervalOf(options: ResolvedOptions, limitBytes: number | null): number {
  if (options.stacks === "none") return 0;
  if (options.stacks === "exact") return 1;
  return options.sampleInterval ?? sampleIntervalFor(limitBytes);
}

export function invalid(key: string, value: unknown, where: string, hint: string): MemspecError {
  return new MemspecError("MEMSPEC_INVALID_OPTION", `${where}: ${showValue(value)} is no valid "${key}".`, {
    value,
    hint,
  });
}

/** @param example of such options, for the hint */
export function knownKeys(
  options: unknown,
  where: string,
  known: readonly string[],
  example = '{ space: "heap", warmup: 3 }',
): Record<string, unknown> {
  if (options === undefined) return {};
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new MemspecError("MEMSPEC_INVALID_OPTION", `${where}: options are an object, not ${showValue(options)}.`, {
      value: options,
      hint: `For example ${example}.`,
    });
  }
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    const meant = nearest(key, known);
    throw new MemspecError("MEMSPEC_UNKNOWN_OPTION", `${where}: there is no option "${key}".`, {
      value: key,
      hint: meant === undefined ? `The options are ${known.join(", ")}.` : `Did you mean "${meant}"?`,
    });
  }
  return options as Record<string, unknown>;
}

function spacesOf(value: unknown, where: string): readonly AssertableSpace[] {
  if (value === undefined) return ASSERTABLE_SPACES;
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) {
    throw invalid("space", value, where, 'Name at least one of "heap", "buffers", "native", or leave it out for all.');
  }
  for (const space of list) {
    if (ASSERTABLE_SPACES.includes(space as AssertableSpace)) continue;
    const meant = typeof space === "string" ? nearest(space, ASSERTABLE_SPACES) : undefined;
    throw invalid(
      "space",
      space,
      where,
      `${meant === undefined ? "" : `Did you mean "${meant}"? `}The spaces are "heap", "buffers" and "native".`,
    );
  }
  return ASSERTABLE_SPACES.filter((space) => list.includes(space));
}

function ignorePatterns(value: unknown, where: string): readonly IgnorePattern[] {
  if (value === undefined) return [];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((pattern) => {
    if (typeof pattern === "string" && pattern !== "") return pattern;
    if (Object.prototype.toString.call(pattern) === "[object RegExp]") return pattern as RegExp;
    throw invalid(
      "ignore",
      pattern,
      where,
      'A pattern is a function\'s name, a part of a file\'s path (with a "/" or "."), or a RegExp.',
    );
  });
}

export function oneOf<T extends string>(
  value: unknown,
  allowed: readonly T[],
  byDefault: T,
  key: string,
  where: string,
): T {
  if (value === undefined) return byDefault;
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  const meant = typeof value === "string" ? nearest(value, allowed) : undefined;
  const list = allowed.map((word) => `"${word}"`).join(", ");
  throw invalid(key, value, where, `${meant === undefined ? "" : `Did you mean "${meant}"? `}It is one of ${list}.`);
}

export function wholeNumber(value: unknown, byDefault: number, least: number, key: string, where: string): number {
  if (value === undefined) return byDefault;
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= MAX_CALLS) return value;
  throw invalid(key, value, where, `It is a whole number from ${least} to ${MAX_CALLS}.`);
}

export function flag(value: unknown, byDefault: boolean, key: string, where: string): boolean {
  if (value === undefined) return byDefault;
  if (typeof value === "boolean") return value;
  throw invalid(key, value, where, "It is true or false.");
}
