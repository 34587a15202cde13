import { expect, test } from "vitest";
import { BUFFERS, figuresOf, figuresOfAsync, HEAP, NATIVE } from "./tracker.js";

test("an empty function allocates nothing in any assertable space, 100 times of 100", () => {
  const empty = () => {};
  figuresOf(empty);
  for (let i = 0; i < 100; i++) {
    const { spaces, total } = figuresOf(empty);
    for (const space of [HEAP, BUFFERS, NATIVE] as const) {
      expect(spaces[space].allocatedBytes).toBe(0);
      expect(spaces[space].peakBytes).toBe(0);
      expect(spaces[space].netBytes).toBe(0);
    }
    expect(total).toMatchObject({ allocatedBytes: 0, peakBytes: 0, netBytes: 0 });
  }
});

test("an empty function is nothing under sampled and under exact stacks too", () => {
  const empty = () => {};
  for (const sampleInterval of [512, 1]) {
    figuresOf(empty, { sampleInterval });
    for (let i = 0; i < 20; i++) {
      const { spaces, sites } = figuresOf(empty, { sampleInterval });
      expect([HEAP, BUFFERS, NATIVE].map((space) => spaces[space as 0 | 1 | 2].allocatedBytes)).toEqual([0, 0, 0]);
      expect(sites).toEqual([]);
    }
  }
});

test("an empty asynchronous function allocates no buffers and no native memory", async () => {
  const empty = async () => {};
  await figuresOfAsync(empty);
  for (let i = 0; i < 100; i++) {
    const { spaces } = await figuresOfAsync(empty);
    expect(spaces[BUFFERS].allocatedBytes).toBe(0);
    expect(spaces[NATIVE].allocatedBytes).toBe(0);
  }
});

test("waiting for a timer allocates no buffers and no native memory", async () => {
  const wait = () => new Promise((resolve) => setTimeout(resolve, 2));
  await figuresOfAsync(wait);
  for (let i = 0; i < 20; i++) {
    const { spaces } = await figuresOfAsync(wait);
    expect(spaces[BUFFERS].allocatedBytes).toBe(0);
    expect(spaces[NATIVE].allocatedBytes).toBe(0);
  }
});
