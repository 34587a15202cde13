/** Measurements in measurements: each has its own figure. */

import { expect, test } from "vitest";
import { messagesOf, runVitest, statesOf } from "./run-vitest.js";

// What a matcher itself needs in the body around it (it reads sources to name lines) counts there: some kB of buffers.
test("matchers, tracks and limits nest, each with its own figure", async () => {
  const run = await runVitest({
    files: {
      "nested.test.ts": `
import { measure, track } from "@memspec/core";
import { limitMemory } from "@memspec/vitest";
import { expect, test } from "vitest";
const kept: Buffer[] = [];
const keep = (bytes: number) => { kept.push(Buffer.alloc(bytes)); };
const buffers = { space: "buffers" } as const;

test("a matcher in a limit", limitMemory({ peak: 3_100_000, space: "buffers" }, () => {
  expect(() => keep(1_000_000)).toAllocateLessThan(1_000_001, buffers);
  expect(() => keep(1_000_000)).not.toAllocateLessThan(1_000_000, buffers);
  keep(1_000_000);
}));
test("a matcher in a limit that is exceeded", limitMemory({ peak: 2_900_000, space: "buffers" }, () => {
  expect(() => keep(1_000_000)).toAllocateLessThan(1_000_001, buffers);
  keep(2_000_000);
}));
test("a matcher in a matcher", () => {
  expect(() => {
    expect(() => keep(1_000_000)).toAllocateLessThan(1_000_001, buffers);
    keep(1_000_000);
  }).toPeakBelow(2_000_001, buffers);
});
test("an async matcher in a limit", limitMemory({ peak: 2_100_000, space: "buffers" }, async () => {
  await expect(() => keep(1_000_000)).toRetainLessThan(1_000_001, buffers);
  keep(1_000_000);
}));
test("track and measure in a limit", limitMemory({ peak: 3_000_000, space: "buffers" }, () => {
  const open = track();
  const inner = measure(() => keep(1_000_000));
  keep(2_000_000);
  expect([inner.buffers.allocatedBytes, open.stop().buffers.allocatedBytes]).toEqual([1_000_000, 3_000_000]);
}));
`,
    },
  });
  expect(statesOf(run), messagesOf(run)).toEqual([
    "nested.test.ts > a matcher in a limit: passed",
    "nested.test.ts > a matcher in a limit that is exceeded: failed",
    "nested.test.ts > a matcher in a matcher: passed",
    "nested.test.ts > an async matcher in a limit: passed",
    "nested.test.ts > track and measure in a limit: passed",
  ]);
});
