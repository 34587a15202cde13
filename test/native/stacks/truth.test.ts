import { describe, expect, it } from "vitest";
import { runFixture } from "./run-fixture.js";

interface Counts {
  readonly checks: number;
  readonly frames: number;
  readonly exact: number;
  readonly byFunction: number;
  readonly inlined: number;
  readonly wrong: readonly unknown[];
}

/**
 * So many frames have their line and not their function's alone. Less where Maglev is: of its code that is abandoned while a call
 * is under way nobody knows whose call it was, and code that is flushed again and again is abandoned often (0.87 seen on Node 26).
 */
const LEAST = Number.parseInt(process.versions.node, 10) >= 22 ? 0.8 : 0.9;

// A collection moves all that it can and drops all code: on a busy machine that takes its time.
const minutes = 60_000;

// V8's stack traces come from its deoptimisation data and are exact; ours come from what may be read inside malloc.
describe("stacks of a busy program, compared with V8's own stack traces", () => {
  it.each([
    ["as it comes", []],
    [
      "with code that moves and is flushed",
      ["--expose-gc", "--stress-compaction", "--stress-flush-code", "--flush-bytecode"],
    ],
    ["with code compiled at once for the baseline", ["--always-sparkplug"]],
  ])(
    "have no wrong line, and nearly all lines: %s",
    async (_, flags) => {
      const counts = await runFixture<Counts>("busy.cjs", [211], ["--stack-trace-limit=64", ...flags]);
      expect(counts.wrong).toEqual([]);
      expect(counts.checks).toBeGreaterThan(200);
      expect(counts.inlined).toBeGreaterThan(0);
      expect(counts.exact / counts.frames).toBeGreaterThan(LEAST);
      expect(counts.exact + counts.byFunction).toBe(counts.frames);
    },
    8 * minutes,
  );
});
