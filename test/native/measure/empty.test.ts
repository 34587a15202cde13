import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { addonPath, BUFFERS, figuresOf, figuresOfAsync, HEAP, NATIVE } from "./tracker.js";

test("an empty function allocates nothing in any assertable space, 100 times of 100", () => {
  const empty = () => {};
  // Warm: V8 gives a function its feedback vector (48 B) after some hundred calls.
  for (let i = 0; i < 5000; i++) empty();
  for (let i = 0; i < 10; i++) figuresOf(empty, { settle: true });
  for (let i = 0; i < 100; i++) {
    const { spaces, total } = figuresOf(empty, { settle: true });
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
  for (let i = 0; i < 5000; i++) empty();
  for (const sampleInterval of [512, 1]) {
    for (let i = 0; i < 10; i++) figuresOf(empty, { sampleInterval });
    for (let i = 0; i < 20; i++) {
      const { spaces, sites } = figuresOf(empty, { sampleInterval, settle: true });
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

test("waiting for a timer allocates no buffers and no native memory", () => {
  // In a process of its own: a test runner's messages would be this isolate's memory too.
  const script = `
    const tracker = require(process.argv[1]);
    (async () => {
      const wait = () => new Promise((resolve) => setTimeout(resolve, 2));
      await wait();
      for (let i = 0; i < 50; i++) {
        const handle = tracker.open({ sampleInterval: 0, threads: "isolate", retained: false, settle: false });
        await tracker.call(handle, wait, undefined, []);
        const { spaces } = tracker.read(handle);
        tracker.close(handle);
        console.log(spaces[1].allocatedBytes, spaces[2].allocatedBytes);
      }
    })();`;
  const lines = execFileSync(process.execPath, ["-e", script, addonPath], { encoding: "utf8" }).trim().split("\n");
  expect(new Set(lines)).toEqual(new Set(["0 0"]));
  expect(lines.length).toBe(50);
});
