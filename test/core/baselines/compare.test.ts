import { describe, expect, test } from "vitest";
import { beyond, type ComparedFigure, compareFigures, updatedFigures } from "../../../core/src/baselines/compare.js";
import { buffersAlone, recorded } from "./recorded.js";

const EXACT = { relative: 0, absoluteBytes: 0 };
const TENTH = { relative: 0.1, absoluteBytes: 0 };
const verdicts = (figures: readonly ComparedFigure[]): readonly string[] =>
  figures
    .filter(({ verdict }) => verdict !== "within")
    .map(({ figure, space, verdict }) => `${figure} ${space} ${verdict}`);

describe("the tolerance is the larger of the two, and exactly as much is within it", () => {
  test.each([
    [899, "better"],
    [900, "within"],
    [1000, "within"],
    [1100, "within"],
    [1101, "worse"],
  ] as const)("a tenth of 1000 B: %d B is %s", (now, verdict) => {
    const { figures } = compareFigures(buffersAlone(1000), buffersAlone(now), TENTH);
    expect(figures.find(({ figure, space }) => figure === "peak" && space === "buffers")?.verdict).toBe(verdict);
  });

  test.each([
    [849, "better"],
    [850, "within"],
    [1150, "within"],
    [1151, "worse"],
  ] as const)("a tenth of 1000 B or 150 B: %d B is %s", (now, verdict) => {
    const { figures } = compareFigures(buffersAlone(1000), buffersAlone(now), { relative: 0.1, absoluteBytes: 150 });
    expect(figures.find(({ space }) => space === "total")?.verdict).toBe(verdict);
  });

  test("no tolerance: the same passes, a byte more does not", () => {
    expect(compareFigures(buffersAlone(5), buffersAlone(5), EXACT).worst).toBeNull();
    expect(compareFigures(buffersAlone(5), buffersAlone(6), EXACT).worst).toMatchObject({
      nowBytes: 6,
      toleranceBytes: 0,
    });
  });

  test("of nothing a tenth is nothing: what was 0 B is 0 B, or within the absolute tolerance", () => {
    expect(compareFigures(buffersAlone(0), buffersAlone(1), TENTH).worst).not.toBeNull();
    expect(compareFigures(buffersAlone(0), buffersAlone(1), { ...TENTH, absoluteBytes: 1 }).worst).toBeNull();
  });
});

describe("a comparison", () => {
  test("looks at each space and at their sum, so that one space cannot hide behind another", () => {
    const before = recorded({ total: 2000, heap: 1000, buffers: 1000, native: 0 });
    const now = recorded({ total: 2000, heap: 1500, buffers: 500, native: 0 });
    expect(verdicts(compareFigures(before, now, TENTH).figures)).toEqual([
      "allocated heap worse",
      "allocated buffers better",
      "peak heap worse",
      "peak buffers better",
    ]);
  });

  test("names what lies furthest beyond its tolerance", () => {
    const before = recorded({ total: 3000, heap: 2000, buffers: 1000, native: 0 });
    const now = recorded({ total: 3000, heap: 3000, buffers: 1050, native: 10 });
    const { worst, best } = compareFigures(before, now, TENTH);
    expect(worst).toMatchObject({ figure: "allocated", space: "heap" });
    expect(worst && beyond(worst)).toBe(800);
    expect(best).toBeNull();
  });

  test("leaves out what is unknown on either side", () => {
    const before = recorded({ total: null, heap: 10, buffers: 10, native: null });
    const now = recorded({ total: 900, heap: 10, buffers: 10, native: 880 });
    expect(verdicts(compareFigures(before, now, EXACT).figures).filter((line) => line.startsWith("allocated"))).toEqual(
      ["allocated total not compared", "allocated native not compared"],
    );
    expect(compareFigures(before, now, EXACT)).toMatchObject({ worst: null, best: null, hasNew: true });
    expect(compareFigures(now, before, EXACT)).toMatchObject({ worst: null, best: null, hasNew: false });
  });

  test("does not compare sums of different spaces", () => {
    const before = recorded({ total: 20, heap: 10, buffers: 10 });
    const now = recorded({ total: 10, buffers: 10 });
    expect(verdicts(compareFigures(before, now, EXACT).figures)).toEqual([
      "allocated total not compared",
      "peak total not compared",
    ]);
  });
});

test("recording anew keeps what is unknown now, and drops spaces that are not asked about any more", () => {
  const before = recorded({ total: 3, heap: 1, buffers: 1, native: 1 });
  const now = recorded({ total: null, heap: 5, native: null });
  expect([...updatedFigures(before, now).peak]).toEqual([
    ["total", 3],
    ["heap", 5],
    ["native", 1],
  ]);
});
