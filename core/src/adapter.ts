/** What memspec's own packages build on, beside the public interface. Not for use in tests. */

export { provideSourceMaps } from "./analysis/runner-maps.js";
export {
  type Baselines,
  createBaselines,
} from "./baselines/baselines.js";
export type { TestEnd } from "./baselines/merge.js";
export { uniqueNames } from "./baselines/names.js";
export { type BaselineOptions, parseBaseline } from "./baselines/options.js";
export { baselinesRecord } from "./baselines/record.js";
export type { BaselineTolerance, UpdateMode } from "./baselines/types.js";
export { armTracker, armTrackerOnUse } from "./capture/arm.js";
export { currentTracker } from "./capture/current-tracker.js";
export { nodeAtRest } from "./capture/node-at-rest.js";
export { settle } from "./capture/settle.js";
export { VERSION } from "./capture/version.js";
export { ERROR_CODES, type MemspecErrorCode } from "./errors/codes.js";
export { isMemspecError, MemspecError } from "./errors/memspec-error.js";
export { fileLeakError, fileLeakMessage, sandboxMessage } from "./gate/file-message.js";
export { type FileWatch, type WatchedFile, watchFile } from "./gate/file-watch.js";
export { type GateFindings, joinLeaks, withLeaks } from "./gate/hand-over.js";
export { type FileGate, leakGateFor } from "./gate/options.js";
export { judgeSandboxes, sandboxEnded } from "./gate/sandboxes.js";
export type { LeakAllowance, LeakDefaults, LeakGroup, LeakIgnore } from "./leaks/types.js";
export { baselineLimit } from "./limits/baseline-limit.js";
export { breachesOf, createFailedMatchers, type FailedMatchers } from "./limits/breaches.js";
export { type CallSite, callSiteOf, captureCallSite, captureStack } from "./limits/call-site.js";
export { type JudgedBody, judgeBody, type PassedBody } from "./limits/gated-body.js";
export { isLimitError, type LimitFailure, MemspecLimitError } from "./limits/limit-error.js";
export type { DeclaredLimit, MemoryLimit, MemoryLimits } from "./limits/limits.js";
export { abandonSpans } from "./limits/open-spans.js";
export type { MemspecOptions } from "./limits/option-table.js";
export { checkLimit, parseLimit } from "./limits/parse-limit.js";
export { parseOptions } from "./limits/parse-options.js";
export { placeAt } from "./limits/place-error.js";
export type { LimitOptions } from "./limits/plans.js";
export { parseReportOptions, type ReportOptions } from "./limits/report-options.js";
export { runBody, runWithLimits } from "./limits/run.js";
export { limitsFor } from "./limits/table.js";
export { lineOfSite, lineOfStack, userSiteAbove } from "./limits/test-line.js";
export type { AnyBody, LimitsHost, LimitsTable, ParsedLimit, RunningTest, TestBody } from "./limits/types.js";
export {
  bareBody,
  createLimits,
  type LeakLimitOptions,
  type LimitDecorator,
  type LimitLeaks,
  type LimitMemory,
  type Limits,
  limitBody,
  type NoLeaks,
} from "./limits/wrap.js";
export { createMatchers } from "./matchers/create.js";
export type { CurrentTest, MatcherHost, MatcherResult, MatcherThis } from "./matchers/host.js";
export { mayMeasure } from "./matchers/may-measure.js";
export { createPending, type PendingRegistry } from "./matchers/pending.js";
export type {
  BodyOutcome,
  InstanceLimits,
  MatchBaselineOptions,
  MatcherDefaults,
  MemoryMatchers,
  NotLeakOptions,
  PendingMatchers,
  SizingOptions,
  SurvivorOptions,
} from "./matchers/types.js";
export type { ToSourceLine } from "./measure/analyse-here.js";
export { type CaptureMode, type FileCapture, nameCapture, parseCapture } from "./observe/file-capture.js";
export { type HardCap, type HardCapPlan, parseHardCap } from "./observe/hard-cap.js";
export {
  type BodyHandle,
  type FileObserver,
  type ObservedTest,
  type ObservePlan,
  observeFile,
} from "./observe/observe-file.js";
export { type ObserveOptions, parseObserve } from "./observe/options.js";
export type { BaselinesRecord, FilePayload, LeaksRecord } from "./observe/payload.js";
export {
  makeStateFile,
  readStateFiles,
  removeStateFile,
  type StateHeader,
  type WorkerState,
} from "./observe/state-file.js";
export { collectRun, type RunFacts } from "./runs/collect.js";
export { type FileDeath, type FileOutcome, fileDeath, type TestOutcome } from "./runs/outcomes.js";
export type { RunReport } from "./runs/run-report.js";
export type { Size } from "./sizes/size.js";
