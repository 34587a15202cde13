/**
 * The rule of `leaks: "file"`: what of a test file's survivors grows with its tests. docs/leak-gate.md argues it. Pure.
 *
 * A test file's tests are different programs, each run once. What they leave behind has none of the evenness of batches; what it
 * has is *recurrence*: the same kind of object, kept in the same way, born again and again in different tests.
 */

import type { ObjectGroup, RetainingPath, SourcePlace } from "../graph/types.js";

/** So many tests must have left something, the last of them late in the file. */
export const LEAST_TESTS = 3;

/** A span of the file that ends with a test: one test, several in a row, or several that ran at the same time. */
export interface TestSpan {
  /** Number of its interval. */
  readonly interval: number;
  readonly tests: number;
  /** All of its tests passed: what a failed one leaves behind is no leak of the code under test. */
  readonly passed: boolean;
}

/**
 * Whether survivors recur: they were born in at least three spans whose tests passed, at least one of them in the last third.
 *
 * @param births of each interval
 * @param spans in the order in which they ran
 */
export function recurs(births: readonly number[], spans: readonly TestSpan[]): boolean {
  const judged = spans.filter(({ passed }) => passed);
  const leaving = judged.filter(({ interval }) => (births[interval] ?? 0) > 0);
  if (leaving.length < LEAST_TESTS) return false;
  const late = judged.slice(Math.floor((judged.length * 2) / 3));
  return late.some((span) => leaving.includes(span));
}

/** The average of the tests that are judged. */
export function perTest(births: readonly number[], spans: readonly TestSpan[]): number {
  const judged = spans.filter(({ passed }) => passed);
  const tests = judged.reduce((sum, span) => sum + span.tests, 0);
  return tests === 0 ? 0 : judged.reduce((sum, { interval }) => sum + (births[interval] ?? 0), 0) / tests;
}

/** What belongs to the run around the test file, or to the file itself: what only they keep is gone when the file is. */
export interface Surroundings {
  /** Parts of the names of the test file's own scripts. */
  readonly file: readonly string[];
  /** Parts of the names of the scripts of runners and of memspec. */
  readonly runners: readonly string[];
}

/**
 * Whether a group is kept alive by something that outlives its test file: a global variable, a module that is not the test file,
 * or Node, and on no way through the runner. `null`: nothing keeps it that could be found.
 */
export function outlivesFile({ kind, path }: Pick<ObjectGroup, "kind" | "path">, around: Surroundings): boolean {
  // Compiled code and shapes of objects come with the first run of whatever a test calls.
  if (path === null || path.avoided || kind === "code" || kind === "shape" || kind === "system") return false;
  switch (path.root) {
    case "global":
    case "module":
    case "module of Node":
      return !holdsItself(path, around);
    default:
      return false;
  }
}

const RUNNER_GLOBALS = /vitest|jest|^console$|^expect$|matchers|snapshot|circus|memspec|istanbul|coverage/iu;
/** Modules that a test is the first to load stay loaded; that is what a registry of modules is for. */
const MODULE_REGISTRIES =
  /^(?:Module|ModuleWrap|ModuleJob|LoadCache|ResolveCache|ModuleLoader|SourceTextModule|SyntheticModule)$/u;

/** The first link that belongs to somebody says whose it is: a listener of the process's that a test wrote is the process's. */
function holdsItself({ root, place, steps }: RetainingPath, around: Surroundings): boolean {
  if (root === "module") return isOwn(place, around);
  const [first] = steps;
  if (first === undefined) return true;
  if (root === "global" && RUNNER_GLOBALS.test(first.name)) return true;
  const withinNode = steps.findIndex((step) => MODULE_REGISTRIES.test(step.type));
  if (withinNode !== -1) return true;
  // A runner listens to the process, too: its function comes before any other.
  const owner = steps.find(({ place: of }) => of !== null && of.url !== "" && !of.url.startsWith("node:"));
  return owner !== undefined && isRunner(owner.place, around);
}

function isOwn(place: SourcePlace | null, around: Surroundings): boolean {
  return place === null || isRunner(place, around) || around.file.some((part) => place.url.includes(part));
}

function isRunner(place: SourcePlace | null, { runners }: Surroundings): boolean {
  return place !== null && runners.some((part) => place.url.includes(part));
}

const CACHE_NAMES = /cache|memo|lru|intern(?:ed|s)?\b/iu;

/**
 * Whether a module of a dependency keeps the group in something that its own author calls a cache. One that fills with the inputs of
 * the tests cannot be told from a leak, and is none that the program under test could mend.
 */
export function isCacheOfDependency({ path }: Pick<ObjectGroup, "path">): boolean {
  if (path === null || path.root !== "module" || path.place?.url.includes("/node_modules/") !== true) return false;
  return path.steps.some(({ name, type }) => CACHE_NAMES.test(name) || CACHE_NAMES.test(type));
}
