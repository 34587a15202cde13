/** The timeline of the run: levels of all workers together. */

import type { RunReport } from "../../../../src/runs/run-report.js";
import { formatSize } from "../../../../src/sizes/format-size.js";
import { highestOf, type Levels, LINES, makeChart } from "../../shared/chart.js";
import { h } from "../../shared/dom.js";
import { levelsOf, runningAt } from "./levels.js";

const MOST_POINTS = 3000;
const HEIGHT = 360;
/** Files that are named. */
const NAMED = 4;

export interface TimelineView {
  /** Colours changed. */
  redraw(): void;
}

export function makeTimeline(panel: HTMLElement, report: RunReport): TimelineView {
  const levels = levelsOf(report, MOST_POINTS);
  panel.append(h("h2", {}, "Memory of all workers over the run"));
  if (levels.seconds.length === 0) {
    panel.append(h("p", { class: "hint" }, "No levels were read."));
    return { redraw: () => {} };
  }
  const chart = makeChart(levels, { height: HEIGHT, suffix: (second) => runningText(runningAt(report, second)) });
  panel.append(chart.legend, chart.frame, chart.readout, highestTable(levels));
  return chart;
}

function runningText(files: readonly string[]): string {
  if (files.length === 0) return "";
  return `: ${files.slice(0, NAMED).join(", ")}${files.length > NAMED ? ` and ${files.length - NAMED} more` : ""}`;
}

/** The chart's figures for those who do not see it. */
function highestTable(levels: Levels): HTMLElement {
  const at = (key: (typeof LINES)[number]["key"]): string => {
    const index = levels[key].indexOf(highestOf(levels[key]));
    return index < 0 || highestOf(levels[key]) === null ? "n/a" : `${(levels.seconds[index] ?? 0).toFixed(2)} s`;
  };
  return h(
    "table",
    { class: "small" },
    h("caption", {}, "Highest levels"),
    h("thead", {}, h("tr", {}, ...["", "highest", "at"].map((text) => h("th", { scope: "col" }, text || "what")))),
    h(
      "tbody",
      {},
      ...LINES.map(({ key, title }) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, title),
          h("td", {}, formatSize(highestOf(levels[key]))),
          h("td", {}, at(key)),
        ),
      ),
    ),
  );
}
