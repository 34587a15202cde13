import { describe, expect, test } from "vitest";
import { type ComparedView, compareViews } from "../../../../core/src/reports/capture/compare-views.js";
import { renderComparedViews } from "../../../../core/src/reports/capture/comparison-text.js";
import { frame, handMade, infoOf, MAIN, MAIN_LATER, PACKAGE, PARSE, ROOT } from "./hand-made.js";

type Rows = Parameters<typeof handMade>[0];
const compared = (rows: Rows): ComparedView & { options: { kind: "leaked" }; threads: readonly string[] } => ({
  ...handMade(rows, "leaked"),
  info: infoOf(),
  options: { kind: "leaked" },
  threads: [],
});
const TOLERANCE = { relative: 0.1, absoluteBytes: 50 };
const changesOf = (before: Rows, after: Rows) =>
  compareViews(compared(before), compared(after), TOLERANCE).changes.map(({ name, bytesBefore, bytesAfter }) => ({
    name,
    bytesBefore,
    bytesAfter,
  }));

describe("comparing two captures", () => {
  test("names functions whose own bytes changed, the greatest change first", () => {
    const before: Rows = [
      { stack: [MAIN, PARSE], bytes: 100 },
      { stack: [MAIN, PACKAGE], bytes: 500 },
      { stack: [MAIN], bytes: 7 },
    ];
    const after: Rows = [
      { stack: [MAIN, PARSE], bytes: 300 },
      { stack: [MAIN], bytes: 7 },
    ];
    expect(changesOf(before, after)).toEqual([
      { name: "inflate", bytesBefore: 500, bytesAfter: 0 },
      { name: "parse", bytesBefore: 100, bytesAfter: 300 },
    ]);
  });

  test("knows a function again whose lines have moved", () => {
    expect(changesOf([{ stack: [MAIN], bytes: 5 }], [{ stack: [MAIN_LATER], bytes: 5 }])).toEqual([]);
  });

  test("knows a function again in another folder of the same program", () => {
    const elsewhere = infoOf();
    const process = { ...elsewhere.meta.process, cwd: "/other" };
    const after = {
      ...handMade([{ stack: [frame("main", "/other/src/app.js", 10)], bytes: 5 }]),
      info: { ...elsewhere, meta: { ...elsewhere.meta, process } },
    };
    expect(MAIN.file).toBe(`${ROOT}/src/app.js`);
    expect(compareViews(compared([{ stack: [MAIN], bytes: 5 }]), after, TOLERANCE).changes).toEqual([]);
  });

  test.each([
    [1000, 1099, "same"],
    [1000, 1100, "same"],
    [1000, 1101, "grown"],
    [1000, 901, "same"],
    [1000, 900, "same"],
    [1000, 899, "shrunk"],
    [100, 150, "same"],
    [100, 151, "grown"],
    [0, 50, "same"],
    [0, 51, "grown"],
  ] as const)("from %i to %i bytes, with tolerances of 10%% and 50 bytes, is %s", (before, after, verdict) => {
    const of = (bytes: number) => compared(bytes === 0 ? [] : [{ stack: [MAIN], bytes }]);
    expect(compareViews(of(before), of(after), TOLERANCE).verdict).toBe(verdict);
  });
});

describe("the comparison as text", () => {
  const before = compared([
    { stack: [MAIN, PARSE], bytes: 1000, count: 3 },
    { stack: [MAIN, PACKAGE], bytes: 5000, count: 1 },
  ]);
  const after = compared([
    { stack: [MAIN, PARSE], bytes: 13_000, count: 9 },
    { stack: [MAIN], bytes: 2000, count: 1, space: "heap" },
  ]);
  const text = (width = 80, limit?: number): string =>
    renderComparedViews(compareViews(before, after, TOLERANCE), before, after, {
      colour: false,
      width,
      ...(limit === undefined ? {} : { limit }),
    });

  test("tells the sums, what grew and what shrank", () => {
    expect(text(200)).toContain("Still alive at the end: ~6 kB, now ~15 kB: +~9 kB, +150% (~4, now ~10 allocations)");
    expect(text()).toMatch(
      /^ +grew +before +after +function +place\n +\+12 kB +1 kB +13 kB +parse +src\/parse\.js:40\n +\+~2 kB +0 B +~2 kB +main/mu,
    );
    expect(text()).toMatch(/^ +shrank +before +after +function +place\n +−5 kB +5 kB +0 B +inflate/mu);
  });

  test("counts what is beyond the limit", () => {
    expect(text(80, 1)).toContain("… 1 more function");
  });

  test.each([60, 80, 120])("fits %i columns", (width) => {
    for (const line of text(width).split("\n")) expect([...line].length).toBeLessThanOrEqual(width);
  });
});
