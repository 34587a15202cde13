/** A chart of levels over time: lines that can be put away, collections as ticks, read with the pointer or the arrow keys. */

import uPlot from "uplot";
import { formatSize } from "../../../src/sizes/format-size.js";
import { h } from "./dom.js";
import { colour } from "./theme.js";

export type LineKey = "heap" | "buffers" | "native" | "rss";

export interface Levels {
  /** Seconds since the beginning, rising. */
  readonly seconds: readonly number[];
  readonly heap: readonly (number | null)[];
  readonly buffers: readonly (number | null)[];
  readonly native: readonly (number | null)[];
  readonly rss: readonly (number | null)[];
  readonly collections: readonly { readonly second: number; readonly kind: "minor" | "major" }[];
}

export interface ChartOptions {
  /** In pixels. */
  readonly height: number;
  /** What is said after the levels of a moment. */
  readonly suffix?: (second: number) => string;
  /** A moment that is marked, in seconds. */
  readonly mark?: { readonly second: number; readonly title: string };
  /** Called when a window was dragged, in seconds. */
  readonly dragged?: (from: number, to: number) => void;
}

export interface Chart {
  readonly legend: HTMLElement;
  readonly frame: HTMLElement;
  readonly readout: HTMLElement;
  /** Shows a window. */
  select(from: number, to: number): void;
  /** Colours changed. */
  redraw(): void;
}

export const LINES: readonly { readonly key: LineKey; readonly title: string }[] = [
  { key: "heap", title: "heap" },
  { key: "buffers", title: "buffers" },
  { key: "native", title: "native" },
  { key: "rss", title: "RSS" },
];

export function makeChart(levels: Levels, options: ChartOptions): Chart {
  const { height, dragged } = options;
  const readout = h(
    "p",
    { class: "readout", role: "status" },
    `Point at the chart, or focus it and press the arrow keys.${dragged === undefined ? "" : " Drag to choose a window."}`,
  );
  const frame = h("div", { class: "chart", tabindex: 0, role: "img", "aria-label": summaryOf(levels) });
  const shown = new Set<string>(LINES.map(({ key }) => key));
  let window: readonly [from: number, to: number] | null = null;
  const legend = h(
    "div",
    { class: "bar", role: "group", "aria-label": "Lines of the chart" },
    ...LINES.map(({ key, title }) => {
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
  /** While we set the selection, it is nobody's drag. */
  let setting = false;
  let chart = draw();
  new ResizeObserver(() => {
    chart.setSize({ width: frame.clientWidth, height });
  }).observe(frame);

  function draw(): uPlot {
    frame.replaceChildren();
    return new uPlot(chartOptions(), dataOf(levels), frame);
  }

  function chartOptions(): uPlot.Options {
    const axis = {
      stroke: colour("faint"),
      grid: { stroke: colour("line"), width: 1 },
      ticks: { stroke: colour("line"), width: 1 },
    };
    return {
      width: frame.clientWidth || 900,
      height,
      legend: { show: false },
      cursor: { points: { size: 7 }, drag: { x: dragged !== undefined, y: false, setScale: false } },
      scales: { x: { time: false }, y: { range: (_, __, highest) => [0, Math.max(1, highest) * 1.05] } },
      axes: [
        { ...axis, values: (_, ticks) => ticks.map((tick) => `${tick} s`) },
        { ...axis, size: 76, values: (_, ticks) => ticks.map((tick) => formatSize(tick)) },
      ],
      series: [
        {},
        ...LINES.map(({ key, title }) => ({
          label: title,
          stroke: colour(key),
          width: 1.5,
          show: shown.has(key),
          spanGaps: false,
          points: { show: false },
        })),
      ],
      hooks: {
        setCursor: [(plot) => tell(plot.cursor.idx ?? null)],
        setSelect: [(plot) => selected(plot)],
        draw: [
          (plot) => drawCollections(plot, levels),
          (plot) => drawMark(plot, options.mark),
          // Its place is known once the scales are.
          (plot) => showWindow(plot),
        ],
      },
    };
  }

  function selected(plot: uPlot): void {
    const { left, width } = plot.select;
    if (setting || dragged === undefined || width < 2) return;
    dragged(plot.posToVal(left, "x"), plot.posToVal(left + width, "x"));
  }

  function showWindow(plot: uPlot): void {
    if (window === null) return;
    const [from, to] = window.map((second) => plot.valToPos(second, "x")) as [number, number];
    setting = true;
    plot.setSelect({ left: from, width: Math.max(1, to - from), top: 0, height: plot.over.clientHeight }, false);
    setting = false;
  }

  function toggle(key: string, button: HTMLElement): void {
    if (!shown.delete(key)) shown.add(key);
    button.setAttribute("aria-pressed", String(shown.has(key)));
    LINES.forEach((line, index) => {
      chart.setSeries(index + 1, { show: shown.has(line.key) });
    });
  }

  function tell(index: number | null): void {
    const second = index === null ? undefined : levels.seconds[index];
    if (index === null || second === undefined) return;
    const values = LINES.map(({ key, title }) => `${title} ${formatSize(levels[key][index] ?? null)}`);
    readout.textContent = `${second.toFixed(2)} s: ${values.join(", ")}${options.suffix?.(second) ?? ""}`;
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
    chart.setCursor({ left: chart.valToPos(levels.seconds[index] ?? 0, "x"), top: height / 2 });
  });

  return {
    legend,
    frame,
    readout,
    select(from, to) {
      window = [from, to];
      showWindow(chart);
    },
    redraw() {
      chart.destroy();
      chart = draw();
    },
  };
}

function dataOf(levels: Levels): uPlot.AlignedData {
  return [levels.seconds, ...LINES.map(({ key }) => levels[key])] as unknown as uPlot.AlignedData;
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

function drawMark(chart: uPlot, mark: ChartOptions["mark"]): void {
  if (mark === undefined) return;
  const { ctx, bbox } = chart;
  const scale = devicePixelRatio;
  const x = chart.valToPos(mark.second, "x", true);
  const right = x > bbox.left + bbox.width / 2;
  ctx.save();
  ctx.strokeStyle = colour("bad");
  ctx.lineWidth = scale;
  ctx.setLineDash([4 * scale, 3 * scale]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.font = `600 ${12 * scale}px system-ui, sans-serif`;
  ctx.textAlign = "left";
  const { width } = ctx.measureText(mark.title);
  const left = right ? x - width - 6 * scale : x + 6 * scale;
  ctx.fillStyle = colour("card");
  ctx.fillRect(left - 3 * scale, bbox.top, width + 6 * scale, 16 * scale);
  ctx.fillStyle = colour("bad");
  ctx.fillText(mark.title, left, bbox.top + 12 * scale);
  ctx.restore();
}

export function highestOf(values: readonly (number | null)[]): number | null {
  let highest: number | null = null;
  for (const value of values) if (value !== null && (highest === null || value > highest)) highest = value;
  return highest;
}

function summaryOf(levels: Levels): string {
  const parts = LINES.map(({ key, title }) => `${title} up to ${formatSize(highestOf(levels[key]))}`);
  return `Chart of memory over ${(levels.seconds.at(-1) ?? 0).toFixed(1)} seconds: ${parts.join(", ")}; ${levels.collections.length} collections.`;
}
