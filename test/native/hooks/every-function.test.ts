import { beforeAll, describe, expect, it } from "vitest";
import { type Counts, runFixture, type SpaceCounts, type Truth } from "./run-fixture.js";

interface Run {
  readonly name: string;
  readonly threads: number;
  readonly truth: Truth;
  readonly counts: Counts;
  readonly released: number;
  readonly after: SpaceCounts;
}

interface Results {
  readonly runs: readonly Run[];
  readonly patterns: Readonly<Record<string, { readonly result: Truth; readonly counts: Counts }>>;
  readonly released: { readonly result: number; readonly counts: Counts };
}

// These are given back by the sized forms of delete; what gave the blocks are the plain forms of new.
const newOf: Readonly<Record<string, string>> = {
  _ZdlPvm: "_Znwm",
  _ZdaPvm: "_Znam",
  _ZdlPvmSt11align_val_t: "_ZnwmSt11align_val_t",
  _ZdaPvmSt11align_val_t: "_ZnamSt11align_val_t",
};

function expectExact(native: SpaceCounts, truth: Truth): void {
  expect({
    ok: truth.ok,
    count: native.allocated.count,
    bytes: native.allocated.bytes,
    frees: native.freed.count,
    liveBytes: native.liveBytes,
    peakBytes: native.peakBytes,
  }).toEqual({
    ok: true,
    count: truth.count,
    bytes: truth.bytes,
    frees: truth.frees,
    liveBytes: truth.liveBytes,
    peakBytes: truth.peakBytes,
  });
}

describe.each([
  ["libc's allocator", {}],
  ["a preloaded allocator", { preload: true }],
])("the malloc family and the operators, over %s", (_name, { preload = false }: { preload?: boolean }) => {
  let results: Results;
  beforeAll(async () => {
    const { probeFolder } = await import("./run-fixture.js");
    results = await runFixture(
      "every-function.cjs",
      preload ? { env: { LD_PRELOAD: `${probeFolder}/probe_malloc.node` } } : {},
    );
  });

  it("counts each function's calls and bytes exactly, on the isolate's thread, on one other and on eight", () => {
    expect(results.runs).toHaveLength(21 * 3);
    for (const { name, threads, truth, counts } of results.runs) {
      const label = `${name} on ${threads} threads`;
      expectExact(counts.native, truth);
      expect(counts.native.functions, label).toEqual({
        [newOf[name] ?? name]: { count: truth.count, bytes: truth.bytes },
      });
      expect(counts.buffers.allocated.count, label).toBe(0);
    }
  });

  it("sees every block that was kept come back", () => {
    for (const { truth, released, after } of results.runs) {
      expect(released).toBe(truth.liveBlocks);
      expect(after.liveBytes).toBe(0);
    }
    expect(results.released.result).toBe(2);
  });

  it.each(["everyFunction", "reallocChain", "edgeCases", "throwingNew", "shortLivedThreads", "failedReallocs"])(
    "agrees with the truth of %s",
    (pattern) => {
      const { result, counts } = results.patterns[pattern] ?? expect.fail("no such pattern");
      expectExact(counts.native, result);
    },
  );

  it("hands back the blocks of reallocations that failed", () => {
    // One by realloc, one by reallocarray; the one that overflows never gets as far as freeing.
    expect(results.patterns["failedReallocs"]?.counts.restored).toBe(2);
  });

  it("sees what libc's text functions allocate for their caller, and its return", () => {
    const { result, counts } = results.patterns["libcTexts"] ?? expect.fail("no such pattern");
    expect(result.ok).toBe(true);
    expect(counts.native.allocated.count).toBeGreaterThanOrEqual(result.count);
    expect(counts.native.allocated.bytes).toBeGreaterThanOrEqual(result.bytes);
    expect(counts.native.freed).toEqual(counts.native.allocated);
  });
});
