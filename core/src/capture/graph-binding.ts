/**
 * The contract of the heap graph (native/graph): plain data, no behaviour. A graph lives in the addon's own memory, off
 * every figure; JavaScript holds a number and asks questions.
 *
 * Objects are named by V8's object ids, which rise in the order of birth: an object with `b0 < id <= b1` was born between
 * the moments at which the highest ids were `b0` and `b1`. Ids hold across collections only while V8 tracks
 * objects (`HeapProfiler::StartTrackingHeapObjects`) or after a snapshot was taken.
 */

/** A graph that the addon holds. A number, so that holding one costs no heap. */
export type GraphHandle = number;

/** A place in the source as V8 knows it: generated code. */
export interface RawPlace {
  /** Script name or sourceURL; "" when the script has none, or its name is not in the snapshot. */
  readonly url: string;
  /** -1: none. Key for `sourceMapUrl`, in the process that the snapshot is of. */
  readonly scriptId: number;
  /** 1-based; 0: unknown. */
  readonly line: number;
  /** 1-based; 0: unknown. */
  readonly column: number;
}

/** What sort of thing a node is; `type` says it in words. */
export type RawNodeKind =
  | "object"
  | "array"
  | "closure"
  | "context"
  | "string"
  | "symbol"
  | "number"
  | "bigint"
  | "regexp"
  | "code"
  | "buffer"
  | "native"
  | "shape"
  | "system"
  | "root";

export interface RawType {
  readonly kind: RawNodeKind;
  /** `Session`, `Array`, `closure handler`, `context of open`, `string`, `RegExp`, `Promise`, `Timeout`, `compiled code`. */
  readonly type: string;
  /**
   * A string's or symbol's value, shortened; a regular expression's pattern; the property names of a plain object (`{id, name}`);
   * "" for everything else.
   */
  readonly detail: string;
  /** Where the function is, for a closure; its constructor, for an object; the script alone (line 0) for a context. */
  readonly place: RawPlace | null;
}

/**
 * How the object before holds the one after. `variable`: of a closure's scope. `module variable`: of the outermost scope of
 * a module. `key`, `value`: of a Map; `entry`: of a Set; `listener`: of an EventEmitter or EventTarget (`name` is the event). `weak key`:
 * kept alive as the value of a WeakMap for as long as the key lives; `name` says whose. `internal`: V8's or Node's own field.
 */
export type RawEdgeKind =
  | "property"
  | "element"
  | "variable"
  | "module variable"
  | "key"
  | "value"
  | "entry"
  | "listener"
  | "weak key"
  | "internal";

export interface RawStep extends RawType {
  readonly edge: RawEdgeKind;
  /**
   * Name of the property, variable, event or field; index of the element; for a Map's value its key, where that is a string
   * or a symbol; "" where there is none or it is unknown.
   */
  readonly name: string;
  /** The object that this step arrives at. */
  readonly objectId: number;
  /** Alike steps in a row that were folded into this one (`next → next → …`); 1: none. */
  readonly times: number;
}

/** Where a path begins; docs/snapshots.md explains each. */
export type RawRoot =
  | "global"
  | "module"
  | "module of Node"
  | "stack"
  | "handle scope"
  | "global handle"
  | "native"
  | "V8";

/** The shortest chain of references that keeps an object alive; the last step arrives at the object. */
export interface RawPath {
  readonly root: RawRoot;
  /** The module's script, for a module. */
  readonly place: RawPlace | null;
  /** Nothing but a native root keeps it: a global handle of Node's or an addon's, a cleanup queue. */
  readonly native: boolean;
  /** It leads through what was to be avoided (`avoid`), for lack of another way. */
  readonly avoided: boolean;
  readonly steps: readonly RawStep[];
}

export interface RawTraceFrame extends RawPlace {
  /** "" when anonymous. The position is the function's own. */
  readonly functionName: string;
}

/** An allocation stack, innermost first. */
export interface RawTrace {
  readonly frames: readonly RawTraceFrame[];
  readonly count: number;
  readonly bytes: number;
}

/** What was born in an interval and is alive. */
export interface RawBirths {
  readonly count: number;
  readonly bytes: number;
}

export interface RawHeld extends RawType {
  readonly count: number;
  readonly bytes: number;
}

/**
 * New objects of one type that are kept alive in the same way. Its members dominate what they hold: an object that lives only
 * through another new one belongs to that one, as part of `holds`.
 */
export interface RawGroup extends RawType {
  readonly count: number;
  /** The members' own size. */
  readonly shallowBytes: number;
  /** The members and all that lives only through one of them; nothing counted twice, nor in two groups. */
  readonly retainedBytes: number;
  /** Members by interval of birth, and what belongs to them: `births[k]` for ids in (boundaries[k], boundaries[k + 1]]. */
  readonly births: readonly RawBirths[];
  /** The members and all that lives only through one of them, each by the interval of its own birth; without what is older, and V8's code and shapes. */
  readonly contents: readonly RawBirths[];
  /** Up to `members` of them, oldest first. */
  readonly objectIds: readonly number[];
  /** Of one representative, a member of the last interval that has any. */
  readonly path: RawPath | null;
  /** What the members hold, biggest first, the members themselves left out. */
  readonly holds: readonly RawHeld[];
  /**
   * Where those of the last interval were allocated, most first. Empty unless allocations were tracked when they were born; Node 22 forgets the stacks of objects
   * that have been through more than one snapshot, and all versions may miss single objects.
   */
  readonly traces: readonly RawTrace[];
}

/** A container older than the boundaries whose own store (elements, properties, table) was made anew after them. */
export interface RawGrownStore extends RawType {
  readonly objectId: number;
  /** `elements`, `properties`, `table`. */
  readonly store: string;
  /** Size of the store now; what it was before, `storeBytes` of an older graph says. */
  readonly bytes: number;
  /** Interval in which the present store was born, as the index in `births`. */
  readonly interval: number;
  readonly path: RawPath | null;
}

export interface RawGroupQuery {
  /**
   * Highest object ids at the boundaries, ascending, at least one. What is born after the last one is no survivor; one
   * boundary alone means everything since.
   */
  readonly boundaries: readonly number[];
  /**
   * Parts of script names (`/node_modules/vitest/`): a path leads through a closure, context or module of such a script
   * only if there is no other.
   */
  readonly avoid: readonly string[];
  /** Objects that no path may lead through unless there is no other: what the asker itself holds. */
  readonly avoidIds: readonly number[];
  /**
   * Parts of script names: by closures and contexts of such a script no path leads, and what they alone keep alive is no
   * survivor. It is kept for a time only. Default none.
   */
  readonly temporary?: readonly string[];
  /** The same of objects. Default none. */
  readonly temporaryIds?: readonly number[];
  /** Most groups returned, by retained bytes; the rest is counted in `omitted`. */
  readonly limit: number;
  /** Most object ids per group. */
  readonly members: number;
}

export interface RawGroups {
  readonly groups: readonly RawGroup[];
  readonly grown: readonly RawGrownStore[];
  /** Groups beyond the limit. */
  readonly omitted: { readonly groups: number; readonly count: number; readonly bytes: number };
  /** All survivors but V8's code and shapes, members and what they hold, per interval; own sizes. */
  readonly births: readonly RawBirths[];
  /** Instances that may have memory off the heap, and that only something temporary holds, per interval. */
  readonly temporary: readonly RawBirths[];
}

export interface RawGraphSummary {
  readonly nodes: number;
  readonly edges: number;
  /** Sum of the own sizes of all nodes. */
  readonly bytes: number;
  /** Of what is reachable over references that retain. */
  readonly reachableBytes: number;
  /** The highest id of an object of the JavaScript heap. */
  readonly lastObjectId: number;
  /** Allocation stacks are in it. */
  readonly traces: boolean;
  /** Memory of the graph itself. */
  readonly ownBytes: number;
}

export interface RawTypeFigures extends RawType {
  readonly count: number;
  readonly shallowBytes: number;
  /** What would be freed with all of them; nothing counted twice. */
  readonly retainedBytes: number;
}

export interface RawBigObject extends RawType {
  readonly objectId: number;
  /** Its own size. */
  readonly shallowBytes: number;
  readonly retainedBytes: number;
  readonly path: RawPath | null;
}

/** An ArrayBuffer, SharedArrayBuffer or the like, and what it has off the heap. */
export interface RawBigBuffer extends RawType {
  readonly objectId: number;
  readonly bytes: number;
  readonly path: RawPath | null;
}

export interface RawDuplicateString {
  /** Shortened. */
  readonly value: string;
  readonly count: number;
  readonly bytes: number;
}

export interface RawAnalysisQuery {
  /** Most rows of each list. */
  readonly limit: number;
  readonly avoid: readonly string[];
}

export interface RawAnalysis {
  readonly summary: RawGraphSummary;
  readonly types: readonly RawTypeFigures[];
  readonly biggest: readonly RawBigObject[];
  readonly duplicateStrings: readonly RawDuplicateString[];
}

export interface RawGrowth extends RawType {
  readonly countBefore: number;
  readonly countAfter: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  readonly retainedBytesBefore: number;
  readonly retainedBytesAfter: number;
  /** Of one object in the later snapshot. */
  readonly path: RawPath | null;
}

export interface RawDiff {
  readonly before: RawGraphSummary;
  readonly after: RawGraphSummary;
  /** Both are of one process, so objects are told apart by id; otherwise by type alone. */
  readonly sameProcess: boolean;
  readonly grown: readonly RawGrowth[];
  /** New objects in groups; empty unless `sameProcess`. */
  readonly groups: readonly RawGroup[];
}

/** The part of the addon that takes heaps apart. */
export interface GraphBinding {
  /** The heap of this isolate, now. Takes a heap snapshot and so a full collection; throws away nothing but it. */
  takeGraph(): GraphHandle;
  graphSummary(graph: GraphHandle): RawGraphSummary;
  /** New survivors. */
  graphGroups(graph: GraphHandle, query: RawGroupQuery): RawGroups;
  /** Paths of objects by id; `null` where an object is not in the graph or not kept alive. */
  graphPaths(
    graph: GraphHandle,
    objectIds: readonly number[],
    query: Pick<RawGroupQuery, "avoid" | "avoidIds">,
  ): readonly (RawPath | null)[];
  /** The one with the most memory of all that are kept alive; `null`: there is none. */
  biggestBuffer(graph: GraphHandle, query: Pick<RawGroupQuery, "avoid" | "avoidIds">): RawBigBuffer | null;
  /** The id of a live object, function or symbol; `null` where V8 has seen it in no graph or snapshot yet. */
  objectId(object: object | symbol): number | null;
  /** Own stores of containers by id (see `RawGrownStore`): bytes, `null` where the object is not in the graph. */
  storeBytes(graph: GraphHandle, objectIds: readonly number[]): readonly (number | null)[];
  /** Gives the memory back. Idempotent. */
  closeGraph(graph: GraphHandle): void;
  /** Reads and takes apart a file, on a thread of libuv's pool. */
  analyzeSnapshotFile(path: string, query: RawAnalysisQuery): Promise<RawAnalysis>;
  diffSnapshotFiles(before: string, after: string, query: RawAnalysisQuery): Promise<RawDiff>;
}
