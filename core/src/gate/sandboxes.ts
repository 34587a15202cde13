/**
 * Sandboxes of test files that share a process, as Jest's do: whether one is still alive when its file has long ended, and what keeps
 * it. It is what `--detectLeaks` asks. docs/leak-gate.md
 */

import { memspecScripts } from "../analysis/memspec-roots.js";
import { withAddonErrors } from "../capture/addon-errors.js";
import type { NativeBinding } from "../capture/binding.js";
import { loadAddon } from "../capture/load-addon.js";
import { askOwnHeap, pathsAvoid } from "../graph/own-heap.js";
import { RUNNERS } from "../graph/past-runner.js";
import { pathInSource } from "../graph/source-places.js";
import type { RetainingPath } from "../graph/types.js";
import { hintFor } from "../leaks/hints.js";
import type { LeakGroup } from "../leaks/types.js";
import { sourcePlaceHere } from "../measure/analyse-here.js";
import type { LeaksRecord } from "../observe/payload.js";
import { outlivesFile } from "./file-rule.js";
import { dayOf } from "./known-leaks.js";
import type { FileGate } from "./options.js";
import { sortLeaks } from "./sort-out.js";

const SANDBOX_TYPE = "sandbox of a test file";

/** A sandbox whose file has ended. */
export interface EndedSandbox {
  readonly gate: FileGate;
  /** Takes the verdict over: only for one that leaks. */
  readonly tell: (leaks: LeaksRecord) => void;
}

interface Waiting extends EndedSandbox {
  readonly global: WeakRef<object>;
}

/** One for the process: its copies of this module share it. */
const KEY = Symbol.for("memspec.sandboxes");

function waiting(): Waiting[] {
  const holder = globalThis as { [KEY]?: Waiting[] };
  holder[KEY] ??= [];
  return holder[KEY];
}

/**
 * Takes note of a sandbox that nobody should need any more. Nothing of it is kept.
 *
 * @param global its global object
 */
export function sandboxEnded(global: object, ended: EndedSandbox): void {
  waiting().push({ ...ended, global: new WeakRef(global) });
}

/**
 * Tells of the sandboxes that are alive after a collection, each once, by what keeps them: V8, Node and runners keep what they used
 * last, and a sandbox that only they hold waits for the next one to take its place.
 *
 * Synchronous, so that a process can do it when it ends. No reference to a sandbox may have been read in the running job.
 */
export function judgeSandboxes(): void {
  const list = waiting();
  // Also before the addon: in a process that runs long, loading it goes through all of its code.
  if (list.length === 0) return;
  const { binding } = loadAddon();
  if (binding === null) return;
  withAddonErrors(() => binding.collect());
  const alive = list.filter(({ global }) => global.deref() !== undefined);
  list.splice(0, list.length);
  if (alive.length === 0) return;
  const paths = pathsOf(binding, alive);
  const around = { file: [], runners: [...RUNNERS, ...memspecScripts()] };
  alive.forEach((sandbox, index) => {
    const path = paths[index] ?? null;
    if (path === null || !isLeak(path, around)) {
      // Nobody's fault so far: the next time it is asked for again.
      list.push(sandbox);
      return;
    }
    const { groups, ignored, notes } = sortLeaks([groupOf(path)], sandbox.gate, dayOf(Date.now()));
    const reason = [
      "The file's sandbox, with all its modules, was still alive after the file had ended.",
      ...notes,
    ].join(" ");
    sandbox.tell({ verdict: groups.length > 0 ? "leak" : "clean", reason, groups, ignored });
  });
}

/** Also what native code holds: an open handle keeps the function that it calls, and with it the whole sandbox. */
function isLeak(path: RetainingPath, around: Parameters<typeof outlivesFile>[1]): boolean {
  if (path.root === "global handle" || path.root === "native") return !path.avoided;
  return outlivesFile({ kind: "object", path }, around);
}

function pathsOf(binding: NativeBinding, alive: readonly Waiting[]): readonly (RetainingPath | null)[] {
  const { answer } = askOwnHeap(binding, (graph) => {
    const globals = alive.map(({ global }) => global.deref());
    const ids = globals.map((global) => (global === undefined ? null : binding.objectId(global)));
    const known = ids.filter((id) => id !== null);
    const avoided = pathsAvoid(binding, memspecScripts(), [waiting(), ...alive.map(({ global }) => global)]);
    const found = binding.graphPaths(graph, known, { ...avoided, avoidIds: [...avoided.avoidIds, ...known] });
    return ids.map((id) => (id === null ? null : (found[known.indexOf(id)] ?? null)));
  });
  return (answer ?? []).map((path) => path && pathInSource(path, sourcePlaceHere));
}

function groupOf(path: RetainingPath): LeakGroup {
  return {
    space: "heap",
    type: SANDBOX_TYPE,
    ...{ countPerCall: null, bytesPerCall: null, retainedBytes: null, site: null, place: null },
    path,
    holds: [],
    hint: hintFor({ kind: "object", type: SANDBOX_TYPE, path, holds: [], count: 1, shallowBytes: 0 }),
    knownOfNode: null,
  };
}
