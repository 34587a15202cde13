/** The table of a run's files, or of its tests. */

import type { RunReport } from "../../../../src/runs/run-report.js";
import { choice, h } from "../../shared/dom.js";
import { makeRows } from "../../shared/rows/view.js";
import { columnsOf } from "./columns.js";
import { type FilterName, fileRows, hottestOf, matching, type Row, testRows } from "./rows.js";

export function makeTable(panel: HTMLElement, report: RunReport, open: (row: Row) => void): void {
  const sources: Record<string, () => readonly Row[]> = {
    files: () => fileRows(report),
    tests: () => testRows(report),
  };
  const made = new Map<string, readonly Row[]>();
  let source = "files";
  let filter: FilterName = "all";
  let text = "";
  let highest = 1;

  const allRows = (): readonly Row[] => {
    const known = made.get(source) ?? sources[source]?.() ?? [];
    made.set(source, known);
    return known;
  };

  const view = makeRows<Row>({
    caption: "Files or tests of the run and their memory. Press a heading to sort.",
    label: "Table of the run",
    columns: columnsOf(
      () => highest,
      (row) => hottestOf(row, report),
    ),
    order: { key: "peak", descending: true },
    nameOf: (row) => ({ children: nameOf(row), title: `${row.name}\n${row.place}` }),
    sortName: ({ searched }) => searched,
    open,
  });
  const count = h("p", { class: "count", role: "status" });

  function update(): void {
    const rows = matching(allRows(), text, filter);
    highest = rows.reduce((most, { peak }) => Math.max(most, peak ?? 0), 1);
    const all = allRows().length;
    count.textContent = rows.length === all ? `${all} ${source}` : `${rows.length} of ${all} ${source}`;
    view.set(rows);
  }

  const search = h("input", {
    id: "filter",
    type: "search",
    placeholder: "part of a name or path",
    on: {
      input: () => {
        text = search.value;
        update();
      },
    },
  });
  const shown = choice(
    "rows-of",
    "Show",
    [
      ["files", "files"],
      ["tests", "tests"],
    ],
    (value) => {
      source = value;
      update();
    },
  );
  const only = choice(
    "rows-only",
    "only",
    [
      ["all", "all"],
      ["failed", "failed"],
      ["limits", "over a limit"],
      ["leaks", "leaking"],
    ],
    (value) => {
      filter = value as FilterName;
      update();
    },
  );
  const find = h("span", { class: "field grow" }, h("label", { for: "filter" }, "Filter"), search);
  panel.append(h("div", { class: "bar" }, shown.field, only.field, find, count), view.scroller);
  update();
}

function nameOf(row: Row): readonly HTMLElement[] {
  const name = h("span", {}, row.ownName);
  if (row.test === null) return [name];
  return [name, h("small", {}, row.around === "" ? row.place : `${row.around} · ${row.place}`)];
}
