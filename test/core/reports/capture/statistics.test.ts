import { describe, expect, test } from "vitest";
import type { CaptureStatistics } from "../../../../core/src/capture-files/model/capture.js";
import { statisticsReport } from "../../../../core/src/reports/capture/statistics.js";
import { renderStatistics } from "../../../../core/src/reports/capture/statistics-text.js";
import {
  handMade,
  infoOf,
  LIBRARY,
  MAIN,
  PACKAGE,
  PARSE,
  READ,
  readingOf,
  STATISTICS,
  timelineOf,
} from "./hand-made.js";

const made = handMade(
  [
    { stack: [MAIN, PARSE], bytes: 600, count: 1, space: "heap" },
    { stack: [MAIN, PACKAGE], bytes: 300, count: 20 },
    { stack: [MAIN, LIBRARY], bytes: 200, count: 30 },
    { stack: [READ], bytes: 100, count: 40 },
    { stack: [], bytes: 50, count: 50 },
  ],
  "allocated",
);
const collection = (kind: "young" | "full", beginUs: number, endUs: number) =>
  ({ process: 0, isolate: 1, kind, beginUs, endUs, usedBefore: 2, usedAfter: 1 }) as const;
const timeline = {
  ...timelineOf([{ ms: 0 }, { ms: 10 }]),
  collections: [collection("young", 0, 1000), collection("young", 2000, 2500), collection("full", 3000, 6000)],
};
const reading = readingOf(made, timeline);
const report = (limit?: number) => statisticsReport(reading, made.view, infoOf(), limit === undefined ? {} : { limit });

describe("the report of a capture", () => {
  test("names the functions with the most bytes and with the most allocations", () => {
    expect(report().functionsByBytes.map(({ name }) => name)).toEqual([
      "parse",
      "inflate",
      "png_malloc",
      "(Node.js itself)",
      "(no stack)",
    ]);
    expect(report(2).functionsByCount.map(({ name }) => name)).toEqual(["(no stack)", "(Node.js itself)"]);
  });

  test("names packages, native libraries, and whose the rest is", () => {
    expect(report().packagesByBytes).toEqual([
      { name: "(the program's own code)", bytes: 600, count: 1, estimated: true },
      { name: "pako", bytes: 300, count: 20, estimated: false },
      { name: "libpng16.so.16", bytes: 200, count: 30, estimated: false },
      { name: "(Node.js itself)", bytes: 100, count: 40, estimated: false },
      { name: "(no stack)", bytes: 50, count: 50, estimated: false },
    ]);
  });

  test("names an addon with its package", () => {
    const addon = { ...LIBRARY, file: "/app/node_modules/@img/sharp/build/Release/sharp.node" };
    const one = handMade([{ stack: [MAIN, addon], bytes: 1 }], "allocated");
    const [row] = statisticsReport(readingOf(one, timeline), one.view, infoOf()).packagesByBytes;
    expect(row?.name).toBe("@img/sharp (sharp.node)");
  });

  test("names a library by its own file, though the source of the function is known", () => {
    const source = { ...LIBRARY, file: "./stdlib/setenv.c", module: "/usr/lib/libc.so.6" };
    const one = handMade([{ stack: [MAIN, source], bytes: 1 }], "allocated");
    expect(statisticsReport(readingOf(one, timeline), one.view, infoOf()).packagesByBytes[0]?.name).toBe("libc.so.6");
  });

  test("counts collections and their time", () => {
    expect(report().collections).toEqual({ young: 2, full: 1, other: 0, durationUs: 4500 });
  });

  test("is JSON as it is", () => {
    expect(JSON.parse(JSON.stringify(report()))).toEqual(report());
  });
});

describe("the report as text", () => {
  const text = (statistics: CaptureStatistics = STATISTICS, width = 80): string =>
    renderStatistics({ ...report(), statistics }, infoOf(), { colour: false, width });

  test("has a row for each space, estimates marked", () => {
    expect(text()).toMatch(/^ {2}heap +~30 MB +~1,000 +12 MB +~1 MB +~10$/mu);
    expect(text()).toMatch(/^ {2}buffers +60 MB +30 +50 MB +0 B +0$/mu);
    expect(text()).toMatch(/^ {2}native +10 MB +5,000 +2 MB +4\.1 kB +2$/mu);
  });

  test("says n/a for what is not known", () => {
    const heap = { allocatedBytes: null, allocationCount: null, leakedBytes: null, leakedCount: null, peakBytes: null };
    const unknown = { ...STATISTICS, spaces: { ...STATISTICS.spaces, heap }, heapFragmentationBytes: null };
    expect(text(unknown)).toMatch(/^ {2}heap +n\/a +n\/a +n\/a +n\/a +n\/a$/mu);
    expect(text(unknown)).toContain("not in use at the end: n/a");
    // The whole is not known, so neither is a share of it.
    expect(text(unknown)).not.toMatch(/of what was allocated/u);
  });

  test("says what the peak is made of, and that there is none in common for several processes", () => {
    expect(text()).toContain("Peak 61 MB (61,000,000 B), 1.20 s after the start: heap 10 MB, buffers 50 MB");
    const several = { ...STATISTICS, peak: { ...STATISTICS.peak, timeUs: null } };
    expect(text(several)).toContain("Peak 61 MB (61,000,000 B), the sum of each process's own");
  });

  test("has a bar for each size between the smallest and the largest, none left out", () => {
    const lines = text()
      .split("\n")
      .filter((line) => line.includes(" to "));
    expect(lines.map((line) => line.replaceAll(/ +/gu, " ").trim())).toEqual([
      "1 B to < 2 B 10 ███▊",
      "2 B to < 4 B 0",
      `4 B to < 8 B 80 ${"█".repeat(30)}`,
      `1 KiB to < 2 KiB 40 ${"█".repeat(15)}`,
    ]);
  });

  test("names operators as they are written, the forms of one together", () => {
    const byAllocator = [
      { allocator: "_Znwm", space: "native", bytes: 1000, count: 2 },
      { allocator: "_ZnwmRKSt9nothrow_t", space: "native", bytes: 500, count: 1 },
      { allocator: "_Znam", space: "native", bytes: 30, count: 1 },
      { allocator: "", space: "heap", bytes: 10, count: 1 },
    ] as const;
    const lines = text({ ...STATISTICS, byAllocator });
    expect(lines).toMatch(
      / 1\.5 kB +3 +native +operator new\n +30 B +1 +native +operator new\[\]\n +10 B +1 +heap +V8\n/u,
    );
  });

  test("tells what could not be written down, and only then", () => {
    expect(text()).not.toContain("could not be written");
    expect(text({ ...STATISTICS, missedCount: 1 })).toContain(
      "1 allocation could not be written down and is in no figure.",
    );
    expect(text({ ...STATISTICS, missedCount: 2 })).toContain(
      "2 allocations could not be written down and are in no figure.",
    );
  });

  test.each([60, 80, 120])("fits %i columns", (width) => {
    for (const line of text(STATISTICS, width).split("\n")) expect([...line].length).toBeLessThanOrEqual(width);
  });
});
