/** The options of the leak gate: `leaks`, `failOnLeak`, `ignoreLeaks`, `knownLeaks`. docs/leak-gate.md */

import { flag, invalid, knownKeys } from "../capture/validate-options.js";
import { nearest } from "../errors/nearest.js";
import { showValue } from "../errors/show-value.js";
import type { LeakIgnore, LeakName } from "../leaks/types.js";
import { parseIgnore } from "../leaks/validate-options.js";
import { globFault, matchesGlob, nameForGlobs } from "./globs.js";
import { type KnownLeak, parseKnownLeaks } from "./known-leaks.js";

/** What is judged: the body of each test, what the tests of a file leave behind, or nothing. */
export type LeakMode = false | "test" | "file";

/** Globs (relative to the root) to modes. The last one that matches holds; `default` where none does. */
export type LeakModes = Readonly<Record<string, LeakMode>>;

/** A leak that is none to the project, in all files or in those that match. Names one of `type`, `function`, `file`. */
export type IgnoredLeaks = { readonly files?: string | readonly string[]; readonly reason: string } & (
  | { readonly type: LeakName }
  | { readonly function: LeakName }
  | { readonly file: LeakName }
);

export interface LeakGateOptions {
  /** Default `false`. */
  readonly leaks?: LeakMode | LeakModes;
  /** A leak fails its test or file; `false`: it is told. Default `true`. */
  readonly failOnLeak?: boolean;
  readonly ignoreLeaks?: IgnoredLeaks | readonly IgnoredLeaks[];
  readonly knownLeaks?: KnownLeak | readonly KnownLeak[];
}

/** What the gate does with one test file. */
export interface FileGate {
  readonly mode: "test" | "file";
  readonly failOnLeak: boolean;
  readonly ignore: readonly LeakIgnore[];
  readonly known: readonly KnownLeak[];
  /** Absolute: signatures name files relative to it. */
  readonly root: string;
  /** Absolute. */
  readonly file: string;
}

const WHERE = "memspec";
const MODES: readonly LeakMode[] = [false, "test", "file"];
const DEFAULT = "default";
const IGNORE_KEYS = ["files", "type", "function", "file", "reason"] as const;

/** @throws MemspecError `MEMSPEC_INVALID_OPTION`, `MEMSPEC_UNKNOWN_OPTION`, naming the entry */
export function checkLeakGate(options: LeakGateOptions): void {
  const { leaks } = options;
  if (typeof leaks === "object" && leaks !== null && !Array.isArray(leaks)) checkModes(leaks);
  else if (leaks !== undefined) checkMode(leaks, "leaks", WHERE);
  flag(options.failOnLeak, true, "failOnLeak", WHERE);
  ignoredIn(options.ignoreLeaks);
  parseKnownLeaks(options.knownLeaks, WHERE);
}

/**
 * What holds for one test file.
 *
 * @param options that `checkLeakGate` has checked
 * @param root absolute: globs and signatures are relative to it
 * @param file absolute, or relative to the root
 * @returns `null`: nobody looks for leaks in it
 */
export function leakGateFor(options: LeakGateOptions, root: string, file: string): FileGate | null {
  const name = nameForGlobs(root, file);
  const mode = modeOf(options.leaks, name);
  if (mode === false) return null;
  const ignore = ignoredIn(options.ignoreLeaks)
    .filter(({ globs }) => globs === null || globs.some((glob) => matchesGlob(glob, name)))
    .map(({ entry }) => entry);
  const known = parseKnownLeaks(options.knownLeaks, WHERE);
  return { mode, failOnLeak: options.failOnLeak ?? true, ignore, known, root, file };
}

function modeOf(leaks: LeakGateOptions["leaks"], name: string): LeakMode {
  if (leaks === undefined || typeof leaks !== "object") return leaks ?? false;
  const [, mode] = Object.entries(leaks).findLast(([glob]) => glob !== DEFAULT && matchesGlob(glob, name)) ?? [];
  return mode ?? leaks[DEFAULT] ?? false;
}

function checkModes(modes: object): void {
  for (const [glob, mode] of Object.entries(modes)) {
    const fault = glob === DEFAULT ? null : globFault(glob);
    if (fault !== null) throw badGlob("leaks", fault, glob);
    checkMode(mode, `leaks[${JSON.stringify(glob)}]`, WHERE);
  }
}

function checkMode(mode: unknown, key: string, where: string): void {
  if (MODES.includes(mode as LeakMode)) return;
  const meant = typeof mode === "string" ? nearest(mode, ["test", "file"]) : undefined;
  const hint = `${meant === undefined ? "" : `Did you mean "${meant}"? `}It is false, "test", "file", or a table of globs to these: { default: "file", "src/slow/**": false }.`;
  throw invalid(key, mode, where, hint);
}

interface Ignored {
  /** `null`: in all files. */
  readonly globs: readonly string[] | null;
  readonly entry: LeakIgnore;
}

function ignoredIn(value: unknown): readonly Ignored[] {
  if (value === undefined) return [];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((entry) => {
    if (typeof entry !== "object" || entry === null) {
      throw invalid("ignoreLeaks", entry, WHERE, 'For example { type: "Session", reason: "a pool, emptied at exit" }.');
    }
    const where = `${WHERE}, ignoreLeaks`;
    const { files, ...rest } = knownKeys(entry, where, IGNORE_KEYS);
    return { globs: globsOf(files), entry: parseIgnore(rest, where) };
  });
}

function globsOf(files: unknown): readonly string[] | null {
  if (files === undefined) return null;
  const list: readonly unknown[] = Array.isArray(files) ? files : [files];
  for (const glob of list) {
    const fault = typeof glob === "string" ? globFault(glob) : `${showValue(glob)} is no glob`;
    if (fault !== null) throw badGlob("ignoreLeaks.files", fault, glob);
  }
  if (list.length === 0) throw badGlob("ignoreLeaks.files", "an empty list matches no file", files);
  return list as readonly string[];
}

function badGlob(key: string, fault: string, value: unknown): Error {
  return invalid(
    key,
    value,
    WHERE,
    `${fault.charAt(0).toUpperCase()}${fault.slice(1)}. Globs are relative to the root, with "/": "src/parser/**".`,
  );
}
