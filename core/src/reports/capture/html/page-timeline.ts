/** A capture's timeline, thin enough for a page. */

import type { CaptureTimeline } from "../../../capture-files/model/capture.js";
import type { PageTimeline } from "./page-data.js";

const MOST_POINTS = 2000;
const MOST_COLLECTIONS = 5000;

/** Of neighbours the highest of each series. Of too many collections the major ones stay. */
export function thinTimeline(timeline: CaptureTimeline): PageTimeline {
  const { timeUs } = timeline;
  const step = Math.max(1, Math.ceil(timeUs.length / MOST_POINTS));
  const starts = Array.from({ length: Math.ceil(timeUs.length / step) }, (_, index) => index * step);
  const highest = (values: Float64Array): readonly number[] =>
    starts.map((start) => values.subarray(start, start + step).reduce((most, value) => Math.max(most, value), 0));
  const collections = timeline.collections
    .filter(({ kind }) => kind !== "other")
    .map(({ beginUs, kind }) => ({
      second: beginUs / 1e6,
      kind: kind === "full" ? ("major" as const) : ("minor" as const),
    }));
  return {
    seconds: starts.map((start) => (timeUs[start] ?? 0) / 1e6),
    heap: highest(timeline.heapUsed),
    buffers: highest(timeline.buffers),
    native: highest(timeline.native),
    rss: highest(timeline.rss),
    collections:
      collections.length <= MOST_COLLECTIONS ? collections : collections.filter(({ kind }) => kind === "major"),
  };
}
