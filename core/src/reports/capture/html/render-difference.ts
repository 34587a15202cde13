/** What grew from one capture to another, as one HTML file: a table and a differential flamegraph. */

import page from "#page/capture";
import type { CaptureInfo, CaptureReading, CaptureRow } from "../../../capture-files/model/capture.js";
import { formatSize, groupDigits } from "../../../sizes/format-size.js";
import { fillPage } from "../../html/fill-page.js";
import type { ComparedView } from "../compare-views.js";
import { type ShownView, viewText } from "../heading.js";
import { type JoinedRow, joinViews } from "./join-views.js";
import type { CapturePageData, PageDifference } from "./page-data.js";
import { headOf } from "./page-head.js";
import { collectStacks } from "./page-stacks.js";

/** More rows than this are not in a page: those that changed least are left out. */
const MOST_ROWS = 40_000;

/** One view of a capture. */
export interface DifferenceSide {
  /** With what was found only when the events were read. */
  readonly info: CaptureInfo;
  readonly reading: CaptureReading;
  readonly view: ShownView;
}

/**
 * @param after read with the same options
 * @returns the whole file
 */
export function renderDifferencePage(before: DifferenceSide, after: DifferenceSide): string {
  const [one, other] = [before, after].map(comparedOf) as [ComparedView, ComparedView];
  const joined = joinViews(one, other);
  const { shown, left } = mostChanged(joined.rows);
  const collector = collectStacks(joined.tree, "", after.info.meta.allocators);
  const keys = collector.keys(shown.map((row): CaptureRow => ({ ...row, thread: 0, ...row.after })));
  const content: PageDifference = {
    kind: "difference",
    // Each has its own moment.
    view: viewText({ ...after.view, view: { ...after.view.view, time: null } }),
    before: headOf(before.info, before.reading),
    allocators: collector.allocators,
    heapIsExact: before.info.heapIsExact && after.info.heapIsExact,
    rows: {
      ...keys,
      bytes: shown.map((row) => Math.round(row.after.bytes)),
      count: shown.map((row) => rounded(row.after.count)),
      beforeBytes: shown.map((row) => Math.round(row.before.bytes)),
      beforeCount: shown.map((row) => rounded(row.before.count)),
    },
  };
  const head = headOf(after.info, after.reading);
  const notes = left.length === 0 ? head.notes : [...head.notes, leftText(left)];
  const data: CapturePageData = { head: { ...head, notes }, stacks: collector.stacks(), content };
  return fillPage(page, `What grew: ${head.program}`, data);
}

function comparedOf({ info, reading, view }: DifferenceSide): ComparedView {
  return { info, tree: reading.tree, view: view.view };
}

function rounded(count: number): number {
  return Math.round(count * 100) / 100;
}

function mostChanged(rows: readonly JoinedRow[]): {
  readonly shown: readonly JoinedRow[];
  readonly left: readonly JoinedRow[];
} {
  const change = ({ before, after }: JoinedRow): number => Math.abs(after.bytes - before.bytes);
  const sorted = [...rows].sort((a, b) => change(b) - change(a));
  return { shown: sorted.slice(0, MOST_ROWS), left: sorted.slice(MOST_ROWS) };
}

function leftText(left: readonly JoinedRow[]): string {
  const grew = left.reduce((sum, { before, after }) => sum + after.bytes - before.bytes, 0);
  return `The ${groupDigits(left.length)} stacks that changed least are left out: ${formatSize(Math.round(grew))} of the difference.`;
}
