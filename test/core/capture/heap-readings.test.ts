import { expect, test } from "vitest";
import { type Collection, heapFigures } from "../../../core/src/capture/heap-readings.js";

function collection(beforeBytes: number, afterBytes: number): Collection {
  return { beforeBytes, afterBytes, major: false, durationNs: 1 };
}

test("without a collection, allocated and peak are the growth", () => {
  expect(heapFigures({ startBytes: 100, endBytes: 350, collections: [] }, 0)).toEqual({
    allocatedBytes: 250,
    peakBytes: 250,
    netBytes: 250,
    peakLiveBytes: null,
  });
});

test("growth between collections is summed, and the highest reading is the peak", () => {
  const collections = [collection(900, 200), collection(1500, 400)];
  expect(heapFigures({ startBytes: 100, endBytes: 600, collections }, 0)).toEqual({
    allocatedBytes: 800 + 1300 + 200,
    peakBytes: 1400,
    netBytes: 500,
    peakLiveBytes: 300,
  });
});

test("what the readings themselves allocate is in no figure", () => {
  expect(heapFigures({ startBytes: 100, endBytes: 716, collections: [] }, 616)).toMatchObject({
    allocatedBytes: 0,
    peakBytes: 0,
    netBytes: 0,
  });
  const collections = [collection(900, 200)];
  expect(heapFigures({ startBytes: 100, endBytes: 300, collections }, 50)).toMatchObject({
    allocatedBytes: 850,
    peakBytes: 750,
    netBytes: 150,
  });
});

test("a heap that only shrank has allocated nothing and peaked at nothing", () => {
  expect(heapFigures({ startBytes: 500, endBytes: 100, collections: [collection(500, 100)] }, 0)).toEqual({
    allocatedBytes: 0,
    peakBytes: 0,
    netBytes: -400,
    peakLiveBytes: 0,
  });
});

test("a reading below the one before it takes nothing from what was allocated elsewhere", () => {
  expect(heapFigures({ startBytes: 100, endBytes: 300, collections: [collection(90, 80)] }, 0)).toMatchObject({
    allocatedBytes: 220,
  });
});
