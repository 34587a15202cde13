import { describe, expect, test } from "vitest";
import { analyse } from "../../../core/src/analysis/analyse.js";
import type { Measurement } from "../../../core/src/capture/measurement.js";
import {
  BUFFERS,
  context,
  ENGINE,
  frame,
  HEAP,
  NATIVE,
  type RecordingParts,
  recording,
  site,
  tracked,
} from "./recordings.js";

function analysed(parts: RecordingParts = {}): Measurement {
  return analyse(recording(parts), context());
}

const UNKNOWN = { allocatedBytes: null, allocationCount: null, peakBytes: null, netBytes: null };
const USER = frame("parse", "/app/src/parse.ts", 10, 5);
const OTHER = frame("read", "/app/src/read.ts", 3, 1);
const NODE = frame("readFileSync", "node:fs", 441, 2);

describe("figures", () => {
  test("of the spaces are told as they were tracked, and the total is their sum", () => {
    const measurement = analysed({
      tracked: {
        spaces: [
          tracked(100, { peakBytes: 80 }),
          tracked(2000, { allocationCount: 2 }),
          tracked(30_000, { allocationCount: 3, peakBytes: 25_000 }),
          tracked(7),
        ],
        total: tracked(32_100, { peakBytes: 27_050 }),
        peakErrorBytes: 40,
        heapPeakLiveBytes: 60,
        ownBytes: 9,
      },
      retained: [1, 20, 300, 4000],
    });
    expect(measurement.heap).toEqual({
      allocatedBytes: 100,
      allocationCount: null,
      peakBytes: 80,
      retainedBytes: 1,
      peakLiveBytes: 60,
    });
    expect(measurement.native).toEqual({
      allocatedBytes: 30_000,
      allocationCount: 3,
      peakBytes: 25_000,
      retainedBytes: 300,
    });
    expect(measurement.total).toEqual({
      allocatedBytes: 32_100,
      allocationCount: null,
      peakBytes: 27_050,
      peakErrorBytes: 40,
      retainedBytes: 321,
    });
    expect(measurement.engine).toEqual({ allocatedBytes: 7, ownBytes: 9 });
    expect(measurement.durationMs).toBe(2.5);
  });

  test("retained memory is null, not zero, when it was not asked for", () => {
    const { heap, total } = analysed();
    expect([heap.retainedBytes, total.retainedBytes]).toEqual([null, null]);
  });

  test("one unknown space makes the total unknown, never smaller", () => {
    const { total } = analysed({
      tracked: { spaces: [tracked(100), UNKNOWN, tracked(5), tracked(0)], total: UNKNOWN, peakErrorBytes: null },
    });
    expect(total).toMatchObject({ allocatedBytes: null, peakBytes: null, retainedBytes: null });
  });

  test("without native memory the total is that of the rest, and a note says so", () => {
    const { total, capabilities, native } = analysed({
      capabilities: { native: { available: false, reason: "no addon" } },
      tracked: {
        spaces: [tracked(100), tracked(50), UNKNOWN, UNKNOWN],
        total: UNKNOWN,
        peakErrorBytes: null,
      },
    });
    expect(total).toMatchObject({ allocatedBytes: 150, peakBytes: 150, peakErrorBytes: 0 });
    expect(native.allocatedBytes).toBeNull();
    expect(capabilities.notes).toContain("The total is that of heap and buffers.");
  });
});

describe("the peak of the total", () => {
  const spaces = [
    tracked(100, { peakBytes: 90, netBytes: 20 }),
    tracked(1000, { peakBytes: 800, netBytes: 10 }),
    tracked(500, { peakBytes: 400, netBytes: -30 }),
    tracked(0),
  ] as const;
  const total = tracked(1600, { peakBytes: 1200, netBytes: 0 });

  test("of all spaces is the tracker's own peak of the sum", () => {
    expect(analysed({ tracked: { spaces, total, peakErrorBytes: 3 } }).total).toMatchObject({
      peakBytes: 1200,
      peakErrorBytes: 3,
    });
  });

  test("of one space is that space's own, exactly", () => {
    expect(analysed({ tracked: { spaces, total }, plan: { spaces: ["buffers"] } }).total).toMatchObject({
      allocatedBytes: 1000,
      peakBytes: 800,
      peakErrorBytes: 0,
    });
  });

  test("of two spaces lies between the level at the end and the sum of their peaks", () => {
    const { total: two, capabilities } = analysed({
      tracked: { spaces, total },
      plan: { spaces: ["heap", "buffers"] },
    });
    expect(two).toMatchObject({ peakBytes: 890, peakErrorBytes: 860 });
    expect(capabilities.notes.join()).toContain("between two bounds");
  });

  test("of two spaces is exact when the third did nothing", () => {
    const still = [spaces[0], spaces[1], tracked(0), tracked(0)] as const;
    expect(analysed({ tracked: { spaces: still, total }, plan: { spaces: ["heap", "buffers"] } }).total).toMatchObject({
      peakBytes: 1200,
      peakErrorBytes: 0,
    });
  });

  test("of two falling spaces is not below zero", () => {
    const falling = [tracked(0, { netBytes: -50 }), tracked(0, { netBytes: -5 }), tracked(1), tracked(0)] as const;
    expect(
      analysed({ tracked: { spaces: falling, total }, plan: { spaces: ["heap", "buffers"] } }).total,
    ).toMatchObject({ peakBytes: 0, peakErrorBytes: 0 });
  });
});

describe("sites", () => {
  test("are sorted by bytes and marked as estimates", () => {
    const { sites } = analysed({
      tracked: { sites: [site(HEAP, 10, [OTHER]), site(BUFFERS, 300, [USER]), site(NATIVE, 20, [USER])] },
    });
    expect(sites.map(({ space, bytes, estimated }) => ({ space, bytes, estimated }))).toEqual([
      { space: "buffers", bytes: 300, estimated: true },
      { space: "native", bytes: 20, estimated: true },
      { space: "heap", bytes: 10, estimated: true },
    ]);
  });

  test("that lie at the same source position are merged, whatever code they were compiled to", () => {
    const inlined = { ...USER, inlined: true };
    const { sites } = analysed({
      tracked: {
        sites: [
          site(BUFFERS, 10, [USER, OTHER], { count: 2, peakBytes: 8, retainedBytes: 1 }),
          site(BUFFERS, 30, [inlined, OTHER], { count: 3, peakBytes: 5, retainedBytes: 0 }),
          site(BUFFERS, 1, [USER], { peakBytes: 1, retainedBytes: 0 }),
          site(HEAP, 2, [USER, OTHER]),
        ],
      },
    });
    expect(sites).toHaveLength(3);
    expect(sites[0]).toMatchObject({ bytes: 40, count: 5, peakBytes: 13, retainedBytes: 1 });
  });

  test("merged with one whose peak is unknown have an unknown peak", () => {
    const { sites } = analysed({
      tracked: { sites: [site(HEAP, 1, [USER], { peakBytes: 1 }), site(HEAP, 1, [USER])] },
    });
    expect(sites).toMatchObject([{ bytes: 2, peakBytes: null, retainedBytes: null }]);
  });

  test("of the engine are none", () => {
    expect(analysed({ tracked: { sites: [site(ENGINE, 5, [USER])] } }).sites).toEqual([]);
  });

  test("are exact only for the spaces in which every allocation was recorded", () => {
    const { sites } = analysed({
      plan: { sampleInterval: 1 },
      tracked: { sites: [site(HEAP, 2, [USER]), site(NATIVE, 1, [USER])], heapSampleInterval: 512 },
    });
    expect(sites.map((found) => found.estimated)).toEqual([true, false]);
  });

  test("keep the frames of Node, the runner and memspec, each with its owner", () => {
    const stack = [
      frame("operator new", "/app/node_modules/sharp/sharp.node", 0, 0, { kind: "native" }),
      NODE,
      USER,
      frame("runTest", "/app/node_modules/vitest/dist/run.js"),
    ];
    expect(analysed({ tracked: { sites: [site(NATIVE, 1, stack)] } }).sites[0]?.stack.map((f) => f.owner)).toEqual([
      "native",
      "node",
      "user",
      "runner",
    ]);
  });
});

describe("coverage", () => {
  const spaces = [tracked(100), tracked(1000), tracked(0), tracked(0)] as const;

  test("is the share of bytes with a stack that a user can find", () => {
    const { coverage } = analysed({
      tracked: { spaces, sites: [site(HEAP, 50, [USER]), site(HEAP, 50, [NODE]), site(BUFFERS, 250, [NODE, USER])] },
    });
    expect(coverage).toEqual({ heap: 0.5, buffers: 0.25, native: null, total: 300 / 1100 });
  });

  test("is at most one where estimates add up to more", () => {
    const { coverage } = analysed({ tracked: { spaces, sites: [site(HEAP, 5000, [USER])] } });
    expect(coverage).toMatchObject({ heap: 1, buffers: 0, total: 1 });
  });

  test("in all is of the counted spaces only", () => {
    const { coverage } = analysed({
      plan: { spaces: ["heap"] },
      tracked: { spaces, sites: [site(HEAP, 50, [USER]), site(BUFFERS, 1000, [USER])] },
    });
    expect(coverage).toMatchObject({ heap: 0.5, total: 0.5 });
  });

  test("is null when no stacks were taken, nothing was allocated, or the figure is unknown", () => {
    const none = { total: null, heap: null, buffers: null, native: null };
    expect(analysed({ plan: { sampleInterval: 0 }, tracked: { spaces } }).coverage).toEqual(none);
    expect(analysed().coverage).toEqual(none);
    expect(
      analysed({ tracked: { spaces: [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN], sites: [site(HEAP, 1, [USER])] } }).coverage,
    ).toEqual(none);
    expect(
      analysed({ tracked: { spaces }, capabilities: { stacks: { available: false, reason: "x" } } }).coverage,
    ).toEqual(none);
  });

  test("of memory without any stack is zero, not unknown", () => {
    const { coverage } = analysed({ tracked: { spaces, sites: [site(HEAP, 100, [])] } });
    expect(coverage.heap).toBe(0);
  });
});

describe("ignored stacks", () => {
  const sites = [
    site(HEAP, 40, [USER], { retainedBytes: 4 }),
    site(HEAP, 10, [OTHER], { retainedBytes: 1 }),
    site(BUFFERS, 600, [NODE, USER], { count: 6, retainedBytes: 60 }),
  ];
  const spaces = [
    tracked(60),
    tracked(1000, { allocationCount: 10 }),
    tracked(0, { allocationCount: 0 }),
    tracked(0),
  ] as const;
  const parts = (ignore: readonly (string | RegExp)[]): RecordingParts => ({
    plan: { ignore, sampleInterval: 1, retained: true },
    tracked: { spaces, sites },
    retained: [5, 100, 0, 0],
  });

  test.each([
    ["a function's name", "parse"],
    ["a part of a path", "src/parse"],
    ["an expression on the name", /^par/u],
    ["an expression on the path", /parse\.ts$/u],
    ["an expression that remembers where it stopped", /parse/gu],
    ["an expression that stopped further on before", Object.assign(/parse/gu, { lastIndex: 4 })],
  ])("named by %s are taken out of sites, allocated and retained bytes", (_what, pattern) => {
    const measurement = analysed(parts([pattern]));
    expect(measurement.sites.map((found) => found.bytes)).toEqual([10]);
    expect(measurement.heap).toMatchObject({ allocatedBytes: 20, retainedBytes: 1 });
    expect(measurement.buffers).toMatchObject({ allocatedBytes: 400, allocationCount: 4, retainedBytes: 40 });
    expect(measurement.total).toMatchObject({ allocatedBytes: 420, retainedBytes: 41 });
  });

  test("leave the peak unknown, for nobody knows when the rest had its own", () => {
    const { heap, total, capabilities } = analysed(parts(["parse"]));
    expect([heap.peakBytes, total.peakBytes]).toEqual([null, null]);
    expect(capabilities.notes.join()).toContain("the peak of what is left is unknown");
  });

  test("that match no stack take nothing away", () => {
    const measurement = analysed(parts(["par", "app", "parse.tsx"]));
    expect(measurement.sites).toHaveLength(3);
    expect(measurement.total.allocatedBytes).toBe(1060);
  });

  test("leave the heap unknown when an outer measurement samples it", () => {
    const whole = parts(["parse"]);
    const { heap, buffers } = analysed({ ...whole, tracked: { ...whole.tracked, heapSampleInterval: 512 } });
    expect([heap.allocatedBytes, buffers.allocatedBytes]).toEqual([null, 400]);
  });

  test("never make a figure negative", () => {
    const whole = parts(["parse"]);
    const less = [tracked(30), tracked(1000), tracked(0), tracked(0)] as const;
    expect(analysed({ ...whole, tracked: { spaces: less, sites } }).heap.allocatedBytes).toBe(0);
  });
});

describe("notes", () => {
  test("say when V8's background threads did not come to rest before it began", () => {
    expect(analysed({ tracked: { cameToRest: false } }).capabilities.notes.join()).toContain(
      "still at work a second after",
    );
    expect(analysed({}).capabilities.notes).toEqual([]);
  });

  test("tell of maps that cannot be used, once per script, and count what is too many", () => {
    const frames = Array.from({ length: 6 }, (_, index) => frame("f", `/app/${index}.js`, 1, 1, { scriptId: index }));
    const measurement = analyse(
      recording({ tracked: { sites: [site(HEAP, 1, frames), site(HEAP, 2, [...frames].reverse())] } }),
      context({ sourceMapUrl: (id) => (id === 0 ? "" : "gone.map") }),
    );
    const notes = measurement.capabilities.notes.filter((note) => note.includes("map"));
    expect(notes).toHaveLength(4);
    expect(notes[0]).toBe(
      "/app/1.js: its source map /app/gone.map cannot be read: positions are those of the generated code.",
    );
    expect(notes[3]).toBe("2 more source maps cannot be used.");
  });

  test("tell that somebody else runs the heap sampler, when stacks were wanted", () => {
    const taken = { tracked: { heapSampler: "taken" } } as const;
    expect(analysed(taken).capabilities.notes.join()).toContain("Somebody else runs");
    expect(analysed({ ...taken, plan: { sampleInterval: 0 } }).capabilities.notes).toEqual([]);
  });

  test("come after those of the tracker", () => {
    expect(analysed({ capabilities: { notes: ["first"] } }).capabilities.notes[0]).toBe("first");
  });
});

test("the result is plain, frozen data that can be cloned", () => {
  const measurement = analysed({
    tracked: { sites: [site(HEAP, 1, [USER])], spaces: [tracked(1), tracked(0), tracked(0), tracked(0)] },
  });
  expect(structuredClone(measurement)).toEqual(measurement);
  const walk = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    expect(Object.isFrozen(value)).toBe(true);
    Object.values(value).forEach(walk);
  };
  walk(measurement);
});

test("a recording is left as it was", () => {
  const given = recording({ tracked: { sites: [site(HEAP, 1, [USER])] } });
  const before = structuredClone(given);
  analyse(given, context());
  expect(given).toEqual(before);
  expect(Object.isFrozen(given.tracked)).toBe(false);
  expect(Object.isFrozen(given.tracked.truncated)).toBe(false);
});
