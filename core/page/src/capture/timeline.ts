/** The timeline of the recording; where the page holds windows of time, one is chosen on it. */

import type { PageHead, PageViews } from "../../../src/reports/capture/html/page-data.js";
import { formatSize } from "../../../src/sizes/format-size.js";
import { type Chart, makeChart } from "../shared/chart.js";
import { byId, h } from "../shared/dom.js";
import { secondsText } from "./amounts.js";

const HEIGHT = 190;

export interface Timeline {
  /** Whether the window is what is shown. */
  setActive(active: boolean): void;
  redraw(): void;
}

/** @param choose called with the first and the last bucket of a window */
export function makeTimeline(content: PageViews, head: PageHead, choose: (from: number, to: number) => void): Timeline {
  const { timeline, temporal } = content;
  const section = byId("timeline");
  if (timeline.seconds.length === 0) return { setActive: () => {}, redraw: () => {} };
  section.hidden = false;
  const { peak } = head;
  const peakBytes = peak.heapBytes + peak.buffersBytes + peak.nativeBytes;
  const chart: Chart = makeChart(timeline, {
    height: HEIGHT,
    ...(peak.timeUs === null
      ? {}
      : { mark: { second: peak.timeUs / 1e6, title: `peak ${formatSize(Math.round(peakBytes))}` } }),
    ...(temporal === null
      ? {}
      : {
          dragged: (from: number, to: number) => setWindow(bucketAt(from), bucketAt(to)),
        }),
  });
  const bucketUs = temporal?.bucketUs ?? 1;
  const last = (temporal?.buckets ?? 1) - 1;
  const bucketAt = (second: number): number => Math.min(last, Math.max(0, Math.floor((second * 1e6) / bucketUs)));

  const from = slider("window-from", 0, (value) => setWindow(Math.min(value, Number(to.value)), Number(to.value)));
  const to = slider("window-to", last, (value) => setWindow(Number(from.value), Math.max(value, Number(from.value))));
  const [fromText, toText] = [h("output", { for: "window-from" }), h("output", { for: "window-to" })];
  const whole = h("button", { class: "plain", on: { click: () => setWindow(0, last) } }, "Whole recording");
  const bar = h(
    "div",
    { class: "bar window", role: "group", "aria-label": "Window of time" },
    h("span", { class: "field" }, h("label", { for: "window-from" }, "Window from"), from, fromText),
    h("span", { class: "field" }, h("label", { for: "window-to" }, "to"), to, toText),
    whole,
    h("span", { class: "hint" }, `Drag on the chart, or move the ends. Resolution: ${secondsText(bucketUs)}.`),
  );

  function slider(id: string, value: number, moved: (value: number) => void): HTMLInputElement {
    const input = h("input", {
      id,
      type: "range",
      min: 0,
      max: last,
      value,
      on: { input: () => moved(Number(input.value)) },
    });
    return input;
  }

  function tell(first: number, end: number): void {
    from.value = String(first);
    to.value = String(end);
    const [starts, ends] = [secondsText(first * bucketUs), secondsText((end + 1) * bucketUs)];
    from.setAttribute("aria-valuetext", starts);
    to.setAttribute("aria-valuetext", ends);
    fromText.textContent = starts;
    toText.textContent = ends;
    chart.select((first * bucketUs) / 1e6, ((end + 1) * bucketUs) / 1e6);
  }

  let pending: number | undefined;
  function setWindow(first: number, end: number): void {
    tell(first, end);
    if (pending !== undefined) cancelAnimationFrame(pending);
    pending = requestAnimationFrame(() => choose(first, end));
  }

  section.append(chart.legend, chart.frame, chart.readout, ...(temporal === null ? [] : [bar]));
  if (temporal !== null) tell(0, last);
  return {
    setActive(active) {
      section.classList.toggle("window-inactive", !active);
    },
    redraw: () => chart.redraw(),
  };
}
