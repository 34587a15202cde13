/** By what a leak is known again in another run, on another machine, in another checkout. Pure. */

import { createHash } from "node:crypto";
import path from "node:path";
import { pathOfUrl } from "../analysis/source-path.js";
import { pastRunner } from "../graph/past-runner.js";
import type { RetainingPath, RetainingStep, SourcePlace } from "../graph/types.js";
import { TIMER_TYPES } from "../leaks/hints.js";
import type { LeakGroup } from "../leaks/types.js";

const HASH_LENGTH = 12;

/**
 * `Session:3f2a9c1b04de`: the type in front, for the reader; behind it a hash of the space, the type and where it is written, and
 * of the way that keeps it alive: the names of variables, properties and files on it. Of a leak without a way, of the functions and
 * files that allocated it.
 *
 * Lines, positions, ids, numbers of elements, keys of maps and digits within names are not in it: they change from run to run, or
 * with every edit.
 *
 * @param root absolute: files are named relative to it
 */
export function signatureOf(group: Omit<LeakGroup, "countPerCall" | "bytesPerCall">, root: string): string {
  const parts = [
    group.space,
    steady(group.type),
    fileOf(group.place, root),
    calledBy(group, root),
    ...(group.path === null ? siteParts(group, root) : pathParts(group.path, root)),
  ];
  const hash = createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, HASH_LENGTH);
  return `${steady(group.type).replaceAll(/[^\w#$.-]+/gu, "-")}:${hash}`;
}

function pathParts(found: RetainingPath, root: string): readonly string[] {
  const own = pastRunner(found);
  if (own !== null) return ["runner", ...own.map((step, at) => (at === 0 ? steady(step.type) : stepText(step)))];
  const { root: start, place, steps } = found;
  const way = withoutNode(start, steps);
  const where = way.length < steps.length || start === "module of Node" ? ["Node"] : [start, fileOf(place, root)];
  return [...where, ...way.map(stepText)];
}

/** Objects that everybody knows, and to which many ways lead within Node: which one is the shortest changes from run to run. */
const LANDMARKS: readonly string[] = ["process", "TimersList"];

function withoutNode(start: RetainingPath["root"], steps: readonly RetainingStep[]): readonly RetainingStep[] {
  if (start !== "module of Node" && start !== "global") return steps;
  return steps.slice(1 + steps.findLastIndex(({ type }) => LANDMARKS.includes(type)));
}

/** Timers are all of one type: what they call tells them apart. */
function calledBy({ type, holds }: Pick<LeakGroup, "type" | "holds">, root: string): string {
  if (!TIMER_TYPES.includes(type)) return "";
  const called = holds.find(({ kind }) => kind === "closure");
  return called === undefined ? "" : `${steady(called.type)} ${fileOf(called.place, root)}`;
}

function stepText({ edge, name, type }: RetainingStep): string {
  const named = edge === "element" || edge === "key" || edge === "value" || edge === "entry" ? "" : steady(name);
  return `${edge} ${named} ${steady(type)}`;
}

function siteParts({ site }: Pick<LeakGroup, "site">, root: string): readonly string[] {
  const own = site?.stack.filter(({ owner }) => owner === "user" || owner === "dependency") ?? [];
  return ["site", ...own.map((frame) => `${frame.functionName} ${relative(frame.file, root)}`)];
}

/** "session 17" and "session 18" are made by one line. */
function steady(text: string): string {
  return text.replaceAll(/\d+/gu, "#");
}

function fileOf(place: SourcePlace | null, root: string): string {
  return place === null || place.url === "" ? "" : relative(pathOfUrl(place.url), root);
}

/** A package lies where its installer put it. */
function relative(file: string, root: string): string {
  const name = file.replaceAll("\\", "/");
  const at = name.lastIndexOf("/node_modules/");
  if (at !== -1) return name.slice(at + 1);
  return path.isAbsolute(file) ? path.relative(root, file).replaceAll("\\", "/") : name;
}
