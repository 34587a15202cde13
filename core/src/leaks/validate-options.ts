import { flag, invalid, knownKeys, wholeNumber } from "../capture/validate-options.js";
import { MemspecError } from "../errors/memspec-error.js";
import { nearest } from "../errors/nearest.js";
import { parseSize } from "../sizes/parse-size.js";
import type { LeakIgnore, LeakOptions, LeakPlan, LeakSpace } from "./types.js";

const LEAK_SPACES: readonly LeakSpace[] = ["heap", "buffers", "native", "handles"];

/** Options of `findLeaks`; what is told of messages ("verbose") is the caller's. */
export const LEAK_OPTIONS: readonly (keyof LeakOptions)[] = [
  "runs",
  "warmup",
  "setup",
  "teardown",
  "ignore",
  "allow",
  "space",
  "timeout",
  "strict",
];

/** Those that the configuration may say for all checks. */
export const LEAK_DEFAULTS: readonly (keyof LeakOptions)[] = LEAK_OPTIONS.filter(
  (key) => key !== "setup" && key !== "teardown",
);

const DEFAULT_TIMEOUT_MS = 30_000;
/** Fewer calls in a batch than three, and one leak in every third call would not show in each. */
const LEAST_RUNS = 3;
const IGNORE_KEYS = ["type", "function", "file", "group"] as const;

/**
 * Checks a leak check's options as a caller wrote them and gives every key a value.
 *
 * @param options what the caller gave; `undefined` is no options
 * @param where the call that took them, for messages: "toNotLeak()"
 * @param known the keys that this call takes; default those of `LeakOptions`
 * @throws MemspecError `MEMSPEC_INVALID_OPTION`, `MEMSPEC_UNKNOWN_OPTION` (names the nearest right one),
 *   `MEMSPEC_INVALID_SIZE`
 */
export function planLeakCheck(options: unknown, where: string, known: readonly string[] = LEAK_OPTIONS): LeakPlan {
  const given = knownKeys(options, where, known);
  const numberOrNull = (key: "runs" | "warmup", least: number): number | null =>
    given[key] === undefined ? null : wholeNumber(given[key], 0, least, key, where);
  return {
    runs: numberOrNull("runs", LEAST_RUNS),
    warmup: numberOrNull("warmup", 0),
    setup: functionOrNull(given["setup"], "setup", where),
    teardown: functionOrNull(given["teardown"], "teardown", where),
    ignore: ignoresOf(given["ignore"], where),
    allow: allowanceOf(given["allow"], where),
    spaces: spacesOf(given["space"], where),
    spacesNamed: given["space"] !== undefined,
    timeoutMs: timeoutOf(given["timeout"], where),
    strict: flag(given["strict"], false, "strict", where),
  };
}

function functionOrNull(value: unknown, key: string, where: string): (() => unknown) | null {
  if (value === undefined) return null;
  if (typeof value === "function") return value as () => unknown;
  throw invalid(key, value, where, "It is a function without arguments, called once for each batch.");
}

function timeoutOf(value: unknown, where: string): number {
  if (value === undefined) return DEFAULT_TIMEOUT_MS;
  if (typeof value === "number" && value > 0 && value <= 2 ** 31 - 1) return value;
  throw invalid("timeout", value, where, "It is a number of milliseconds above 0, for the whole check.");
}

function spacesOf(value: unknown, where: string): readonly LeakSpace[] {
  if (value === undefined) return LEAK_SPACES;
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const names = LEAK_SPACES.map((space) => `"${space}"`).join(", ");
  if (list.length === 0)
    throw invalid("space", value, where, `Name at least one of ${names}, or leave it out for all.`);
  for (const space of list) {
    if (LEAK_SPACES.includes(space as LeakSpace)) continue;
    const meant = typeof space === "string" ? nearest(space, LEAK_SPACES) : undefined;
    const hint = `${meant === undefined ? "" : `Did you mean "${meant}"? `}What can be looked at is ${names}.`;
    throw invalid("space", space, where, hint);
  }
  return LEAK_SPACES.filter((space) => list.includes(space));
}

function allowanceOf(value: unknown, where: string): LeakPlan["allow"] {
  if (value === undefined) return { bytes: 0, instances: 0 };
  if (typeof value !== "object" || value === null) return { bytes: parseSize(value), instances: 0 };
  const given = knownKeys(value, `${where}, "allow"`, ["bytes", "instances"]);
  const instances = given["instances"] ?? 0;
  if (typeof instances !== "number" || !(instances >= 0) || !Number.isFinite(instances)) {
    throw invalid(
      "allow.instances",
      instances,
      where,
      "It is a number of objects per call, 0 or more; 0.5 is one in every second call.",
    );
  }
  return { bytes: given["bytes"] === undefined ? 0 : parseSize(given["bytes"]), instances };
}

function ignoresOf(value: unknown, where: string): readonly LeakIgnore[] {
  if (value === undefined) return [];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((entry) => parseIgnore(entry, where));
}

/** @throws MemspecError `MEMSPEC_INVALID_OPTION`, `MEMSPEC_UNKNOWN_OPTION` */
export function parseIgnore(entry: unknown, where: string): LeakIgnore {
  if (typeof entry !== "object" || entry === null || isRegExp(entry)) {
    throw invalid("ignore", entry, where, 'For example { type: "Session", reason: "a pool, emptied at exit" }.');
  }
  const given = knownKeys(entry, `${where}, "ignore"`, [...IGNORE_KEYS, "reason"]);
  const { reason } = given;
  if (typeof reason !== "string" || reason.trim() === "") {
    throw invalid("ignore.reason", reason, where, "Say why it is no leak: the reason is shown with the result.");
  }
  const named = IGNORE_KEYS.filter((key) => given[key] !== undefined);
  const [key] = named;
  if (key === undefined || named.length > 1) {
    const fact = `${where}: an "ignore" names ${key === undefined ? "nothing" : `${named.length} things`}.`;
    throw new MemspecError("MEMSPEC_INVALID_OPTION", fact, {
      value: entry,
      hint: 'Give one of "type", "function", "file" and "group" in each; several can be listed.',
    });
  }
  const pattern = given[key];
  if (key === "group" ? typeof pattern === "function" : isName(pattern)) return entry as LeakIgnore;
  const hint = key === "group" ? "It is a function of a group that says true or false." : "It is a name or a RegExp.";
  throw invalid(`ignore.${key}`, pattern, where, hint);
}

function isName(value: unknown): boolean {
  return (typeof value === "string" && value !== "") || isRegExp(value);
}

/** Of any realm. */
function isRegExp(value: unknown): boolean {
  return Object.prototype.toString.call(value) === "[object RegExp]";
}
