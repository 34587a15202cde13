// V8's sampler is one for an isolate: what a measurement within another one has of it, and what the outer one keeps.
import { expect, test } from "vitest";
import type { RawMeasurement, RawSite } from "../../../core/src/capture/binding.js";
import { figuresOf, HEAP, tracker } from "./tracker.js";

const OBJECTS = 5000;
/** What optimised code allocates for the same work differs from what other code does, and by V8. */
const ABOUT = 0.5;
/** Of one size, so that a function allocates the same whenever it is called. */
const kept: Record<string, unknown[]> = Object.fromEntries(
  ["before", "within", "after"].map((name) => [name, new Array<unknown>(OBJECTS).fill(null)]),
);

// Apart by name: a site is told by its function.
function before(): void {
  for (let i = 0; i < OBJECTS; i++) (kept["before"] as unknown[])[i] = { before: i, more: {} };
}
function within(): void {
  for (let i = 0; i < OBJECTS; i++) (kept["within"] as unknown[])[i] = { within: i, more: {} };
}
function garbage(): void {
  for (let i = 0; i < OBJECTS; i++) (kept["within"] as unknown[])[0] = { garbage: i, more: {} };
}
function after(): void {
  for (let i = 0; i < OBJECTS; i++) (kept["after"] as unknown[])[i] = { after: i, more: {} };
}

function sitesOf({ sites }: RawMeasurement, functionName: string): readonly RawSite[] {
  return sites.filter(
    ({ space, frames }) => space === HEAP && frames.some((frame) => frame.functionName === functionName),
  );
}

function bytesOf(raw: RawMeasurement, functionName: string): number {
  return sitesOf(raw, functionName).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Without another one around it. */
const alone = (fn: () => void): number => bytesOf(figuresOf(fn, { sampleInterval: 1 }), fn.name);

// Cold code allocates for itself, too.
for (let call = 0; call < 20; call++) for (const fn of [before, within, garbage, after]) fn();

test("within one that samples, one with every stack has them, and the outer one has samples of before, within and after", () => {
  const truth = alone(within);
  let inner: RawMeasurement | undefined;
  const outer = figuresOf(
    () => {
      before();
      inner = figuresOf(within, { sampleInterval: 1 });
      after();
    },
    { sampleInterval: 1024 },
  );
  expect(inner?.heapSampleInterval).toBe(1);
  expect(bytesOf(inner as RawMeasurement, "within")).toBeGreaterThan(ABOUT * truth);
  // Estimates are no whole numbers.
  expect(sitesOf(inner as RawMeasurement, "within").every(({ count }) => Number.isInteger(count))).toBe(true);
  expect(bytesOf(inner as RawMeasurement, "before")).toBe(0);
  // Hundreds of samples each.
  for (const name of ["before", "within", "after"]) {
    expect(bytesOf(outer, name), name).toBeGreaterThan(ABOUT * truth);
    expect(bytesOf(outer, name), name).toBeLessThan(truth / ABOUT);
  }
  expect(outer.heapSampleInterval).toBe(1024);
});

test("one that asks what survives has no site of garbage, within one that counts all", () => {
  let inner: RawMeasurement | undefined;
  const outer = figuresOf(
    () => {
      before();
      const handle = tracker.open({ sampleInterval: 1, threads: "isolate", retained: true, settle: false });
      tracker.call(
        handle,
        () => {
          garbage();
          within();
        },
        undefined,
        [],
      );
      tracker.collect();
      tracker.retained(handle);
      inner = tracker.read(handle);
      tracker.close(handle);
      after();
    },
    { sampleInterval: 1 },
  );
  const truth = alone(within);
  expect(bytesOf(inner as RawMeasurement, "within")).toBeGreaterThan(ABOUT * truth);
  expect(bytesOf(inner as RawMeasurement, "garbage")).toBeLessThan(0.05 * truth);
  expect(bytesOf(outer, "before")).toBeGreaterThan(ABOUT * truth);
  expect(bytesOf(outer, "after")).toBeGreaterThan(ABOUT * truth);
  // Not every one of its allocations is known any more.
  expect(outer.spaces[HEAP].allocationCount).toBeNull();
});

test("the outer one may end first", () => {
  const first = tracker.open({ sampleInterval: 1024, threads: "isolate", retained: false, settle: false });
  const second = tracker.open({ sampleInterval: 1, threads: "isolate", retained: false, settle: false });
  tracker.begin(first);
  before();
  tracker.begin(second);
  within();
  tracker.end(first);
  after();
  tracker.end(second);
  const outer = tracker.read(first);
  tracker.close(first);
  const inner = tracker.read(second);
  tracker.close(second);
  expect(bytesOf(outer, "before")).toBeGreaterThan(0);
  expect(bytesOf(outer, "after")).toBe(0);
  expect(bytesOf(inner, "within")).toBeGreaterThan(0);
  expect(bytesOf(inner, "after")).toBeGreaterThan(0);
});
