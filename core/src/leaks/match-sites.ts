import { isNameable, isOfProgram } from "../analysis/sites.js";
import type { AllocationSite, SourceFrame } from "../capture/measurement.js";
import type { AllocationFrame, AllocationTrace, ObjectGroup } from "../graph/types.js";

/** What two runs' groups have in common when they are of the same leak: type, and the kinds of the steps that keep them. */
export function shapeOf({ kind, type, path }: ObjectGroup): string {
  const steps = path?.steps.map((step) => `${step.edge} ${step.type}`) ?? [];
  return [kind, type, path?.root ?? "", ...steps].join("|");
}

/** The group of another run that is of the same leak. */
export function sameGroup(group: ObjectGroup, others: readonly ObjectGroup[]): ObjectGroup | null {
  const shape = shapeOf(group);
  return (
    others.find((other) => shapeOf(other) === shape) ??
    others.find((other) => other.kind === group.kind && other.type === group.type && other.path !== null) ??
    null
  );
}

/**
 * The allocation stack that says most about where a group comes from: the one of most objects, or one of which that is the outer part,
 * for V8 inlines a function in the middle of a run; of closures, the one whose innermost function is the one that they stand in.
 * `null`: V8 has none.
 */
export function traceOf({ type, place, traces }: ObjectGroup): AllocationTrace | null {
  const [most] = traces;
  if (most === undefined) return null;
  if (place === null || !type.startsWith("closure ")) return traces.find((trace) => isWhole(trace, most)) ?? most;
  const around = traces.flatMap((trace) => {
    const [{ scriptId, line, column } = { scriptId: -1, line: 0, column: 0 }] = trace.frames;
    const starts =
      scriptId === place.scriptId && line > 0 && (line < place.line || (line === place.line && column <= place.column));
    return starts ? [{ trace, line, column }] : [];
  });
  // Where several functions begin before it, it stands in the last of them.
  around.sort((a, b) => b.line - a.line || b.column - a.column);
  return around[0]?.trace ?? most;
}

/** Whether a stack is another one with more functions at its inner end, the innermost another than that one's: a recursion has the same. */
function isWhole({ frames: whole }: AllocationTrace, { frames: outer }: AllocationTrace): boolean {
  const inner = whole.length - outer.length;
  const [first, outerFirst] = [whole[0], outer[0]];
  if (inner <= 0 || first === undefined || outerFirst === undefined || isSameFunction(first, outerFirst)) return false;
  return outer.every((frame, at) => isSameFunction(frame, whole[inner + at] ?? first));
}

function isSameFunction(a: AllocationFrame, b: AllocationFrame): boolean {
  return a.scriptId === b.scriptId && a.line === b.line && a.column === b.column && a.functionName === b.functionName;
}

/**
 * The site that V8's allocation stack is of: sites know lines and inlined functions, traces know the objects. A trace's functions
 * stand in the site's stack in the same order; of several such sites, the one that left most nearly as many bytes. `null`: no
 * site has the function that allocated.
 *
 * @param sites of the heap
 */
export function siteOfTrace(trace: AllocationTrace, sites: readonly AllocationSite[]): AllocationSite | null {
  const names = trace.frames.map(({ functionName }) => functionName);
  let best: AllocationSite | null = null;
  let bestScore = 0;
  for (const site of sites) {
    const own = site.stack.filter(({ kind }) => kind === "javascript").map(({ functionName }) => functionName);
    if (names[0] === undefined || !own.includes(names[0])) continue;
    const score = shareInOrder(names, own) + closeness(site.retainedBytes ?? 0, trace.bytes);
    if (score <= bestScore) continue;
    best = site;
    bestScore = score;
  }
  return best;
}

const SUSPENDED = /^(?:generator|async call of) (.+)$/u;
/** So close must a site's bytes be to a group's, to be its site without a trace. */
const CLOSE = 0.75;

/** The site of a group of suspended calls: where the function was called. `null`: the group is none, or no site has the function. */
export function siteOfSuspendedCall({ type }: ObjectGroup, sites: readonly AllocationSite[]): AllocationSite | null {
  const called = SUSPENDED.exec(type)?.[1];
  if (called === undefined) return null;
  return sites.find(({ stack }) => stack[0]?.functionName === called) ?? null;
}

/**
 * The site of a group that V8 has no allocation stack of: the only one there is, or the only one that left as many bytes.
 *
 * @param isOfRun the group is of the run that the sites are of: its bytes can be compared with theirs
 * @param sites of the heap
 */
export function siteByBytes(
  group: ObjectGroup,
  isOfRun: boolean,
  sites: readonly AllocationSite[],
): AllocationSite | null {
  if (sites.length === 1) return sites[0] ?? null;
  if (!isOfRun) return null;
  const close = sites.filter(({ retainedBytes }) =>
    [group.shallowBytes, group.retainedBytes].some((bytes) => closeness(retainedBytes ?? 0, bytes) >= CLOSE),
  );
  return close.length === 1 ? (close[0] ?? null) : null;
}

/**
 * What a function of Node's allocates after it has waited has nobody of the program on its stack: completes it with who called the
 * function, where all its recorded calls came from one function of the program.
 *
 * @param recorded all sites of the recorded calls: what Node allocates off the heap for the call itself has them both on its stack
 */
export function withCaller(site: AllocationSite, recorded: readonly AllocationSite[]): AllocationSite {
  if (isNameable(site)) return site;
  const waited = site.stack.findLastIndex(({ kind, functionName }) => kind === "javascript" && functionName !== "");
  const { functionName, file } = site.stack[waited] ?? {};
  const callers = new Map<string, readonly SourceFrame[]>();
  for (const { stack } of recorded) {
    const at = stack.findIndex((frame) => frame.functionName === functionName && frame.file === file);
    const [caller, ...outer] = at === -1 ? [] : stack.slice(at + 1);
    if (caller === undefined || !isOfProgram(caller)) continue;
    const key = `${caller.functionName}\n${caller.file}`;
    // Where it is known, with its line.
    if (!callers.has(key) || !caller.lineIsFunction) callers.set(key, [caller, ...outer]);
  }
  const [stack, ...others] = callers.values();
  if (stack === undefined || others.length > 0) return site;
  return { ...site, stack: [...site.stack.slice(0, waited + 1), ...stack] };
}

/** Share of the names, 0 to 1, that stand among the others in the same order. */
function shareInOrder(names: readonly string[], others: readonly string[]): number {
  let at = 0;
  for (const other of others) if (names[at] === other) at += 1;
  return names.length === 0 ? 0 : at / names.length;
}

/** Between 0 and 1; 1: the same. */
function closeness(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : Math.min(a, b) / Math.max(a, b);
}
