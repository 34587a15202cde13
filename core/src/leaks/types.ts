/** What a leak check takes and says. Plain data: the matcher, `limitLeaks` and the reports are made of it. */

import type { AllocationSite, AssertableSpace, Availability } from "../capture/measurement.js";
import type { HeldType, RetainingPath, SourcePlace } from "../graph/types.js";
import type { Size } from "../sizes/size.js";

/** What can leak: memory in one of the spaces, or handles: timers, sockets, watchers, listeners, descriptors. */
export type LeakSpace = AssertableSpace | "handles";

/** A name, whole and exact, or an expression that is tried on it. */
export type LeakName = string | RegExp;

/**
 * What is no leak to the caller, and why. The reason is shown wherever the check's result is.
 *
 * `type`: the group's type ("Session"). `function`, `file`: any frame of the stack that allocated it; a string is a function's
 * whole name, or a part of a file's path. `group`: a predicate on the group.
 */
export type LeakIgnore = { readonly reason: string } & (
  | { readonly type: LeakName }
  | { readonly function: LeakName }
  | { readonly file: LeakName }
  | { readonly group: (group: LeakGroup) => boolean }
);

/** How much may stay per call; both sides inclusive. What is not named may not stay at all. */
export interface LeakAllowance {
  /** Bytes a call, of each group. */
  readonly bytes?: Size;
  /** Objects, blocks or handles a call, of each group. May be a fraction: 0.5 is one in every second call. */
  readonly instances?: number;
}

/** Options of `findLeaks`. */
export interface LeakOptions {
  /** Calls in a batch; default 16, fewer for a slow function. Four batches decide a clean function. */
  readonly runs?: number;
  /** Calls before the first batch; default 16. */
  readonly warmup?: number;
  /** Called before each batch; what it leaves behind is not the function's. May be async. */
  readonly setup?: () => unknown;
  /** Called after each batch, before what is alive is counted. May be async. */
  readonly teardown?: () => unknown;
  /** What is no leak to the caller. */
  readonly ignore?: LeakIgnore | readonly LeakIgnore[];
  /** What may stay per call; a size stands for `{ bytes }`. Default: nothing. */
  readonly allow?: Size | LeakAllowance;
  /** What is looked at; default everything. */
  readonly space?: LeakSpace | readonly LeakSpace[];
  /** Milliseconds for the whole check, until `MEMSPEC_LEAK_TIMEOUT`; default 30 000. */
  readonly timeout?: number;
  /** An inconclusive verdict is to fail. The report's verdict does not depend on it. Default `false`. */
  readonly strict?: boolean;
}

/** What the configuration may say for all leak checks: what holds for one function alone is left out. */
export type LeakDefaults = Omit<LeakOptions, "setup" | "teardown">;

/** Options after validation. */
export interface LeakPlan {
  /** `null`: the default, which may be lowered for a slow function. */
  readonly runs: number | null;
  readonly warmup: number | null;
  readonly setup: (() => unknown) | null;
  readonly teardown: (() => unknown) | null;
  readonly ignore: readonly LeakIgnore[];
  readonly allow: { readonly bytes: number; readonly instances: number };
  readonly spaces: readonly LeakSpace[];
  /** The caller named them: one that is unavailable is an error. */
  readonly spacesNamed: boolean;
  readonly timeoutMs: number;
  readonly strict: boolean;
}

/** Well-known patterns; what is to be said about each is the message's business. */
export const LEAK_HINTS = [
  "listener",
  "abort-listener",
  "timer",
  "promise",
  "module-collection",
  "shared-context",
  "buffer-slice",
  "string-slice",
  "handle-not-closed",
  "native-block",
] as const;
export type LeakHint = (typeof LEAK_HINTS)[number];

/**
 * What a group's site was found by, where no stack of its objects says it: "bytes": V8 has lost their stacks, and it is the one place whose bytes agree with
 * theirs; "caller": a function of Node's allocated them after it had waited, and the frames outside of it are those of the only function that was seen to
 * call it.
 */
export const SITE_INFERENCES = ["bytes", "caller"] as const;
export type SiteInference = (typeof SITE_INFERENCES)[number];

/** Objects, blocks or handles that are alike and of which each call leaves some behind. */
export interface LeakGroup {
  readonly space: LeakSpace;
  /** Constructor, "(closure) name", "ArrayBuffer", "native block", "Timeout", … */
  readonly type: string;
  /** Survivors a call: a fraction when not every call leaves one. `null`: only bytes are known. */
  readonly countPerCall: number | null;
  /** Shallow bytes a call. `null` for handles. */
  readonly bytesPerCall: number | null;
  /** What would be free if the group's survivors of one batch were, over the batch's calls. `null`: unknown. */
  readonly retainedBytes: number | null;
  /**
   * Where they were allocated; `null`: no stack could be had. Its bytes and count are those of the evidence run. Of descriptors that no object owns: where most
   * of them were opened, with no bytes; `space` says nothing then.
   */
  readonly site: AllocationSite | null;
  /** How `site` was found where it is not the objects' own. Absent: it is. */
  readonly siteInferred?: SiteInference;
  /** Where the type is written: a closure's function, an object's class. In the source, not the generated code. `null`: unknown. */
  readonly place: SourcePlace | null;
  /** Why they are alive; `null`: unknown (off the heap, or without the addon). Places are those of the source. */
  readonly path: RetainingPath | null;
  /** What the survivors of the batches hold, by type, most bytes first. */
  readonly holds: readonly HeldType[];
  readonly hint: LeakHint | null;
  /** A leak of Node's own: where it is told. `null`: not known as one. */
  readonly knownOfNode: string | null;
}

/** A group that does not count, and why. */
export interface IgnoredLeak {
  readonly group: LeakGroup;
  /** The reason that was given for it, or "allowed". */
  readonly reason: string;
}

/** Calls of the function, by what they were for. */
export interface LeakCalls {
  readonly warmup: number;
  readonly screening: number;
  readonly confirming: number;
  /** With stacks: slow, so few. */
  readonly evidence: number;
  readonly total: number;
}

/** What a call leaves behind on average, over all batches that were looked at. `null`: not looked at, or unknown. */
export interface LeakGrowth {
  readonly heapBytes: number | null;
  readonly buffersBytes: number | null;
  readonly nativeBytes: number | null;
  readonly handles: number | null;
}

export type LeakVerdict = "clean" | "leak" | "inconclusive";

/** What could be looked at here. */
export interface LeakCapabilities {
  readonly tracker: "native" | "javascript";
  readonly native: Availability;
  /** Stacks of the heap's groups. */
  readonly stacks: Availability;
  /** Retaining paths and retained sizes. */
  readonly paths: Availability;
  /** What is true of this machine or run and makes the answer weaker, in sentences. */
  readonly notes: readonly string[];
}

export interface LeakReport {
  readonly verdict: LeakVerdict;
  /** Why it is inconclusive, or why growth that was seen is no leak; `null` when there is nothing to add. One sentence. */
  readonly reason: string | null;
  /** What leaks, most bytes a call first. Empty unless the verdict is "leak". */
  readonly groups: readonly LeakGroup[];
  /** What would leak, were it not ignored or allowed. */
  readonly ignored: readonly IgnoredLeak[];
  readonly growth: LeakGrowth;
  readonly calls: LeakCalls;
  /** Calls in a batch of the run that decided. */
  readonly batchCalls: number;
  /** For "inconclusive": calls that would decide. `null` otherwise, and where no number of calls would. */
  readonly callsToDecide: number | null;
  readonly spaces: readonly LeakSpace[];
  readonly capabilities: LeakCapabilities;
  readonly durationMs: number;
}
