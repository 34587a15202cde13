/** Reports of whole runs: read, merged, compared and rendered. Apart from the rest, which every test worker loads. */

export type * from "./capture-files/model/capture.js";
export type { ReportOptions } from "./limits/report-options.js";
export type { ExportSource } from "./reports/capture/exports/export-model.js";
export {
  EXPORT_FORMATS,
  type ExportFormat,
  type ExportOptions,
  renderExport,
} from "./reports/capture/exports/render-export.js";
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
