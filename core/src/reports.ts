/** Reports of whole runs: read, merged, compared and rendered. Apart from the rest, which every test worker loads. */

export type * from "./capture-files/model/capture.js";
export type { ReportOptions } from "./limits/report-options.js";
export type { FunctionRow } from "./reports/capture/by-function.js";
export type { CallNode } from "./reports/capture/call-tree.js";
export {
  type ComparedView,
  compareViews,
  type FunctionChange,
  type ViewComparison,
  type ViewTolerance,
} from "./reports/capture/compare-views.js";
export { type ComparisonTextOptions, renderComparedViews } from "./reports/capture/comparison-text.js";
export type { ExportSource } from "./reports/capture/exports/export-model.js";
export {
  EXPORT_FORMATS,
  type ExportFormat,
  type ExportOptions,
  renderExport,
} from "./reports/capture/exports/render-export.js";
export { onlySpaces, onlyThreads } from "./reports/capture/fold-stacks.js";
export { captureNotes, headingOf, type ShownView } from "./reports/capture/heading.js";
export type { PackageRow } from "./reports/capture/packages.js";
export { recordText, stackText } from "./reports/capture/record-text.js";
export { type RecordedCapture, renderRecorded } from "./reports/capture/recorded-text.js";
export {
  newBytes,
  renderSnapshot,
  renderSnapshotDiff,
  type SnapshotTextOptions,
} from "./reports/capture/snapshot-text.js";
export { type StatisticsOptions, type StatisticsReport, statisticsReport } from "./reports/capture/statistics.js";
export { renderStatistics } from "./reports/capture/statistics-text.js";
export { renderSummary, SUMMARY_SORTS, type SummaryOptions, type SummarySort } from "./reports/capture/summary.js";
export type { CaptureTextOptions } from "./reports/capture/text-options.js";
export { type ChartOptions, renderTimeline } from "./reports/capture/timeline-chart.js";
export { timelineCsv, timelineJson } from "./reports/capture/timeline-data.js";
export { renderTree, type TreeOptions, viewTree } from "./reports/capture/tree.js";
export {
  nodeAtCursor,
  openTree,
  pressKey,
  type TreeKey,
  type TreeScreenOptions,
  type TreeState,
  treeHeight,
  treeScreen,
} from "./reports/capture/tree-screen.js";
export { type AnnotationOptions, githubAnnotations } from "./reports/ci/annotations.js";
export { renderJunit } from "./reports/ci/junit.js";
export { type MarkdownOptions, renderMarkdown } from "./reports/ci/markdown.js";
export { renderComparison } from "./reports/compare/compare-markdown.js";
export {
  type ComparedFigure,
  type ComparedSubject,
  compareRuns,
  DEFAULT_TOLERANCE,
  type FigureChange,
  type LeakChange,
  type RunComparison,
  type Tolerance,
} from "./reports/compare/compare-runs.js";
export { readRunReport, type WrittenFile, writeFiles } from "./reports/files.js";
export { type SiteSelection, selectSites, toHeapProfile } from "./reports/heap-profile.js";
export type { HeapProfile, HeapProfileNode } from "./reports/heap-profile-builder.js";
export { renderHtml } from "./reports/html/render-html.js";
export { publishRun } from "./reports/publish-run.js";
export { type RenderContext, type RenderedRun, renderRun } from "./reports/render-run.js";
export type { StackTables } from "./reports/stacks.js";
export { renderTerminal, type TerminalOptions } from "./reports/terminal/terminal.js";
export type { JsonSchema, JsonType } from "./runs/json-schema.js";
export { mergeRunReports, type NamedReport } from "./runs/merge.js";
export { parseRunReport } from "./runs/parse-run-report.js";
export type * from "./runs/run-report.js";
export { RUN_REPORT_SCHEMA, RUN_REPORT_VERSION } from "./runs/run-report.js";
export { RUN_REPORT_JSON_SCHEMA } from "./runs/run-report-schema.js";
