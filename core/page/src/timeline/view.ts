/** The timeline of the run: levels of all workers together, collections as ticks. */

import uPlot from "uplot";
import type { RunReport } from "../../../src/runs/run-report.js";
import { formatSize } from "../../../src/sizes/format-size.js";
import { h } from "../dom.js";
import { colour } from "../theme.js";
import { type Levels, levelsOf, runningAt } from "./levels.js";

const MOST_POINTS = 3000;
const HEIGHT = 360;

const SERIES = [
  { key: "heap", title: "heap", colour: "heap" },
  { key: "buffers", title: "buffers", colour: "buffers" },
  { key: "native", title: "native", colour: "native" },
  { key: "rss", title: "RSS", colour: "rss" },
] as const;

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
  const readout = h(
    "p",
    { class: "readout", role: "status" },
    "Point at the chart, or focus it and press the arrow keys.",
  );
  const frame = h("div", { class: "chart", tabindex: 0, role: "img", "aria-label": summaryOf(levels) });
  const shown = new Set<string>(SERIES.map(({ key }) => key));
  const legend = h(
    "div",
    { class: "bar", role: "group", "aria-label": "Lines of the chart" },
    ...SERIES.map(({ key, title }) => {
      const button = h(
        "button",
        { class: "line", "aria-pressed": "true", on: { click: () => toggle(key, button) } },
        h("span", { class: `swatch ${key}` }),
        title,
      );
      return button;
    }),
    h(
      "span",
      { class: "hint" },
      h("span", { class: "swatch gc" }),
      "collections: short ticks are minor, tall ones major",
    ),
  );
  panel.append(legend, frame, readout, highestTable(levels));

  let chart = draw();
  new ResizeObserver(() => chart.setSize({ width: frame.clientWidth, height: HEIGHT })).observe(frame);

  function draw(): uPlot {
    frame.replaceChildren();
    return new uPlot(optionsOf(frame.clientWidth || 900, levels, shown, tell), dataOf(levels), frame);
  }

  function toggle(key: string, button: HTMLElement): void {
    if (!shown.delete(key)) shown.add(key);
    button.setAttribute("aria-pressed", String(shown.has(key)));
    SERIES.forEach((series, index) => {
      chart.setSeries(index + 1, { show: shown.has(series.key) });
    });
  }

  function tell(index: number | null): void {
    const second = index === null ? undefined : levels.seconds[index];
    if (index === null || second === undefined) return;
    const values = SERIES.map(({ key, title }) => `${title} ${formatSize(levels[key][index] ?? null)}`);
    const files = runningAt(report, second);
    const running =
      files.length === 0
        ? ""
        : `: ${files.slice(0, 4).join(", ")}${files.length > 4 ? ` and ${files.length - 4} more` : ""}`;
    readout.textContent = `${second.toFixed(2)} s: ${values.join(", ")}${running}`;
  }

  frame.addEventListener("keydown", (event) => {
    const last = levels.seconds.length - 1;
    const at = chart.cursor.idx ?? 0;
    const targets: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: last };
    const target = targets[event.key];
    if (target === undefined) return;
    event.preventDefault();
    const index = Math.min(last, Math.max(0, target));
    // Moving the cursor tells what is there.
    chart.setCursor({ left: chart.valToPos(levels.seconds[index] ?? 0, "x"), top: HEIGHT / 2 });
  });

  return {
    redraw() {
      chart.destroy();
      chart = draw();
    },
  };
}

function dataOf(levels: Levels): uPlot.AlignedData {
  return [levels.seconds, ...SERIES.map(({ key }) => levels[key])] as unknown as uPlot.AlignedData;
}

function optionsOf(
  width: number,
  levels: Levels,
  shown: ReadonlySet<string>,
  tell: (index: number | null) => void,
): uPlot.Options {
  const axis = {
    stroke: colour("faint"),
    grid: { stroke: colour("line"), width: 1 },
    ticks: { stroke: colour("line"), width: 1 },
  };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { points: { size: 7 } },
    scales: { x: { time: false }, y: { range: (_, __, highest) => [0, Math.max(1, highest) * 1.05] } },
    axes: [
      { ...axis, values: (_, ticks) => ticks.map((tick) => `${tick} s`) },
      { ...axis, size: 76, values: (_, ticks) => ticks.map((tick) => formatSize(tick)) },
    ],
    series: [
      {},
      ...SERIES.map((series) => ({
        label: series.title,
        stroke: colour(series.colour),
        width: 1.5,
        show: shown.has(series.key),
        spanGaps: false,
        points: { show: false },
      })),
    ],
    hooks: {
      setCursor: [(chart) => tell(chart.cursor.idx ?? null)],
      draw: [(chart) => drawCollections(chart, levels)],
    },
  };
}

/** Ticks on the axis: tall for major collections. */
function drawCollections(chart: uPlot, levels: Levels): void {
  const { ctx, bbox } = chart;
  const scale = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = colour("gc");
  ctx.lineWidth = scale;
  ctx.beginPath();
  for (const { second, kind } of levels.collections) {
    const x = chart.valToPos(second, "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.moveTo(x, bbox.top + bbox.height);
    ctx.lineTo(x, bbox.top + bbox.height - (kind === "major" ? 14 : 6) * scale);
  }
  ctx.stroke();
  ctx.restore();
}

function highestOf(values: readonly (number | null)[]): number | null {
  let highest: number | null = null;
  for (const value of values) if (value !== null && (highest === null || value > highest)) highest = value;
  return highest;
}

function summaryOf(levels: Levels): string {
  const parts = SERIES.map(({ key, title }) => `${title} up to ${formatSize(highestOf(levels[key]))}`);
  return `Chart of memory over ${(levels.seconds.at(-1) ?? 0).toFixed(1)} seconds: ${parts.join(", ")}; ${levels.collections.length} collections.`;
}

/** The chart's figures for those who do not see it. */
function highestTable(levels: Levels): HTMLElement {
  const at = (key: (typeof SERIES)[number]["key"]): string => {
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
      ...SERIES.map(({ key, title }) =>
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
