/** The table: of ten thousand rows those are in the page that can be seen. */

import type { RunReport } from "../../../src/runs/run-report.js";
import { choice, h } from "../dom.js";
import { COLUMNS, type Column, type Order, sorted } from "./columns.js";
import { type FilterName, fileRows, hottestOf, matching, type Row, testRows } from "./rows.js";

const ROW_HEIGHT = 40;
/** Rows above and below what is seen: scrolling shows no gap. */
const MARGIN = 8;

export function makeTable(panel: HTMLElement, report: RunReport, open: (row: Row) => void): void {
  const sources: Record<string, () => readonly Row[]> = {
    files: () => fileRows(report),
    tests: () => testRows(report),
  };
  const made = new Map<string, readonly Row[]>();
  let source = "files";
  let filter: FilterName = "all";
  let text = "";
  let order: Order = { key: "peak", descending: true };
  let rows: readonly Row[] = [];
  let active = 0;
  let highest = 1;

  const allRows = (): readonly Row[] => {
    const known = made.get(source) ?? sources[source]?.() ?? [];
    made.set(source, known);
    return known;
  };

  const heads = COLUMNS.map((column) => headOf(column, () => sortBy(column)));
  const body = h("tbody", {});
  const table = h(
    "table",
    { class: "rows" },
    h("caption", { class: "unseen" }, "Files or tests of the run and their memory. Press a heading to sort."),
    h("thead", {}, h("tr", { "aria-rowindex": 1 }, ...heads, h("th", { scope: "col", class: "site" }, "Hottest site"))),
    body,
  );
  const scroller = h(
    "div",
    { class: "scroller", tabindex: 0, role: "region", "aria-label": "Table of the run", on: { scroll: () => draw() } },
    table,
  );
  const count = h("p", { class: "count", role: "status" });

  function sortBy(column: Column): void {
    const descending = order.key === column.key ? !order.descending : column.numeric;
    order = { key: column.key, descending };
    update();
  }

  function update(): void {
    rows = sorted(matching(allRows(), text, filter), order);
    highest = Math.max(1, ...rows.slice(0, 1).map(({ peak }) => peak ?? 0), maxPeak(rows));
    active = 0;
    COLUMNS.forEach((column, index) => {
      const direction = column.key === order.key ? (order.descending ? "descending" : "ascending") : "none";
      heads[index]?.setAttribute("aria-sort", direction);
    });
    table.setAttribute("aria-rowcount", String(rows.length + 1));
    const all = allRows().length;
    count.textContent = rows.length === all ? `${all} ${source}` : `${rows.length} of ${all} ${source}`;
    scroller.scrollTop = 0;
    draw();
  }

  function draw(): void {
    const focused = body.contains(document.activeElement);
    const first = Math.max(0, Math.floor(scroller.scrollTop / ROW_HEIGHT) - MARGIN);
    const seen = Math.ceil((scroller.clientHeight || 600) / ROW_HEIGHT) + 2 * MARGIN;
    const last = Math.min(rows.length, first + seen);
    const shown = rows.slice(first, last).map((row, index) => rowElement(row, first + index));
    body.replaceChildren(spacer(first), ...shown, spacer(rows.length - last));
    if (focused) buttonOf(active)?.focus({ preventScroll: true });
  }

  function rowElement(row: Row, index: number): HTMLElement {
    const button = h(
      "button",
      {
        class: "name",
        tabindex: index === active ? 0 : -1,
        "data-index": index,
        title: `${row.name}\n${row.place}`,
        on: { click: () => open(row) },
      },
      h("span", {}, row.ownName),
      row.test === null ? null : h("small", {}, row.around === "" ? row.place : `${row.around} · ${row.place}`),
    );
    const cells = COLUMNS.slice(2).map((column) => cellOf(column, row));
    const site = hottestOf(row, report);
    return h(
      "tr",
      { "aria-rowindex": index + 2 },
      h("th", { scope: "row" }, button),
      h("td", {}, h("span", { class: `state ${row.state}` }, row.state)),
      ...cells,
      h("td", { class: "site", title: site }, site),
    );
  }

  function cellOf(column: Column, row: Row): HTMLElement {
    const value = column.text(row);
    const unknown = value === "n/a" || value === "–";
    const leaks = column.key === "leaked" && row.leaked.verdict === "leak";
    const cell = h(
      "td",
      { class: `number${unknown ? " unknown" : ""}${leaks ? " bad" : ""}`, title: column.exact(row) || null },
      value,
    );
    if (column.key === "peak" && row.peak !== null) {
      cell.classList.add("peak");
      cell.style.setProperty("--share", String(row.peak / highest));
    }
    return cell;
  }

  const buttonOf = (index: number): HTMLElement | null => body.querySelector(`button[data-index="${index}"]`);

  function moveTo(index: number): void {
    active = Math.min(rows.length - 1, Math.max(0, index));
    const top = active * ROW_HEIGHT;
    const room = scroller.clientHeight - 2 * ROW_HEIGHT;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top > scroller.scrollTop + room) scroller.scrollTop = top - room;
    draw();
    buttonOf(active)?.focus({ preventScroll: true });
  }

  body.addEventListener("keydown", (event) => {
    const page = Math.max(1, Math.floor(scroller.clientHeight / ROW_HEIGHT) - 2);
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -rows.length,
      End: rows.length,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    moveTo(active + step);
  });
  body.addEventListener("focusin", (event) => {
    const index = (event.target as HTMLElement).dataset["index"];
    if (index !== undefined) active = Number(index);
  });

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
  panel.append(h("div", { class: "bar" }, shown.field, only.field, find, count), scroller);
  new ResizeObserver(() => draw()).observe(scroller);
  update();
}

function maxPeak(rows: readonly Row[]): number {
  return rows.reduce((most, { peak }) => Math.max(most, peak ?? 0), 0);
}

function headOf(column: Column, sort: () => void): HTMLElement {
  return h(
    "th",
    { scope: "col", "aria-sort": "none", class: column.numeric ? "number" : null, "data-key": column.key },
    h(
      "button",
      { title: column.hint, on: { click: sort } },
      column.title,
      h("span", { class: "arrow", "aria-hidden": "true" }),
    ),
  );
}

/** Takes the place of rows that are not in the page. */
function spacer(rows: number): HTMLElement {
  const row = h("tr", { class: "spacer", "aria-hidden": "true" });
  row.style.height = `${rows * ROW_HEIGHT}px`;
  return row;
}
