import { expect, test } from "vitest";
import { collectGarbage, figuresOf, HEAP } from "./tracker.js";

/** Keeps what is made from being optimised away. */
const holder: { value: unknown } = { value: undefined };

class Point {
  x = 1;
  y = 2;
}

// Three words of header (map, properties, elements) and two fields inside the object.
const POINT_BYTES = 5 * 8;

test("n objects of a known shape are n times its size within 1%", () => {
  for (const n of [1000, 10_000, 100_000]) {
    const make = () => {
      for (let i = 0; i < n; i++) holder.value = new Point();
    };
    for (let i = 0; i < 50; i++) make();
    // The median, as `runs` takes it: V8 may finish compiling `make` inside one of them.
    const figures = Array.from({ length: 5 }, () => figuresOf(make, { settle: true }).spaces[HEAP].allocatedBytes);
    const median = figures.sort((a, b) => a - b)[2] as number;
    expect(Math.abs(median - n * POINT_BYTES)).toBeLessThanOrEqual(n * POINT_BYTES * 0.01);
  }
});

// What may differ is the unused end of a page of V8's young generation: less than one object.
test("a warm function's heap figure is the same within 64 B in at least 95 of 100 runs", () => {
  const make = () => {
    for (let i = 0; i < 1000; i++) holder.value = new Point();
  };
  for (let i = 0; i < 300; i++) make();
  const figures = Array.from({ length: 100 }, () => figuresOf(make, { settle: true }).spaces[HEAP].allocatedBytes);
  const sorted = [...figures].sort((a, b) => a - b);
  const median = sorted[50] as number;
  expect(figures.filter((bytes) => Math.abs(bytes - median) <= 64).length).toBeGreaterThanOrEqual(95);
});

test("garbage that was collected on the way counts as allocated, and the peak stays what was there at once", () => {
  const bytes = 200_000_000;
  const make = () => {
    // 800 B each: an array of 4 words over 94 elements and their 2 words. A page's unused end is less than one of them.
    for (let i = 0; i < bytes / 800; i++) holder.value = new Array(94).fill(i);
  };
  make();
  const { spaces, gc, total } = figuresOf(make, { settle: true });
  expect(gc.count).toBeGreaterThan(0);
  expect(Math.abs(spaces[HEAP].allocatedBytes - bytes)).toBeLessThanOrEqual(bytes * 0.01);
  expect(spaces[HEAP].peakBytes).toBeLessThan(bytes);
  expect(spaces[HEAP].peakBytes).toBeGreaterThan(800);
  expect(total.peakBytes).toBeGreaterThanOrEqual(spaces[HEAP].peakBytes);
});

test("a full collection inside the span adds nothing", () => {
  collectGarbage();
  for (let i = 0; i < 10; i++) {
    const figures = figuresOf(collectGarbage);
    expect(figures.spaces.slice(0, 3).map((space) => space.allocatedBytes)).toEqual([0, 0, 0]);
    expect(figures.gc.majorCount).toBe(1);
  }
});
