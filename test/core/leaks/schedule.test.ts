import { expect, test } from "vitest";
import { confirmingRuns, evidenceCalls, screeningRuns, secondLookRuns } from "../../../core/src/leaks/schedule.js";

test("a fast function's numbers are fixed: they do not depend on how busy the machine is", () => {
  for (const ms of [0, 0.001, 0.1, 0.4]) {
    expect(screeningRuns(null, ms, true)).toBe(16);
    expect(confirmingRuns(16, ms, false)).toBe(512);
  }
});

test("a slow function is called less, never less than shows one leak in three calls", () => {
  expect([15, 50, 100, 1000].map((ms) => screeningRuns(null, ms, true))).toEqual([16, 5, 3, 3]);
  expect([1, 5, 20, 1000].map((ms) => confirmingRuns(16, ms, false))).toEqual([128, 32, 16, 16]);
  expect(confirmingRuns(3, 1000, false)).toBe(6);
});

test("what the caller asks for is done, and confirmed with at least as many", () => {
  expect(screeningRuns(100, 1000, true)).toBe(100);
  expect(confirmingRuns(1000, 0, false)).toBe(1000);
});

test("handles are few: a process may have no more than 1024 descriptors", () => {
  expect(confirmingRuns(16, 0, true)).toBe(32);
});

test("without births the batches are larger", () => {
  expect(screeningRuns(null, 0, false)).toBe(256);
});

test("a second look doubles the calls after its first batch, where that is quickly done", () => {
  const before = 16 + 16 + 4 * 16;
  const runs = secondLookRuns(16, 1.3);
  expect(3 * runs).toBeGreaterThanOrEqual(before + runs);
  expect(secondLookRuns(16, 1.31)).toBe(0);
});

test("stacks of every allocation are recorded of a few calls, unless the function is slow", () => {
  const untold = (ms: number) => ({ ms, allocatedBytes: null });
  expect(evidenceCalls(untold(0.001), 0)).toEqual({ calls: 16, exact: true });
  expect(evidenceCalls(untold(16), 0)).toEqual({ calls: 3, exact: true });
  expect(evidenceCalls(untold(17), 0)).toEqual({ calls: 3, exact: false });
});

test("a slow function that allocates little is recorded in every way, too", () => {
  expect(evidenceCalls({ ms: 100, allocatedBytes: 1e6 }, 0)).toEqual({ calls: 3, exact: true });
  expect(evidenceCalls({ ms: 100, allocatedBytes: 8e6 }, 0)).toEqual({ calls: 3, exact: false });
  expect(evidenceCalls({ ms: 400, allocatedBytes: 0 }, 0)).toEqual({ calls: 3, exact: false });
});

test("a container is to grow while stacks are recorded, where there is time for it", () => {
  const quick = (ms: number) => ({ ms, allocatedBytes: null });
  expect(evidenceCalls(quick(0.001), 5000)).toEqual({ calls: 5000, exact: true });
  expect(evidenceCalls(quick(0.02), 5000)).toEqual({ calls: 5000, exact: false });
  expect(evidenceCalls(quick(0.041), 5000)).toEqual({ calls: 16, exact: true });
  expect(evidenceCalls(quick(1), 5000)).toEqual({ calls: 16, exact: true });
});
