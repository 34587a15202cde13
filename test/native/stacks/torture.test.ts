import { expect, it } from "vitest";
import { runFixture } from "./run-fixture.js";

// MEMSPEC_TORTURE_SECONDS=60 for the long one.
const seconds = Number(process.env["MEMSPEC_TORTURE_SECONDS"] ?? 5);

it.each([
  ["", [], ""],
  [" with a collection at every turn", ["--expose-gc", "--stress-compaction"], ""],
  [", with native frames", [], "hybrid"],
  [", with native frames and a collection at every turn", ["--expose-gc", "--stress-compaction"], "hybrid"],
  [", as a recording captures them", [], "repeated"],
  [
    ", as a recording captures them, and a collection at every turn",
    ["--expose-gc", "--stress-compaction"],
    "repeated",
  ],
])(
  "a program in which every malloc of every thread is captured runs to its end%s",
  async (_, flags, kind) => {
    const counts = await runFixture<{ captures: number; native: number; stacks: number; differing?: number }>(
      "torture.cjs",
      [seconds, kind],
      flags,
    );
    expect(counts.captures).toBeGreaterThan(1000);
    expect(counts.native).toBeGreaterThan(1000);
    expect(counts.stacks).toBeGreaterThan(100);
    // What is remembered of earlier stacks gives what a walk gives that remembers nothing.
    if (kind !== "") expect(counts.differing).toBe(0);
  },
  seconds * 3000 + 120_000,
);
