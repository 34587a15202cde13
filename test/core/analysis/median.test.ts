import { expect, test } from "vitest";
import { analyse } from "../../../core/src/analysis/analyse.js";
import { medianRun } from "../../../core/src/analysis/median.js";
import type { Measurement } from "../../../core/src/capture/measurement.js";
import { context, recording, tracked } from "./recordings.js";

function run(bytes: number | null): Measurement {
  const heap = bytes === null ? { ...tracked(0), allocatedBytes: null } : tracked(bytes);
  return analyse(recording({ tracked: { spaces: [heap, tracked(0), tracked(0), tracked(0)] } }), context());
}

const allocated = (measurement: Measurement): number | null => measurement.heap.allocatedBytes;

test.each([
  [[5], 5, 5, 5],
  [[9, 1, 5], 5, 1, 9],
  [[1, 9], 9, 1, 9],
  [[4, 1, 9, 5], 5, 1, 9],
  [[0, 0, 0, 7, 7], 0, 0, 7],
])("of %j the median is %d, from %d to %d", (bytes, median, smallest, largest) => {
  const result = medianRun(bytes.map(run), allocated);
  expect(result).toMatchObject({ median, smallest, largest, runs: bytes.length });
  expect(allocated(result.measurement)).toBe(median);
});

test("one unknown run makes the median unknown", () => {
  expect(medianRun([run(1), run(null), run(3)], allocated)).toMatchObject({
    median: null,
    smallest: null,
    largest: null,
    runs: 3,
  });
});

test("there is no median of nothing", () => {
  expect(() => medianRun([], allocated)).toThrow(RangeError);
});
