import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

type Collect = (options?: { type: "major"; execution: "sync"; flavor: "last-resort" }) => void;

let collect: Collect | null | undefined;

/**
 * A full collection, now, without the addon and without a command-line flag.
 *
 * V8's inspector collects in a task of its own, too late for a synchronous measurement; `v8.queryObjects` prints a
 * warning. What remains is V8's `gc` extension: the flag is on only while a context of its own is made, which keeps
 * the function.
 *
 * @returns `false` where this Node does not give it
 */
export function collectGarbage(): boolean {
  collect ??= findCollect();
  // Without options a full collection everywhere; Node 20 reads these options as a minor one, later versions as the
  // strongest there is.
  collect?.();
  collect?.({ type: "major", execution: "sync", flavor: "last-resort" });
  return collect !== null;
}

function findCollect(): Collect | null {
  const own: unknown = (globalThis as { gc?: unknown }).gc;
  if (typeof own === "function") return own as Collect;
  try {
    setFlagsFromString("--expose-gc");
    const found: unknown = runInNewContext("typeof gc === 'function' ? gc : null");
    return typeof found === "function" ? (found as Collect) : null;
  } catch {
    return null;
  } finally {
    setFlagsFromString("--no-expose-gc");
  }
}
