/** Memory measurements for Node.js programs: what a span allocates, peaks at and retains, and where. */

export type * from "./capture/measurement.js";
export type { CommonOptions, IgnorePattern, MeasureOptions } from "./capture/options.js";
export { ERROR_CODES, type MemspecErrorCode } from "./errors/codes.js";
export { isMemspecError, MemspecError } from "./errors/memspec-error.js";
export { analyzeSnapshot, diffSnapshots } from "./graph/snapshots.js";
export type * from "./graph/types.js";
export { findLeaks } from "./leaks/find-leaks.js";
export { type LeakSelfTest, leakSelfTest, type PlantedLeak } from "./leaks/self-test.js";
export type {
  IgnoredLeak,
  LeakAllowance,
  LeakCalls,
  LeakCapabilities,
  LeakGroup,
  LeakGrowth,
  LeakHint,
  LeakIgnore,
  LeakName,
  LeakOptions,
  LeakReport,
  LeakSpace,
  LeakVerdict,
  SiteInference,
} from "./leaks/types.js";
export { type Measured, type Measuring, type MeasuringResult, measure, measureResult } from "./measure/measure.js";
export { type Tracking, type TrackOptions, track } from "./measure/track.js";
export { formatBytesExact, formatSize } from "./sizes/format-size.js";
export { parseSize } from "./sizes/parse-size.js";
export type { Size } from "./sizes/size.js";
