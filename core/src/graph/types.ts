/** What heap snapshots are taken apart into: plain, immutable data. The addon gives it in this very shape. */

export type {
  RawAnalysis as SnapshotAnalysis,
  RawBigBuffer as BigBuffer,
  RawBigObject as BigObject,
  RawBirths as Births,
  RawDiff as SnapshotDiff,
  RawDuplicateString as DuplicateString,
  RawEdgeKind as EdgeKind,
  RawGraphSummary as GraphSummary,
  RawGroup as ObjectGroup,
  RawGroups as ObjectGroups,
  RawGrownStore as GrownStore,
  RawGrowth as TypeGrowth,
  RawHeld as HeldType,
  RawNodeKind as NodeKind,
  RawPath as RetainingPath,
  RawPlace as SourcePlace,
  RawStep as RetainingStep,
  RawTrace as AllocationTrace,
  RawTraceFrame as AllocationFrame,
  RawType as ObjectType,
  RawTypeFigures as TypeFigures,
} from "../capture/graph-binding.js";

export interface SnapshotOptions {
  /** Most rows of each list. Default 50. */
  readonly limit?: number;
  /** Parts of script names: a retaining path leads through such a script only if there is no other. Default none. */
  readonly avoid?: readonly string[];
}
