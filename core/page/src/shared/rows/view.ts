/** A table of rows: of ten thousand those are in the page that can be seen. */

import { h } from "../dom.js";
import { type Column, type Order, sorted } from "./columns.js";

const ROW_HEIGHT = 40;
/** Rows above and below what is seen: scrolling shows no gap. */
const MARGIN = 8;

export interface RowsOptions<Row> {
  readonly caption: string;
  /** Of the region that scrolls. */
  readonly label: string;
  /** The first is the row's name, a button. */
  readonly columns: readonly Column<Row>[];
  readonly order: Order;
  /** What the button shows, and its title. */
  readonly nameOf: (row: Row) => { readonly children: readonly HTMLElement[]; readonly title: string };
  /** Decides between rows that are equal. */
  readonly sortName: (row: Row) => string;
  /** The name was pressed. Not called where rows unfold. */
  readonly open?: (row: Row) => void;
  /** What a row unfolds to, with its height in pixels. */
  readonly unfold?: (row: Row) => { readonly element: HTMLElement; readonly height: number };
}

export interface RowsView<Row> {
  readonly scroller: HTMLElement;
  set(rows: readonly Row[]): void;
}

export function makeRows<Row>(options: RowsOptions<Row>): RowsView<Row> {
  const { columns } = options;
  let given: readonly Row[] = [];
  let rows: readonly Row[] = [];
  let order = options.order;
  let active = 0;
  let unfolded: { readonly row: Row; readonly element: HTMLElement; readonly height: number } | null = null;

  const heads = columns.map((column) => headOf(column, () => sortBy(column)));
  const body = h("tbody", {});
  const table = h(
    "table",
    { class: "rows" },
    h("caption", { class: "unseen" }, options.caption),
    h("thead", {}, h("tr", { "aria-rowindex": 1 }, ...heads)),
    body,
  );
  const scroller = h(
    "div",
    { class: "scroller", tabindex: 0, role: "region", "aria-label": options.label, on: { scroll: () => draw() } },
    table,
  );

  function sortBy(column: Column<Row>): void {
    const descending = order.key === column.key ? !order.descending : column.numeric;
    order = { key: column.key, descending };
    update();
  }

  function update(): void {
    rows = sorted(given, columns, order, options.sortName);
    active = 0;
    unfolded = null;
    columns.forEach((column, index) => {
      const direction = column.key === order.key ? (order.descending ? "descending" : "ascending") : "none";
      heads[index]?.setAttribute("aria-sort", direction);
    });
    table.setAttribute("aria-rowcount", String(rows.length + 1));
    scroller.scrollTop = 0;
    draw();
  }

  /** Rows whose top is above a height. */
  function indexAt(height: number): number {
    const at = unfolded === null ? -1 : rows.indexOf(unfolded.row);
    if (unfolded === null || height <= (at + 1) * ROW_HEIGHT) return Math.floor(height / ROW_HEIGHT);
    return Math.max(at, Math.floor((height - unfolded.height) / ROW_HEIGHT));
  }

  function topOf(index: number): number {
    const below = unfolded !== null && index > rows.indexOf(unfolded.row);
    return index * ROW_HEIGHT + (below ? (unfolded?.height ?? 0) : 0);
  }

  function draw(): void {
    const focused = body.contains(document.activeElement) && document.activeElement?.hasAttribute("data-index");
    const first = Math.min(rows.length, Math.max(0, indexAt(scroller.scrollTop) - MARGIN));
    const seen = Math.ceil((scroller.clientHeight || 600) / ROW_HEIGHT) + 2 * MARGIN;
    const last = Math.min(rows.length, first + seen);
    const shown = rows.slice(first, last).flatMap((row, index) => {
      const element = rowElement(row, first + index);
      return row === unfolded?.row ? [element, unfoldedElement(unfolded)] : [element];
    });
    body.replaceChildren(spacer(topOf(first)), ...shown, spacer(topOf(rows.length) - topOf(last)));
    if (focused) buttonOf(active)?.focus({ preventScroll: true });
  }

  function rowElement(row: Row, index: number): HTMLElement {
    const { children, title } = options.nameOf(row);
    const button = h(
      "button",
      {
        class: options.unfold === undefined ? "name" : "name unfolds",
        tabindex: index === active ? 0 : -1,
        "data-index": index,
        title,
        "aria-expanded": options.unfold === undefined ? null : String(row === unfolded?.row),
        on: { click: () => press(row) },
      },
      ...children,
    );
    return h(
      "tr",
      { "aria-rowindex": index + 2 },
      h("th", { scope: "row" }, button),
      ...columns.slice(1).map((column) => cellOf(column, row)),
    );
  }

  function unfoldedElement({ element, height }: NonNullable<typeof unfolded>): HTMLElement {
    const cell = h("td", { colspan: columns.length, class: "unfolded" }, element);
    cell.style.height = `${height}px`;
    const row = h("tr", { class: "inner" }, cell);
    row.style.height = `${height}px`;
    return row;
  }

  function press(row: Row): void {
    if (options.unfold === undefined) {
      options.open?.(row);
      return;
    }
    active = rows.indexOf(row);
    unfolded = unfolded?.row === row ? null : { row, ...options.unfold(row) };
    draw();
  }

  const buttonOf = (index: number): HTMLElement | null => body.querySelector(`button[data-index="${index}"]`);

  function moveTo(index: number): void {
    active = Math.min(rows.length - 1, Math.max(0, index));
    const top = topOf(active);
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
    if (step === undefined || !(event.target as HTMLElement).hasAttribute("data-index")) return;
    event.preventDefault();
    moveTo(active + step);
  });
  body.addEventListener("focusin", (event) => {
    const index = (event.target as HTMLElement).dataset["index"];
    if (index !== undefined) active = Number(index);
  });
  new ResizeObserver(() => draw()).observe(scroller);

  return {
    scroller,
    set(next) {
      given = next;
      update();
    },
  };
}

function cellOf<Row>(column: Column<Row>, row: Row): HTMLElement {
  const value = column.text(row);
  const unknown = value === "n/a" || value === "–";
  const share = column.share?.(row) ?? null;
  const classes = [
    column.numeric ? "number" : "",
    column.numeric && unknown ? "unknown" : "",
    share === null ? "" : "measured",
    column.classOf?.(row) ?? "",
  ].filter(Boolean);
  const cell = h("td", { class: classes.join(" ") || null, title: column.exact(row) || null }, value);
  if (share !== null) cell.style.setProperty("--share", String(share));
  return cell;
}

function headOf<Row>(column: Column<Row>, sort: () => void): HTMLElement {
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
function spacer(height: number): HTMLElement {
  const row = h("tr", { class: "spacer", "aria-hidden": "true" });
  row.style.height = `${height}px`;
  return row;
}
