import { describe, expect, test } from "vitest";
import { renderTimeline } from "../../../../core/src/reports/capture/timeline-chart.js";
import { timelineCsv, timelineJson } from "../../../../core/src/reports/capture/timeline-data.js";
import { infoOf, timelineOf } from "./hand-made.js";

const points = Array.from({ length: 200 }, (_, index) => ({
  ms: index * 10,
  heap: 4e6,
  buffers: index >= 100 ? 8e6 : 0,
  native: 4e6,
  rss: 16e6,
}));
const timeline = timelineOf(points);
const chart = (width: number, height?: number): readonly string[] =>
  renderTimeline(timeline, infoOf(), { colour: false, width, ...(height === undefined ? {} : { height }) }).split("\n");
/** The chart's own lines, from the top, without the scale. */
const bodyOf = (lines: readonly string[]): readonly string[] =>
  lines.filter((line) => line.includes("│")).map((line) => line.slice(line.indexOf("│") + 1));

describe("the chart", () => {
  test("stacks the spaces by their levels", () => {
    const body = bodyOf(chart(80, 16));
    expect(body).toHaveLength(16);
    const column = (at: number): string => body.map((line) => line[at] ?? " ").join("");
    // 4 MB native and 4 MB heap below a ceiling of 16 MB, then 8 MB of buffers between them.
    expect(column(2)).toBe("        ░░░░████");
    expect(column(65)).toBe("░░░░▓▓▓▓▓▓▓▓████");
  });

  test("has round marks on its scale", () => {
    const marks = chart(80, 16).flatMap((line) => /^ *([\d.]+ [kM]?B) │/u.exec(line)?.[1] ?? []);
    expect(marks).toEqual(["16 MB", "12 MB", "8 MB", "4 MB"]);
  });

  test("shows a moment that is shorter than a column", () => {
    const spike = timelineOf(points.map((point, index) => ({ ...point, buffers: index === 150 ? 90e6 : 0 })));
    const text = renderTimeline(spike, infoOf(), { colour: false, width: 60 });
    expect(bodyOf(text.split("\n"))[1]).toContain("▓");
  });

  test("keeps the last level where nothing was read", () => {
    const sparse = timelineOf([points[0], points[199]].flatMap((point) => (point === undefined ? [] : [point])));
    const body = bodyOf(renderTimeline(sparse, infoOf(), { colour: false, width: 80 }).split("\n"));
    expect(body.at(-1)).toMatch(/^█+$/u);
  });

  test("has resident memory by a scale of its own, from nothing to the highest", () => {
    const growing = timelineOf(points.map((point, index) => ({ ...point, rss: index < 100 ? 40e6 : 80e6 })));
    const text = renderTimeline(growing, infoOf(), { colour: false, width: 80 });
    expect(text).toMatch(/^ +rss {2}▄+█+$/mu);
  });

  test("marks collections, full ones apart", () => {
    const collections = [
      { process: 0, isolate: 1, kind: "young", beginUs: 0, endUs: 1, usedBefore: 4e6, usedAfter: 4e6 },
      { process: 0, isolate: 1, kind: "full", beginUs: 1_000_000, endUs: 1_000_001, usedBefore: 10e6, usedAfter: 4e6 },
    ] as const;
    const text = renderTimeline({ ...timeline, collections }, infoOf(), { colour: false, width: 80 });
    expect(text).toMatch(/^ +· +▲$/mu);
    expect(text).toContain("▲ 1 full collection, · 1 other");
    // The heap is highest when a collection begins.
    expect(text).toMatch(/░ +heap +10 MB +4 MB/u);
  });

  test("has the highest and the last level of each", () => {
    const text = chart(80).join("\n");
    expect(text).toMatch(/░ +heap +4 MB +4 MB/u);
    expect(text).toMatch(/▓ +buffers +8 MB +8 MB/u);
    expect(text).toMatch(/ +rss +16 MB +16 MB/u);
  });

  test("of no readings says so", () => {
    expect(renderTimeline(timelineOf([]), infoOf(), { colour: false })).toContain("No levels were read.");
  });

  test.each([60, 80, 120, 200])("fits %i columns", (width) => {
    for (const line of chart(width)) expect([...line].length).toBeLessThanOrEqual(width);
  });
});

describe("the levels for other programs", () => {
  const two = timelineOf([
    { ms: 0, heap: 1, buffers: 2, native: 3, rss: 4 },
    { ms: 10, heap: 5, buffers: 6, native: 7, rss: 8 },
  ]);

  test("as CSV", () => {
    expect(timelineCsv(two)).toBe(
      "timeUs,heapUsedBytes,heapCommittedBytes,buffersBytes,nativeBytes,engineBytes,rssBytes\n0,1,2,2,3,0,4\n10000,5,10,6,7,0,8\n",
    );
  });

  test("as JSON, with collections", () => {
    expect(JSON.parse(timelineJson(two))).toMatchObject({
      version: 1,
      timeUs: [0, 10_000],
      heapUsedBytes: [1, 5],
      rssBytes: [4, 8],
      collections: [],
    });
  });

  test("say of what was not read that it is unknown", () => {
    const unknown = { ...two, rss: Float64Array.from([Number.NaN, 8]) };
    expect(timelineCsv(unknown).split("\n")[1]).toBe("0,1,2,2,3,0,");
    expect(JSON.parse(timelineJson(unknown))).toMatchObject({ rssBytes: [null, 8] });
  });
});
