import { describe, expect, test } from "vitest";
import { assertBodyLimit } from "../../../core/src/assertions/body-limit.js";
import { PLAIN_STYLE } from "../../../core/src/assertions/style.js";
import { assertAllocateLessThan } from "../../../core/src/assertions/to-allocate-less-than.js";
import { assertBeCollected } from "../../../core/src/assertions/to-be-collected.js";
import { assertRetainInstances } from "../../../core/src/assertions/to-retain-instances.js";
import { assertRetainLessThan } from "../../../core/src/assertions/to-retain-less-than.js";
import { ALL_SPACES, CONTEXT, frame, measurement, site } from "./build.js";
import { text } from "./message-fixtures.js";

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

  test("what keeps something alive is said not to be known, where the heap could not be taken apart", () => {
    const problem = "V8 could not take a snapshot of its heap";
    const line = "  What keeps it alive is not known: V8 could not take a snapshot of its heap.";
    for (const { message } of [
      assertBeCollected({ headline: "h", collected: false, constructorName: "A", problem, context: CONTEXT }),
      assertRetainInstances({ headline: "h", alive: { A: 1 }, allowed: { A: 0 }, problem, context: CONTEXT }),
    ]) {
      expect(message().split("\n")).toContain(line);
      expect(message()).toContain("look for what still refers to");
    }
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
