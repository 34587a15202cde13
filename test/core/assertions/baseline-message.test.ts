import { describe, expect, test } from "vitest";
import { assertMatchBaseline } from "../../../core/src/assertions/to-match-memory-baseline.js";
import { compareFigures } from "../../../core/src/baselines/compare.js";
import { recordedFigures } from "../../../core/src/baselines/figures.js";
import type { RecordedFigures } from "../../../core/src/baselines/types.js";
import type { AssertableSpace, Measurement } from "../../../core/src/capture/measurement.js";
import { recorded } from "../baselines/recorded.js";
import { ALL_SPACES, CONTEXT, FALLBACK, frame, type Given, measurement, site } from "./build.js";

const MB = 1_000_000;
const TOLERANCE = { relative: 0.1, absoluteBytes: 1000 };
const parse = site({
  space: "buffers",
  bytes: 3 * MB,
  peakBytes: 3 * MB,
  stack: [frame("parse", "src/parse.ts", 30, 5)],
});

function assert(
  before: RecordedFigures,
  now: Measurement,
  more: { readonly isNot?: boolean; readonly updated?: boolean; readonly spaces?: readonly AssertableSpace[] } = {},
) {
  const spaces = more.spaces ?? ALL_SPACES;
  return assertMatchBaseline({
    headline: "expect(fn).toMatchMemoryBaseline()",
    comparison: compareFigures(before, recordedFigures([now], spaces), TOLERANCE),
    updated: more.updated ?? false,
    measurement: now,
    spaces,
    place: "__memory__/a.test.ts.json, linux-x64-node20, #1",
    context: { ...CONTEXT, isNot: more.isNot ?? false },
  });
}

const BEFORE = recorded(
  { total: 2 * MB, heap: MB, buffers: MB, native: 0 },
  { total: 1.5 * MB, heap: MB, buffers: MB, native: 0 },
);
const GIVEN: Given = {
  heap: { allocatedBytes: MB, peakBytes: 1.05 * MB },
  buffers: { allocatedBytes: 3 * MB, peakBytes: MB },
  total: { allocatedBytes: 4 * MB, peakBytes: 1.5 * MB },
  sites: [parse],
  coverage: 1,
};
const NOW = measurement(GIVEN);

describe("the message", () => {
  test("has every space of the figure that is worse, the place, and what to do next", () => {
    const { pass, facts, message } = assert(BEFORE, NOW);
    expect(pass).toBe(false);
    expect(facts.worst).toMatchObject({ figure: "allocated", space: "buffers" });
    expect(message()).toBe(`expect(fn).toMatchMemoryBaseline()

  allocated  baseline   now  tolerance
  total          2 MB  4 MB    ±200 kB  1.8 MB beyond, 2.00 times the baseline
  heap           1 MB  1 MB    ±100 kB
  buffers        1 MB  3 MB    ±100 kB  1.9 MB beyond, 3.00 times the baseline
  native          0 B   0 B      ±1 kB

  baseline: __memory__/a.test.ts.json, linux-x64-node20, #1

  Where it was allocated (every allocated byte has a stack)
    ~3 MB  75%  buffers  parse  src/parse.ts:30:5

  Next: where the new figures are meant, run the test with -u to record them; docs/baselines.md
        explains the comparison.`);
  });

  test("shows exact bytes where sizes look alike", () => {
    const now = measurement({ ...GIVEN, buffers: { allocatedBytes: MB + 1, peakBytes: MB } });
    expect(assert(BEFORE, now).message()).toContain("1 MB (1,000,000 B)  1 MB (1,000,001 B)");
  });

  test("of .not has both figures, and no place to blame", () => {
    const now = measurement({
      heap: { allocatedBytes: MB, peakBytes: MB },
      buffers: { allocatedBytes: MB, peakBytes: MB },
      total: { allocatedBytes: 2 * MB, peakBytes: 1.5 * MB },
    });
    const { pass, message } = assert(BEFORE, now, { isNot: true });
    expect(pass).toBe(true);
    expect(message()).toContain("All figures are within the tolerance.");
    expect(message()).toMatch(/allocated {2}baseline[\s\S]*\n {2}peak {7}baseline/u);
    expect(message()).not.toContain("Next:");
  });

  test("says what is not compared, on either side", () => {
    const now = measurement({
      ...GIVEN,
      native: { allocatedBytes: null, peakBytes: null },
      capabilities: FALLBACK,
    });
    const { facts, message } = assert(BEFORE, now);
    expect(message().replaceAll(/\s+/gu, " ")).toContain(
      "Not compared, because unknown now: allocated total, allocated native, peak total, peak native.",
    );
    expect(facts.notice).toContain("Native memory is not counted");
    expect(facts.worst).toMatchObject({ space: "buffers" });
    const before = recorded({ heap: MB, buffers: MB, total: null, native: null });
    expect(assert(before, NOW).message()).toContain("Not compared, because not recorded: allocated total");
  });
});

describe("passes", () => {
  const less = measurement({
    heap: { allocatedBytes: MB, peakBytes: MB },
    total: { allocatedBytes: MB, peakBytes: MB },
  });

  test("when figures are better; with .not, too", () => {
    expect(assert(BEFORE, less).pass).toBe(true);
    expect(assert(BEFORE, less, { isNot: true }).pass).toBe(false);
  });

  test("when the baseline is recorded anew, whatever it is", () => {
    expect(assert(BEFORE, NOW, { updated: true }).pass).toBe(true);
  });
});

describe("what is recorded", () => {
  test("is the median of each figure by itself, of an even number of runs the higher one", () => {
    const run = (allocatedBytes: number, peakBytes: number): Measurement =>
      measurement({ heap: { allocatedBytes, peakBytes } });
    const of = (...runs: readonly Measurement[]) => recordedFigures(runs, ["heap"]);
    expect(of(run(1, 30), run(3, 10), run(2, 20))).toEqual(recorded({ heap: 2 }, { heap: 20 }));
    expect(of(run(1, 30), run(3, 10))).toEqual(recorded({ heap: 3 }, { heap: 30 }));
  });

  test("is unknown when it is in one run", () => {
    const runs = [measurement({}), measurement({ heap: { peakBytes: null } })];
    expect(recordedFigures(runs, ["heap"])).toEqual(recorded({ heap: 0 }, { heap: null }));
  });

  test("has a total of several spaces, which is unknown where one of them is", () => {
    const known = measurement({ total: { allocatedBytes: 7, peakBytes: 8 } });
    expect(recordedFigures([known], ["heap", "native"])).toEqual(
      recorded({ total: 7, heap: 0, native: 0 }, { total: 8, heap: 0, native: 0 }),
    );
    const unknown = measurement({ native: { allocatedBytes: null }, total: { allocatedBytes: 7, peakBytes: 8 } });
    expect(recordedFigures([unknown], ["heap", "native"])).toEqual(
      recorded({ total: null, heap: 0, native: null }, { total: 8, heap: 0, native: 0 }),
    );
  });
});
