import { describe, expect, test } from "vitest";
import { assertAllocateLessThan } from "../../../core/src/assertions/to-allocate-less-than.js";
import { assertAllocateNothing } from "../../../core/src/assertions/to-allocate-nothing.js";
import { assertPeakBelow } from "../../../core/src/assertions/to-peak-below.js";
import { ALL_SPACES, CONTEXT, FALLBACK, foreign, frame, measurement, site } from "./build.js";
import { PARSER, text } from "./message-fixtures.js";

describe("the message of a size assertion", () => {
  test("tells limit, figure, excess, spaces, places, callers and the next step", () => {
    const outcome = assertAllocateLessThan({
      headline: 'expect(fn).toAllocateLessThan("50MB")',
      runs: [PARSER],
      limitBytes: 50_000_000,
      spaces: ALL_SPACES,
      context: CONTEXT,
    });
    expect(outcome.message()).toBe(text`
expect(fn).toAllocateLessThan("50MB")

  allocated  61.3 MB (61,310,448 B)
  limit      less than 50 MB (50,000,000 B)
  over by    11.3 MB (11,310,448 B), 1.23 times the limit

  heap     12.3 MB  20%  ████
  buffers    49 MB  80%  ████████████████
  native       0 B   0%

  Where it was allocated (stacks for 97% of the allocated bytes)
     ~49 MB  80%  buffers  readChunks  src/reader.ts:14:18
        in Buffer.alloc (node:buffer)
        from parse  src/parse.ts:30:5
        from 4 frames of V8, the runner and Node
    ~9.8 MB  16%  heap     tokenise    src/tokens.ts:8:12
        from parse  src/parse.ts:31:3
        from 1 frame of the runner
    ~1.2 MB   2%  heap     visit       src/tree.ts:3:1 (function)
    2 more places, ~500 kB together

  Next: call it with { verbose: true } for all places and whole stacks;
        docs/matchers/toAllocateLessThan.md explains the figure.
`);
  });

  test("with verbose shows every place and every frame", () => {
    const outcome = assertAllocateLessThan({
      headline: 'expect(fn).toAllocateLessThan("50MB", …)',
      runs: [PARSER],
      limitBytes: 50_000_000,
      spaces: ALL_SPACES,
      context: { ...CONTEXT, verbose: true },
    });
    expect(outcome.message()).toBe(text`
expect(fn).toAllocateLessThan("50MB", …)

  allocated  61.3 MB (61,310,448 B)
  limit      less than 50 MB (50,000,000 B)
  over by    11.3 MB (11,310,448 B), 1.23 times the limit

  heap     12.3 MB  20%  ████
  buffers    49 MB  80%  ████████████████
  native       0 B   0%

  Where it was allocated (stacks for 97% of the allocated bytes)
     ~49 MB  80%  buffers  readChunks  src/reader.ts:14:18
        in Buffer.alloc  node:buffer:380:10
        from parse  src/parse.ts:30:5
        from (anonymous)
        from runTest  node_modules/@vitest/runner/dist/index.js:380:10
        from runTest  node_modules/@vitest/runner/dist/index.js:380:10
        from processTicksAndRejections  node:internal/process/task_queues:380:10
    ~9.8 MB  16%  heap     tokenise    src/tokens.ts:8:12
        from parse  src/parse.ts:31:3
        from runTest  node_modules/@vitest/runner/dist/index.js:380:10
    ~1.2 MB   2%  heap     visit       src/tree.ts:3:1 (function)
    ~300 kB  <1%  heap     join        src/join.ts:1:1
    ~200 kB  <1%  heap     split       src/split.ts:2:2

  Next: call it with { stacks: "exact" } for exact bytes per place.
`);
  });

  test("with .not tells the figure that should have been larger, and blames no place", () => {
    const outcome = assertAllocateLessThan({
      headline: 'expect(fn).not.toAllocateLessThan("100MB")',
      runs: [PARSER],
      limitBytes: 100_000_000,
      spaces: ALL_SPACES,
      context: { ...CONTEXT, isNot: true },
    });
    expect(outcome.message()).toBe(text`
expect(fn).not.toAllocateLessThan("100MB")

  allocated  61.3 MB (61,310,448 B)
  limit      100 MB (100,000,000 B) or more
  under by   38.7 MB (38,689,552 B), 0.61 times the limit

  heap     12.3 MB  20%  ████
  buffers    49 MB  80%  ████████████████
  native       0 B   0%
`);
  });

  test("at the limit itself says why that is too much", () => {
    const outcome = assertAllocateLessThan({
      headline: "expect(fn).toAllocateLessThan(512)",
      runs: [measurement({ buffers: { allocatedBytes: 512 }, total: { allocatedBytes: 512 } })],
      limitBytes: 512,
      spaces: ["buffers"],
      context: CONTEXT,
    });
    expect(outcome.message()).toBe(text`
expect(fn).toAllocateLessThan(512)

  allocated  512 B
  limit      less than 512 B
  over by    0 B: the limit itself is too much

  buffers  512 B  100%  ████████████████████

  No allocation was large enough to be sampled, so no place can be named.

  Next: call it with { stacks: "exact" } to record every allocation.
`);
  });

  test("of several runs tells the spread", () => {
    const run = (bytes: number) =>
      measurement({ heap: { allocatedBytes: bytes }, total: { allocatedBytes: bytes }, sampleInterval: 0 });
    const outcome = assertAllocateNothing({
      headline: "expect(fn).toAllocateNothing()",
      runs: [run(96), run(64), run(2048)],
      spaces: ["heap"],
      context: CONTEXT,
    });
    expect(outcome.message()).toBe(text`
expect(fn).toAllocateNothing()

  allocated  96 B
  limit      nothing
  over by    96 B
  runs       3, from 64 B to 2.05 kB; the median is asserted

  heap  96 B  100%  ████████████████████

  No stacks were taken, so no place can be named.

  Next: leave out { stacks: "none" } to see where it was allocated.
`);
  });

  test("where native memory is not counted says so in the first line", () => {
    const outcome = assertAllocateLessThan({
      headline: 'expect(fn).toAllocateLessThan("1 kB")',
      runs: [
        measurement({
          heap: { allocatedBytes: 3000 },
          native: { allocatedBytes: null, peakBytes: null },
          total: { allocatedBytes: 3000 },
          capabilities: FALLBACK,
        }),
      ],
      limitBytes: 1000,
      spaces: ALL_SPACES,
      context: CONTEXT,
    });
    expect(outcome.message()).toBe(text`
Native memory is not counted: there is no addon for this platform.
expect(fn).toAllocateLessThan("1 kB")

  allocated  3 kB (3,000 B)
  limit      less than 1 kB (1,000 B)
  over by    2 kB (2,000 B), 3.00 times the limit

  heap     3 kB  100%  ████████████████████
  buffers   0 B    0%
  native    n/a

  No place can be named: there is no addon for this platform.

  Next: see docs/matchers/toAllocateLessThan.md for what can be measured here.
`);
  });
});

describe("the message of a peak", () => {
  const PEAK = measurement({
    heap: { allocatedBytes: 4_000_000, peakBytes: 2_000_000 },
    buffers: { peakBytes: 3_000_000 },
    native: { peakBytes: 6_000_000 },
    total: { peakBytes: 10_000_000, peakErrorBytes: 1_500_000 },
    coverage: 1,
    truncated: { samplesDropped: 1, blocksDropped: 1200, unknownFrees: 2 },
    sites: [
      site({
        space: "native",
        bytes: 90_000_000,
        peakBytes: 5_000_000,
        stack: [
          foreign("native", "crunch", "/project/build/probe.node"),
          frame("compress", "src/zip.ts", 5, 9),
          foreign("dependency", "pipeline", "/project/node_modules/flow/index.js"),
          frame("main", "src/main.ts", 1, 1),
        ],
      }),
      site({ space: "buffers", bytes: 3_000_000, peakBytes: 0, stack: [frame("early", "src/early.ts", 1, 1)] }),
      site({ space: "heap", bytes: 3_000_000, stack: [frame("rows", "src/rows.ts", 7, 3)] }),
    ],
  });

  test("shows what was alive at the peak, and labels the heap's places for what they are", () => {
    const outcome = assertPeakBelow({
      headline: 'expect(fn).toPeakBelow("9 MB")',
      runs: [PEAK],
      limitBytes: 9_000_000,
      spaces: ALL_SPACES,
      context: CONTEXT,
    });
    expect(outcome.message()).toBe(text`
expect(fn).toPeakBelow("9 MB")

  peak     10 MB (10,000,000 B)
  limit    less than 9 MB (9,000,000 B)
  over by  1 MB (1,000,000 B), 1.11 times the limit

  each space at its own peak:
  heap     2 MB  20%  ████
  buffers  3 MB  30%  ██████
  native   6 MB  60%  ████████████

  Alive at the peak (every allocated byte has a stack)
    ~5 MB  50%  native  compress  src/zip.ts:5:9
        in crunch (probe.node:380:10)
        from pipeline  node_modules/flow/index.js:380:10
        from main  src/main.ts:1:1

  Allocated on the heap in the span; how much was alive at the peak is not known
    ~3 MB  75%  heap  rows  src/rows.ts:7:3

  The true peak lies between 8.5 MB (8,500,000 B) and 10 MB (10,000,000 B). It may be within the
  limit.
  Incomplete: 1 sample and 1,200 blocks dropped; 2 frees of unknown size.

  Next: measure a smaller part, so that no sample is dropped.
`);
  });

  test("does not doubt the verdict where the whole range is over the limit", () => {
    const outcome = assertPeakBelow({
      headline: "",
      runs: [PEAK],
      limitBytes: 8_000_000,
      spaces: ALL_SPACES,
      context: CONTEXT,
    });
    expect(outcome.message()).toContain("and 10 MB (10,000,000 B).\n");
    expect(outcome.message()).not.toContain("within");
  });

  test("shows no place of a space that was not asked about", () => {
    const outcome = assertPeakBelow({
      headline: "",
      runs: [measurement({ ...PEAK, coverage: 1, buffers: PEAK.buffers, total: PEAK.total, sites: PEAK.sites })],
      limitBytes: 9_000_000,
      spaces: ["buffers", "native"],
      context: CONTEXT,
    });
    expect(outcome.message()).not.toContain("rows");
  });
});
