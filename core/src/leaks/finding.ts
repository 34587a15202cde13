import type { GrownStore, ObjectGroup } from "../graph/types.js";
import type { Growth } from "./rule.js";
import type { LeakSpace } from "./types.js";

/** What grew in the confirming run, and how. */
export interface Finding {
  readonly space: LeakSpace;
  /** Kind of the handles, "" for memory. */
  readonly kind: string;
  readonly growth: Growth;
  /** `null`: not told here. */
  readonly countPerCall: number | null;
  readonly bytesPerCall: number | null;
  readonly retainedPerCall: number | null;
  /** On the heap: the objects, or the older container that grew. */
  readonly group: ObjectGroup | null;
  readonly store: GrownStore | null;
}
