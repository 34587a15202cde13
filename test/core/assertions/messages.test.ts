import { describe, expect, test } from "vitest";
import { assertBodyLimit } from "../../../core/src/assertions/body-limit.js";
import { PLAIN_STYLE } from "../../../core/src/assertions/style.js";
import { assertAllocateLessThan } from "../../../core/src/assertions/to-allocate-less-than.js";
import { assertAllocateNothing } from "../../../core/src/assertions/to-allocate-nothing.js";
import { assertBeCollected } from "../../../core/src/assertions/to-be-collected.js";
import { assertPeakBelow } from "../../../core/src/assertions/to-peak-below.js";
import { assertRetainInstances } from "../../../core/src/assertions/to-retain-instances.js";
import { assertRetainLessThan } from "../../../core/src/assertions/to-retain-less-than.js";
import { ALL_SPACES, CONTEXT, FALLBACK, foreign, frame, measurement, site } from "./build.js";

/** A message is a text whose lines begin at the margin of the literal. */
function text(strings: TemplateStringsArray): string {
  return (strings[0] ?? "").replace(/^\n/u, "").replace(/\n$/u, "");
}

const RUNNER = foreign("runner", "runTest", "/project/node_modules/@vitest/runner/dist/index.js");
const NODE = foreign("node", "processTicksAndRejections", "node:internal/process/task_queues");

const PARSER = measurement({
  heap: { allocatedBytes: 12_310_448 },
  buffers: { allocatedBytes: 49_000_000 },
  total: { allocatedBytes: 61_310_448 },
  coverage: 0.97,
  sites: [
    site({
      space: "buffers",
      bytes: 49_000_000,
      stack: [
        foreign("node", "Buffer.alloc", "node:buffer"),
        frame("readChunks", "src/reader.ts", 14, 18),
        frame("parse", "src/parse.ts", 30, 5),
        { ...frame("", "", 1, 1), file: "" },
        RUNNER,
        RUNNER,
        NODE,
      ],
    }),
    site({
      space: "heap",
      bytes: 9_800_000,
      stack: [frame("tokenise", "src/tokens.ts", 8, 12), frame("parse", "src/parse.ts", 31, 3), RUNNER],
    }),
    site({
      space: "heap",
      bytes: 1_200_000,
      stack: [{ ...frame("visit", "src/tree.ts", 3, 1), lineIsFunction: true }],
    }),
    site({ space: "heap", bytes: 300_000, stack: [frame("join", "src/join.ts", 1, 1)] }),
    site({ space: "heap", bytes: 200_000, stack: [frame("split", "src/split.ts", 2, 2)] }),
  ],
});

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

describe("the message of retained memory", () => {
  test("shows where what is retained was allocated", () => {
    const outcome = assertRetainLessThan({
      headline: 'expect(fn).toRetainLessThan("1 kB")',
      runs: [
        measurement({
          buffers: { retainedBytes: 65_536 },
          heap: { retainedBytes: 0 },
          native: { retainedBytes: 0 },
          total: { retainedBytes: 65_536 },
          coverage: 1,
          sampleInterval: 1,
          truncated: { unknownFrees: 7 },
          sites: [
            site({
              space: "buffers",
              bytes: 1_000_000,
              estimated: false,
              retainedBytes: 65_536,
              stack: [frame("cache", "src/cache.ts", 12, 20)],
            }),
            site({ space: "heap", bytes: 9000, retainedBytes: 0, stack: [frame("gone", "src/gone.ts", 1, 1)] }),
          ],
        }),
      ],
      limitBytes: 1000,
      spaces: ALL_SPACES,
      context: CONTEXT,
    });
    expect(outcome.message()).toBe(text`
expect(fn).toRetainLessThan("1 kB")

  retained  65.5 kB (65,536 B)
  limit     less than 1 kB (1,000 B)
  over by   64.5 kB (64,536 B), 65.54 times the limit

  heap         0 B    0%
  buffers  65.5 kB  100%  ████████████████████
  native       0 B    0%

  Where the retained memory was allocated (every allocated byte has a stack)
    65.5 kB  100%  buffers  cache  src/cache.ts:12:20

  Next: call it with { verbose: true } for all places and whole stacks;
        docs/matchers/toRetainLessThan.md explains the figure.
`);
  });
});

describe("other messages", () => {
  test("a limit on a body names its source, and allows the limit itself", () => {
    const { message } = assertBodyLimit(
      { figure: "allocated", limitBytes: 2_000_000, source: 'limits["src/**"]' },
      measurement({
        native: { allocatedBytes: 500_000_000 },
        total: { allocatedBytes: 500_000_000 },
        sampleInterval: 0,
      }),
      ["native"],
      CONTEXT,
    );
    expect(message()).toBe(text`
memory limit of this test: allocated, from limits["src/**"]

  allocated  500 MB (500,000,000 B)
  limit      at most 2 MB (2,000,000 B)
  over by    498 MB (498,000,000 B), 250 times the limit

  native  500 MB  100%  ████████████████████

  No stacks were taken, so no place can be named.

  Next: leave out { stacks: "none" } to see where it was allocated.
`);
  });

  test("instances", () => {
    const alive = { Session: 12, Socket: 0, Frame: 3 };
    const allowed = { Session: 0, Socket: 1, Frame: 2 };
    const headline = "expect(fn).toRetainInstances({ Session: 0, Socket: 1, Frame: 2 })";
    expect(assertRetainInstances({ headline, alive, allowed, context: CONTEXT }).message()).toBe(text`
expect(fn).toRetainInstances({ Session: 0, Socket: 1, Frame: 2 })

  Session  12 alive  0 allowed  12 too many
  Socket    0 alive  1 allowed
  Frame     3 alive  2 allowed  1 too many

  Next: look for what still refers to the instances of Session, Frame;
        docs/matchers/toRetainInstances.md explains what counts as alive.
`);
  });

  test("instances with .not", () => {
    const headline = "expect(fn).not.toRetainInstances({ Session: 0 })";
    const context = { ...CONTEXT, isNot: true };
    expect(
      assertRetainInstances({ headline, alive: { Session: 0 }, allowed: { Session: 0 }, context }).message(),
    ).toBe(text`
expect(fn).not.toRetainInstances({ Session: 0 })

  Session  0 alive  0 allowed

  \`.not\` asserts that at least one class has more live instances than named.
`);
  });

  test("an object that was not collected", () => {
    const headline = "expect(factory).toBeCollected()";
    expect(
      assertBeCollected({ headline, collected: false, constructorName: "Session", context: CONTEXT }).message(),
    ).toBe(text`
expect(factory).toBeCollected()

  object  a Session
  state   still alive after it was dropped and collections had settled

  Next: look for what still refers to it: a module-level collection, a listener, a timer, a closure;
        docs/matchers/toBeCollected.md lists them.
`);
  });

  test("an object that was collected, with .not", () => {
    const headline = "expect(factory).not.toBeCollected()";
    const context = { ...CONTEXT, isNot: true };
    expect(assertBeCollected({ headline, collected: true, constructorName: "", context }).message()).toBe(text`
expect(factory).not.toBeCollected()

  object  an object without a constructor
  state   collected after it was dropped

  \`.not\` asserts that something keeps the object alive.
`);
  });
});

describe("layout", () => {
  const long = "a".repeat(70);
  const WIDE = measurement({
    heap: { allocatedBytes: 1_000_000 },
    total: { allocatedBytes: 1_000_000 },
    coverage: 1,
    truncated: { samplesDropped: 5, blocksDropped: 5, stacksDropped: 5, unknownFrees: 5 },
    sites: Array.from({ length: 30 }, (_, index) =>
      site({
        space: "heap",
        bytes: 10_000 - index,
        stack: Array.from({ length: 30 }, (_unused, depth) =>
          frame(`${long}${index}`, `src/${long}/${long}.ts`, index + 1, depth + 1),
        ),
      }),
    ),
  });
  const message = assertAllocateLessThan({
    headline: 'expect(fn).toAllocateLessThan("1 B")',
    runs: [WIDE],
    limitBytes: 1,
    spaces: ALL_SPACES,
    context: CONTEXT,
  });

  test("no line of a short message is wider than 100 columns, whatever names and paths are", () => {
    const widths = message
      .message()
      .split("\n")
      .map((line) => [...line].length);
    expect(Math.max(...widths)).toBeLessThanOrEqual(100);
    expect(Math.max(...widths)).toBeGreaterThan(90);
  });

  test("a short message has at most 26 lines, however many places and frames there are", () => {
    expect(message.message().split("\n").length).toBeLessThanOrEqual(26);
  });

  test("colours change no text and no alignment", () => {
    const wrap = (open: string) => (part: string) => `\u001b[${open}m${part}\u001b[0m`;
    const coloured = message.message({
      strong: wrap("1"),
      faint: wrap("2"),
      bad: wrap("31"),
      good: wrap("32"),
      place: wrap("36"),
    });
    expect(coloured).toContain("\u001b[31m1 MB (1,000,000 B)\u001b[0m");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what colours are made of.
    expect(coloured.replaceAll(/\u001b\[\d+m/gu, "")).toBe(message.message(PLAIN_STYLE));
  });
});
