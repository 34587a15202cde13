/** A retaining path as people read it: from the root, through names, to the object. */

import { pastRunner } from "../graph/past-runner.js";
import type { RetainingPath, RetainingStep, SourcePlace } from "../graph/types.js";
import { relativePath } from "./frames.js";
import { MESSAGE_WIDTH, shorten, wrapText } from "./layout.js";

const ROOT_WORDS: Readonly<Record<RetainingPath["root"], string>> = {
  global: "globalThis",
  module: "module",
  "module of Node": "Node",
  stack: "a function that is running",
  "handle scope": "native code that is running",
  "global handle": "a handle held by native code",
  native: "native code",
  V8: "V8 itself",
};

/** Longest name of a property, key or type within a path. */
const NAME_WIDTH = 48;

/**
 * Links of the chain, the root first; the last one is the object itself.
 *
 * @param root absolute root of the project
 */
export function pathLinks(path: RetainingPath, root: string): readonly string[] {
  const own = pastRunner(path);
  if (own !== null) {
    return ["what runs the test", ...own.map((step, at) => (at === 0 ? typeText(step, root) : linkText(step, root)))];
  }
  const timers = path.steps.findIndex((step) => step.type === "TimersList");
  // How Node keeps its timers is its own affair.
  if (timers >= 0)
    return ["Node's list of timers", ...path.steps.slice(timers + 1).map((step) => linkText(step, root))];
  const where = placeText(path.place, root);
  const start = where === "" ? ROOT_WORDS[path.root] : `${ROOT_WORDS[path.root]} ${where}`;
  return [start, ...path.steps.map((step) => linkText(step, root))];
}

/** One line where it fits, else one link a line. */
export function pathLines(path: RetainingPath, root: string, indent: number): readonly string[] {
  const links = pathLinks(path, root);
  const blanks = " ".repeat(indent);
  const line = `${blanks}${links.join(" → ")}`;
  if ([...line].length <= MESSAGE_WIDTH) return [line];
  return links.map((link, index) => `${blanks}${index === 0 ? "" : "→ "}${link}`);
}

/** In the place of a path: why there is none. `null`: nothing went wrong. */
export function unknownLines(problem: string | null): readonly string[] {
  return problem === null ? [] : ["", ...wrapText(`${problem}.`, 2, "What keeps it alive is not known: ")];
}

/** `src/cache.ts:3:7`, without what is unknown; "" for no place. */
export function placeText(place: SourcePlace | null, root: string): string {
  if (place === null || place.url === "") return "";
  const file = relativePath(place.url.replace(/^file:\/\//u, ""), root);
  if (place.line === 0) return file;
  return place.column === 0 ? `${file}:${place.line}` : `${file}:${place.line}:${place.column}`;
}

function linkText(step: RetainingStep, root: string): string {
  const reference = referenceText(step);
  const type = typeText(step, root);
  const times = step.times > 1 ? ` ×${step.times}` : "";
  return reference === "" ? `${type}${times}` : `${reference}${times} (${type})`;
}

function referenceText(step: RetainingStep): string {
  const name = shorten(step.name, NAME_WIDTH);
  switch (step.edge) {
    case "property":
      return `.${name}`;
    case "element":
      return name === "" ? "[…]" : `[${name}]`;
    case "variable":
    case "module variable":
      return name === "" ? "a variable" : `variable ${name}`;
    case "key":
      return "key";
    case "value":
      return name === "" ? "value" : `value of ${JSON.stringify(name)}`;
    case "entry":
      return "entry";
    case "listener":
      return name === "" ? "listener" : `listener of "${name}"`;
    case "weak key":
      return name === "" ? "kept by its weak key" : `kept by its weak key in ${name}`;
    case "internal":
      return name === "" ? "" : `<${name}>`;
  }
}

function typeText(step: RetainingStep, root: string): string {
  const detail = step.kind === "string" && step.detail !== "" ? ` ${JSON.stringify(shorten(step.detail, 24))}` : "";
  const where = step.kind === "closure" ? placeText(step.place, root) : "";
  return `${shorten(step.type, NAME_WIDTH)}${detail}${where === "" ? "" : ` ${where}`}`;
}
