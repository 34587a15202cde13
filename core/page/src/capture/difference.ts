/** The page of two captures: what grew, as a table and as a flamegraph. */

import { siteBytes } from "../../../src/assertions/numbers.js";
import { type CapturePageData, type PageDifference, SPACES } from "../../../src/reports/capture/html/page-data.js";
import { byId, check, choice, h } from "../shared/dom.js";
import { startTabs } from "../shared/tabs.js";
import { changeText } from "./amounts.js";
import { type DifferenceFlame, makeDifferenceFlame } from "./difference/flame.js";
import { changedRows } from "./difference/rows.js";
import { type DifferenceTable, makeDifferenceTable } from "./difference/table.js";
import { showDifferenceHead } from "./head.js";
import { makeStacks } from "./stacks.js";

/** @returns called when colours have changed */
export function showDifference({ head, stacks: given }: CapturePageData, content: PageDifference): () => void {
  showDifferenceHead(content.before, head);
  const stacks = makeStacks(given);
  const all = changedRows(content);
  const panels: (DifferenceFlame | DifferenceTable)[] = [];
  let space = "all";
  let folded = true;
  let rows = all;

  const total = h("p", { class: "total", role: "status" });
  function draw(): void {
    const sum = (of: (row: (typeof all)[number]) => number, only?: number): number =>
      rows.reduce((bytes, row) => (only === undefined || row.space === only ? bytes + of(row) : bytes), 0);
    const estimated = (index: number): boolean => index === 0 && !content.heapIsExact;
    const some = rows.some((row) => estimated(row.space));
    const [before, after] = [sum((row) => row.before), sum((row) => row.after)];
    total.replaceChildren(
      h("strong", {}, changeText(after - before, some)),
      ` from ${siteBytes(before, some)} to ${siteBytes(after, some)}`,
      ...SPACES.map((name, index) =>
        h(
          "span",
          { class: `part ${name}` },
          h("i", { class: `swatch ${name}` }),
          `${name} ${changeText(
            sum((row) => row.after - row.before, index),
            estimated(index),
          )}`,
        ),
      ),
    );
  }
  function update(): void {
    rows = space === "all" ? all : all.filter((row) => SPACES[row.space] === space);
    draw();
    for (const panel of panels) panel.show(rows, folded);
  }
  const spaces = choice("space", "Space", [["all", "all"], ...SPACES.map((name) => [name, name] as const)], (value) => {
    space = value;
    update();
  });
  const frames = check("all-frames", "All frames", false, (shown) => {
    folded = !shown;
    update();
  });
  byId("selection").append(
    h("h2", { id: "view-title" }, content.view),
    total,
    h("div", { class: "bar" }, spaces.field, frames),
  );
  draw();
  byId("tab-flame").textContent = "Differential flamegraph";
  byId("tab-table").textContent = "What changed";
  startTabs(
    {
      flame: (panel) => panels.push(makeDifferenceFlame(panel, content, stacks, { rows, folded })),
      table: (panel) => panels.push(makeDifferenceTable(panel, content, stacks, { rows, folded })),
    },
    () => {},
    "table",
  );
  return () => {};
}
