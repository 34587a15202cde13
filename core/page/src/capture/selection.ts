/** What is shown: which view, space and thread. The panels are told when it changes. */

import { percent, siteBytes } from "../../../src/assertions/numbers.js";
import type { ViewKind } from "../../../src/capture-files/model/capture.js";
import { type PageViews, SPACES } from "../../../src/reports/capture/html/page-data.js";
import { byId, check, choice, h } from "../shared/dom.js";
import { countText, secondsText } from "./amounts.js";
import { type Row, rowsOf, windowRows } from "./rows.js";

export interface Selection {
  readonly rows: readonly Row[];
  readonly folded: boolean;
  /** Some of the rows are of the heap, whose figures are estimates. */
  readonly estimated: boolean;
  readonly bytes: number;
}

export interface SelectionControl {
  current(): Selection;
  /** Shows a window of buckets, both included. */
  setWindow(from: number, to: number): void;
}

const WINDOW = "window";

const NAMES: Readonly<Record<ViewKind, string>> = {
  peak: "peak",
  leaked: "alive at the end",
  temporary: "temporary",
  allocated: "all allocated",
  window: "window",
};

/**
 * @param changed called with what is shown from now on
 * @param viewChanged called with whether that is a window of time
 */
export function startSelection(
  content: PageViews,
  changed: (selection: Selection) => void,
  viewChanged: (isWindow: boolean) => void,
): SelectionControl {
  const { views, temporal, threads, heapIsExact } = content;
  const known = new Map<string, readonly Row[]>();
  let view = temporal === null ? "0" : WINDOW;
  let space = "all";
  let thread = "all";
  let folded = content.folded;
  let window: readonly [from: number, to: number] = [0, (temporal?.buckets ?? 1) - 1];

  const allRows = (): readonly Row[] => {
    if (view === WINDOW && temporal !== null) return windowRows(temporal, ...window);
    const columns = views[Number(view)]?.rows;
    const rows = known.get(view) ?? (columns === undefined ? [] : rowsOf(columns));
    known.set(view, rows);
    return rows;
  };

  const title = h("h2", { id: "view-title" });
  const total = h("p", { class: "total", role: "status" });

  function select(): Selection {
    const rows = allRows().filter(
      (row) => (space === "all" || SPACES[row.space] === space) && (thread === "all" || String(row.thread) === thread),
    );
    const bytes = rows.reduce((sum, row) => sum + row.bytes, 0);
    return { rows, folded, bytes, estimated: !heapIsExact && rows.some((row) => row.space === 0) };
  }

  let selection = select();

  function update(): void {
    selection = select();
    draw();
    changed(selection);
  }

  function draw(): void {
    title.textContent = titleOf();
    const count = selection.rows.reduce((sum, row) => sum + row.count, 0);
    const unknown = view === WINDOW ? (temporal?.unknownSpaces ?? []) : (views[Number(view)]?.unknownSpaces ?? []);
    const ofSpaces = SPACES.map((name, index) => {
      if (unknown.includes(name))
        return h("span", { class: `part ${name}` }, h("i", { class: `swatch ${name}` }), `${name}: not known`);
      const bytes = selection.rows.reduce((sum, row) => (row.space === index ? sum + row.bytes : sum), 0);
      const size = siteBytes(bytes, index === 0 && !heapIsExact && bytes > 0);
      return h(
        "span",
        { class: `part ${name}` },
        h("i", { class: `swatch ${name}` }),
        `${name} ${size}`,
        shareOf(bytes),
      );
    });
    total.replaceChildren(
      h("strong", {}, siteBytes(selection.bytes, selection.estimated)),
      ` in ${countText(count, selection.estimated)}`,
      ...ofSpaces,
    );
  }

  const shareOf = (bytes: number): HTMLElement | string =>
    bytes === 0 ? "" : h("small", {}, ` ${percent(bytes, selection.bytes)}`);

  function titleOf(): string {
    if (view === WINDOW && temporal !== null) {
      const [from, to] = window;
      return `Allocated from ${secondsText(from * temporal.bucketUs)} to ${secondsText((to + 1) * temporal.bucketUs)}, alive at the end of that window`;
    }
    return views[Number(view)]?.title ?? "";
  }

  const named = [
    ...(temporal === null ? [] : [[WINDOW, "window of time"] as const]),
    ...views.map(({ kind }, index) => [String(index), NAMES[kind]] as const),
  ];
  const viewChoice = choice("view", "View", named, (value) => {
    view = value;
    viewChanged(view === WINDOW);
    update();
  });
  const spaceChoice = choice(
    "space",
    "Space",
    [["all", "all"], ...SPACES.map((name) => [name, name] as const)],
    (value) => {
      space = value;
      update();
    },
  );
  const threadChoice = choice(
    "thread",
    "Thread",
    [["all", "all"], ...threads.map(({ id, name }) => [String(id), `${name || "thread"} (${id})`] as const)],
    (value) => {
      thread = value;
      update();
    },
  );
  threadChoice.field.hidden = threads.length < 2;
  viewChoice.field.hidden = named.length < 2;
  const frames = check("all-frames", "All frames", !folded, (all) => {
    folded = !all;
    update();
  });
  frames.title = "Also each frame of Node, of test runners and of memspec";
  byId("selection").append(
    title,
    total,
    h("div", { class: "bar" }, viewChoice.field, spaceChoice.field, threadChoice.field, frames),
  );
  draw();

  return {
    current: () => selection,
    setWindow(from, to) {
      window = [from, to];
      if (view !== WINDOW) {
        view = WINDOW;
        viewChoice.select.value = WINDOW;
        viewChanged(true);
      }
      update();
    },
  };
}
