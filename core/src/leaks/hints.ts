import type { ObjectGroup, RetainingPath } from "../graph/types.js";
import type { LeakHint } from "./types.js";

const COLLECTIONS: readonly string[] = ["Map", "Set", "Array", "Object"];

/** Timers are objects of Node's, and handles to their owner. */
export const TIMER_TYPES: readonly string[] = ["Timeout", "Immediate"];

/** The well-known pattern of a group on the heap, or `null`. */
export function hintFor(
  group: Pick<ObjectGroup, "kind" | "type" | "path" | "holds" | "count" | "shallowBytes">,
): LeakHint | null {
  const { type, kind, path } = group;
  const steps = path?.steps ?? [];
  const listener = steps.findIndex(({ edge }) => edge === "listener");
  if (listener !== -1)
    return steps.slice(0, listener).some(({ type: holder }) => holder === "AbortSignal")
      ? "abort-listener"
      : "listener";
  if (TIMER_TYPES.includes(type) || steps.some((step) => TIMER_TYPES.includes(step.type))) return "timer";
  if (type === "Promise") return "promise";
  if (kind === "string" && holdsMuch(group, "string")) return "string-slice";
  if (/^(?:Buffer|Uint8Array|FastBuffer)$/u.test(type)) return "buffer-slice";
  if (kind === "closure" && holdsMuch(group, "context")) return "shared-context";
  return isModuleCollection(path) ? "module-collection" : null;
}

/** What the members hold of a kind is more than ten times their own size. */
function holdsMuch(group: Pick<ObjectGroup, "holds" | "shallowBytes">, kind: string): boolean {
  const bytes = group.holds.filter((held) => held.kind === kind).reduce((sum, held) => sum + held.bytes, 0);
  return bytes > 10 * group.shallowBytes;
}

function isModuleCollection(path: RetainingPath | null): boolean {
  const [variable] = path?.steps ?? [];
  return variable?.edge === "module variable" && COLLECTIONS.includes(variable.type);
}

/** Leaks of Node's own that are known, and where they are told. */
export function knownOfNode(path: RetainingPath | null, nodeMajor: number): string | null {
  const anySignal = path?.steps.some(({ name }) => /kDependantSignals|kSourceSignals/u.test(name)) === true;
  return anySignal && nodeMajor < 24 ? "AbortSignal.any() with a long-lived source leaks in Node 20 and 22" : null;
}
