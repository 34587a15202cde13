/** A capture's levels over time, for other programs. */

import type { CaptureTimeline } from "../../capture-files/model/capture.js";

const COLUMNS = ["heapUsed", "heapCommitted", "buffers", "native", "engine", "rss"] as const;

/** Comma-separated: a heading, then a line for each point. Times in microseconds, sizes in bytes. */
export function timelineCsv(timeline: CaptureTimeline): string {
  const lines = [["timeUs", ...COLUMNS.map((name) => `${name}Bytes`)].join(",")];
  timeline.timeUs.forEach((timeUs, index) => {
    lines.push([timeUs, ...COLUMNS.map((name) => cell(timeline[name][index]))].join(","));
  });
  return `${lines.join("\n")}\n`;
}

/** Columns of equal length, as in the model; what was not read is `null`. */
export function timelineJson(timeline: CaptureTimeline): string {
  const columns = Object.fromEntries(
    COLUMNS.map((name) => [
      `${name}Bytes`,
      Array.from(timeline[name], (value) => (Number.isFinite(value) ? value : null)),
    ]),
  );
  const data = { version: 1, timeUs: [...timeline.timeUs], ...columns, collections: timeline.collections };
  return `${JSON.stringify(data)}\n`;
}

function cell(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? "" : String(value);
}
