/**
 * Measuring with real trackers: without the addon everywhere, with it where it is there. What must hold for both is here;
 * what only the addon can do is under `test/native` and in the tests that ask `hasAddon`.
 */
import { readFileSync } from "node:fs";
import { load } from "@memspec/native";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import type * as TrackerModule from "../../../core/src/capture/current-tracker.js";
import type * as Core from "../../../core/src/index.js";
import type { Measurement } from "../../../core/src/index.js";
import type * as MeasureModule from "../../../core/src/measure/measure.js";
import type * as Survivors from "../../../core/src/measure/survivors.js";

const hasAddon = load().error === undefined;
/** Each starts with a settled collection. */
const WARM_RUNS = 40;
const setting = process.env["MEMSPEC_ADDON"];

let kept: unknown[] = [];

function makeObjects(count: number): object[] {
  const made: object[] = [];
  for (let index = 0; index < count; index += 1) made.push({ index, name: "n" });
  return made;
}

class Session {
  readonly id = 1;
}

/** Settled collections of a runner's heap take a second on a busy machine. */
vi.setConfig({ testTimeout: 60_000 });

describe.each(hasAddon ? (["native", "javascript"] as const) : (["javascript"] as const))("%s tracker", (kind) => {
  let core: typeof Core;
  let measuring: typeof MeasureModule;
  let survivors: typeof Survivors;
  let trackers: typeof TrackerModule;

  beforeEach(async () => {
    kept = [];
    vi.resetModules();
    vi.doMock("@memspec/native", () => ({ load: kind === "native" ? load : () => ({ error: "it is switched off" }) }));
    core = await import("../../../core/src/index.js");
    measuring = await import("../../../core/src/measure/measure.js");
    survivors = await import("../../../core/src/measure/survivors.js");
    trackers = await import("../../../core/src/capture/current-tracker.js");
  });

  afterAll(() => {
    vi.doUnmock("@memspec/native");
    if (setting === undefined) delete process.env["MEMSPEC_ADDON"];
  });

  test("an empty function allocates nothing, 100 times of 100 with the addon", () => {
    const empty = (): void => {};
    // V8 gives a function its feedback vector, 48 B for an empty one, after some hundred calls.
    core.measure(empty, { warmup: 2000 });
    const zeros = Array.from({ length: 100 }, () => core.measure(empty, { settle: false })).filter((measurement) => {
      expect(measurement.buffers.allocatedBytes).toBe(0);
      expect(measurement.native.allocatedBytes).toBe(kind === "native" ? 0 : null);
      expect(measurement.heap.allocatedBytes ?? 0).toBeLessThan(4096);
      return measurement.heap.allocatedBytes === 0 && measurement.total.allocatedBytes === 0;
    });
    // Without the addon the compiler's work on our own code can be seen now and then; it is unknown where it is noticed.
    expect(zeros.length).toBeGreaterThanOrEqual(kind === "native" ? 100 : 95);
    for (const measurement of zeros) expect(measurement.total.peakBytes).toBe(0);
  });

  test("the tracker says which one it is, and why when it is the lesser one", () => {
    const { capabilities } = core.measure(() => undefined);
    expect(capabilities.tracker).toBe(kind);
    if (kind === "javascript") {
      expect(capabilities.native).toEqual({ available: false, reason: "it is switched off" });
      expect(capabilities.stacks.available).toBe(false);
      expect(capabilities.notes[0]).toContain("it is switched off");
    }
  });

  test("Buffer.alloc(50_000_000) is 50,000,000 B of buffers, in allocated and in peak", () => {
    const measurement = core.measure(() => Buffer.alloc(50_000_000), { warmup: 1 });
    if (kind === "javascript" && measurement.gc.count > 0) {
      // So large a buffer makes V8 collect, and with a collection in the span nobody knows without the addon.
      expect(measurement.buffers).toMatchObject({ allocatedBytes: null, peakBytes: null });
      expect(measurement.total).toMatchObject({ allocatedBytes: null, peakBytes: null });
      return;
    }
    expect(measurement.buffers.allocatedBytes).toBe(50_000_000);
    expect(measurement.buffers.peakBytes).toBe(50_000_000);
    expect(measurement.total.allocatedBytes).toBeGreaterThanOrEqual(50_000_000);
    expect(measurement.total.allocatedBytes).toBeLessThan(50_010_000);
  });

  test("Buffer.alloc(1_000_000) is 1,000,000 B of buffers on either tracker", () => {
    const measurement = core.measure(() => Buffer.alloc(1_000_000), { warmup: 1 });
    expect(measurement.gc.count).toBe(0);
    expect(measurement.buffers).toMatchObject({ allocatedBytes: 1_000_000, peakBytes: 1_000_000 });
  });

  test("objects of a known shape give the same figure in 95% of warm runs, in proportion to their number", () => {
    const figures = (count: number): number[] => {
      const make = (): void => {
        kept = makeObjects(count);
      };
      core.measure(make, { warmup: 300 });
      const found: number[] = [];
      for (let run = 0; run < WARM_RUNS; run += 1) found.push(core.measure(make).heap.allocatedBytes ?? Number.NaN);
      return found.sort((a, b) => a - b);
    };
    const small = figures(1000);
    const median = small[WARM_RUNS / 2] ?? Number.NaN;
    expect(small.filter((bytes) => Math.abs(bytes - median) <= 64).length).toBeGreaterThanOrEqual(WARM_RUNS * 0.95);
    // One object more is one object and one element more: the array grows by halves, so not exactly twice.
    const twice = figures(2000)[WARM_RUNS / 2] ?? Number.NaN;
    expect(twice / median).toBeGreaterThan(1.8);
    expect(twice / median).toBeLessThan(2.2);
  });

  test("the figure of a loop is the sum of its rounds, through collections, within 2%", () => {
    const rounds = (count: number) => (): void => {
      for (let round = 0; round < count; round += 1) kept = makeObjects(1000);
    };
    const one = core.measure(rounds(1), { warmup: 1000 }).heap.allocatedBytes ?? Number.NaN;
    const many = core.measure(rounds(1000), { warmup: 1 });
    expect(many.gc.count).toBeGreaterThan(0);
    expect((many.heap.allocatedBytes ?? Number.NaN) / 1000 / one).toBeGreaterThan(0.98);
    expect((many.heap.allocatedBytes ?? Number.NaN) / 1000 / one).toBeLessThan(1.02);
  });

  test("what is freed by collections within the span still counts as allocated", () => {
    const churn = (): void => {
      for (let round = 0; round < 2000; round += 1) kept = makeObjects(1000);
    };
    const measurement = core.measure(churn, { space: "heap", warmup: 1 });
    expect(measurement.gc.count).toBeGreaterThan(0);
    expect(measurement.heap.allocatedBytes).toBeGreaterThan(2_000_000 * 24);
    expect(measurement.heap.peakBytes).toBeLessThan(measurement.heap.allocatedBytes ?? 0);
    expect(measurement.heap.peakLiveBytes).not.toBeNull();
    expect(measurement.total.allocatedBytes).toBe(measurement.heap.allocatedBytes);
  });

  test("a synchronous function is measured synchronously, an async one to the end of its promise", async () => {
    const sync: Measurement = core.measure(() => 1);
    expect(sync.durationMs).toBeGreaterThanOrEqual(0);
    const pending: Promise<Measurement> = core.measure(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      kept.push(Buffer.alloc(1_000_000));
    });
    expect(pending).toBeInstanceOf(Promise);
    const measurement = await pending;
    expect(measurement.buffers.allocatedBytes).toBeGreaterThanOrEqual(1_000_000);
  });

  test("what a function throws comes through as it is, and the next measurement works", async () => {
    const error = new TypeError("mine");
    const throwing = (): never => {
      throw error;
    };
    expect(caught(() => core.measure(throwing))).toBe(error);
    await expect(core.measure(async () => throwing())).rejects.toBe(error);
    await expect(core.measure(throwing, { retained: true })).rejects.toBe(error);
    expect(core.measure(() => undefined).total.allocatedBytes).not.toBeNull();
  });

  test("what is kept is retained, what is dropped is not", async () => {
    const keeping = await core.measure(() => void kept.push(Buffer.alloc(3_000_000), makeObjects(50_000)), {
      retained: true,
    });
    expect(keeping.buffers.retainedBytes).toBe(3_000_000);
    expect(keeping.heap.retainedBytes).toBeGreaterThan(50_000 * 24);
    expect(keeping.heap.retainedBytes).toBeLessThan(50_000 * 100);
    const dropping = await core.measure(() => [Buffer.alloc(3_000_000), makeObjects(50_000)], { retained: true });
    expect(dropping.buffers.retainedBytes).toBe(0);
    expect(dropping.heap.retainedBytes).toBeLessThan(200_000);
  });

  test("retained memory is null unless it was asked for", () => {
    const { heap, buffers, native, total } = core.measure(() => undefined);
    expect([heap, buffers, native, total].map((space) => space.retainedBytes)).toEqual([null, null, null, null]);
  });

  test("measureResult gives the value beside the measurement, and the value counts as retained", async () => {
    const sync = core.measureResult(() => 42);
    expect(sync.value).toBe(42);
    expect(sync.measurement.total.allocatedBytes).not.toBeNull();
    expect((await core.measureResult(async () => "x")).value).toBe("x");
    const kept = await core.measureResult(() => Buffer.alloc(2_000_000), { retained: true });
    expect(kept.value).toHaveLength(2_000_000);
    expect(kept.measurement.buffers.retainedBytes).toBe(2_000_000);
  });

  test("warm-up calls come first and are not counted, and every run is one call", () => {
    let calls = 0;
    const plan = { warmup: 3, runs: 4 };
    core.measure(() => {
      calls += 1;
    }, plan);
    expect(calls).toBe(7);
  });

  test("async warm-ups and runs follow one another and never overlap", async () => {
    let running = 0;
    let most = 0;
    let calls = 0;
    await core.measure(
      async () => {
        calls += 1;
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
      },
      { warmup: 2, runs: 3 },
    );
    expect({ calls, most }).toEqual({ calls: 5, most: 1 });
  });

  test("of several runs the one with the median is given", () => {
    const sizes = [900_000, 100_000, 500_000];
    const measurement = core.measure(() => void kept.push(Buffer.alloc(sizes.shift() ?? 0)), {
      runs: 3,
      space: "buffers",
    });
    expect(measurement.total.allocatedBytes).toBe(500_000);
  });

  test("a call with this and arguments hands them over and gives the value back", () => {
    const target = { base: 40 };
    function add(this: { base: number }, more: number): number {
      return this.base + more;
    }
    const measured = measuring.measureCall(add as (...args: never[]) => unknown, target, [2], {
      spaces: ["heap"],
      spacesNamed: true,
      warmup: 0,
      runs: 1,
      ignore: [],
      sampleInterval: 0,
      threads: "isolate",
      retained: false,
      settle: false,
    });
    expect(measured).toMatchObject({ value: 42 });
  });

  test("a measurement is frozen all the way down and can be sent to another thread", () => {
    const measurement = core.measure(() => makeObjects(10));
    const walk = (value: unknown): void => {
      if (typeof value !== "object" || value === null) return;
      expect(Object.isFrozen(value)).toBe(true);
      expect([Object.prototype, Array.prototype]).toContain(Object.getPrototypeOf(value));
      Object.values(value).forEach(walk);
    };
    walk(measurement);
    expect(structuredClone(measurement)).toEqual(measurement);
    expect(JSON.parse(JSON.stringify(measurement))).toEqual(measurement);
  });

  test("measurements nest: the outer one has at least what the inner one has", () => {
    let inner: Measurement | undefined;
    const outer = core.measure(
      () => {
        kept.push(Buffer.alloc(1_000_000));
        inner = core.measure(() => void kept.push(Buffer.alloc(2_000_000)), { settle: false });
      },
      { space: "buffers" },
    );
    expect(inner?.buffers.allocatedBytes).toBe(2_000_000);
    if (outer.buffers.allocatedBytes !== null) expect(outer.buffers.allocatedBytes).toBeGreaterThanOrEqual(3_000_000);
  });

  test("a span ends with its block, once, and keeps its measurement", () => {
    let tracking: Core.Tracking;
    {
      using open = core.track({ space: "buffers" });
      tracking = open;
      expect(caught(() => open.measurement)).toMatchObject({ code: "MEMSPEC_MEASUREMENT_OPEN" });
      kept.push(Buffer.alloc(700_000));
    }
    kept.push(Buffer.alloc(900_000));
    expect(tracking.measurement.buffers.allocatedBytes).toBe(700_000);
    expect(tracking.stop()).toBe(tracking.measurement);
  });

  test("a tracked span tells what is retained when it was opened for it", async () => {
    await core.measure(() => undefined, { retained: true });
    const tracking = core.track({ retained: true });
    kept.push(Buffer.alloc(800_000));
    let dropped: Buffer | null = Buffer.alloc(5_000_000);
    dropped = null;
    const measurement = await tracking.stopSettled();
    expect(dropped).toBeNull();
    expect(measurement.buffers.retainedBytes).toBe(800_000);
    await expect(tracking.stopSettled()).rejects.toMatchObject({ code: "MEMSPEC_MEASUREMENT_CLOSED" });
    await expect(core.track().stopSettled()).rejects.toMatchObject({ code: "MEMSPEC_INVALID_OPTION" });
  });

  test("an object that is dropped is collected, one that is kept is not", async () => {
    expect(await survivors.collect(() => new Session())).toEqual({ collected: true, constructorName: "Session" });
    expect(await survivors.collect(async () => new Session())).toEqual({ collected: true, constructorName: "Session" });
    const keep = (): Session => {
      const made = new Session();
      kept.push(made);
      return made;
    };
    expect(await survivors.collect(keep)).toEqual({ collected: false, constructorName: "Session" });
    expect(await survivors.collect(() => () => 1)).toEqual({ collected: true, constructorName: "Function" });
  });

  test("what a factory of no object returns is named", async () => {
    for (const value of [1, "s", null, undefined]) {
      await expect(survivors.collect(() => value)).rejects.toMatchObject({ code: "MEMSPEC_NOT_AN_OBJECT" });
    }
  });

  test("surviving instances are counted by name", async () => {
    const makeThree = (): void => {
      for (let made = 0; made < 5; made += 1) {
        const session = new Session();
        if (made < 3) kept.push(session);
      }
    };
    kept.push(new Session());
    expect(await survivors.retainedInstances(makeThree, ["Session", "Absent"])).toEqual({ Session: 3, Absent: 0 });
  });

  test("a thenable that is no promise is refused, for nobody can say when it ends", async () => {
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested.
    const query = (): object => ({ then: (done: (rows: number) => void) => done(1) });
    expect(caught(() => core.measure(query))).toMatchObject({ code: "MEMSPEC_FOREIGN_PROMISE" });
    await expect(survivors.collect(query)).rejects.toMatchObject({ code: "MEMSPEC_FOREIGN_PROMISE" });
  });

  test("what is no function is refused with the way out", () => {
    for (const value of [undefined, null, 1, "x", {}, Promise.resolve()]) {
      expect(caught(() => core.measure(value as () => void))).toMatchObject({ code: "MEMSPEC_NOT_A_FUNCTION" });
    }
    expect(caught(() => core.measure(Promise.resolve() as never))).toMatchObject({
      hint: expect.stringContaining("() => load()") as string,
    });
  });

  test.runIf(kind === "native")("sites name the function and the line of this TypeScript file", () => {
    const here = (marker: string): number =>
      readFileSync(import.meta.filename, "utf8")
        .split("\n")
        .findIndex((line) => line.endsWith(`// ${marker}`)) + 1;
    function allocateBuffer(): void {
      kept.push(Buffer.alloc(4_000_000)); // buffer line
    }
    function allocateObjects(): void {
      for (let index = 0; index < 50_000; index += 1) kept.push({ index, more: [index] }); // heap line
    }
    const measurement = core.measure(
      () => {
        allocateBuffer();
        allocateObjects();
      },
      { warmup: 1, sampleInterval: "2 KiB" },
    );
    const top = (space: string) =>
      measurement.sites.find((site) => site.space === space)?.stack.find((frame) => frame.owner === "user");
    expect(top("buffers")).toMatchObject({
      functionName: "allocateBuffer",
      file: import.meta.filename,
      line: here("buffer line"),
    });
    expect(top("heap")).toMatchObject({
      functionName: "allocateObjects",
      file: import.meta.filename,
      line: here("heap line"),
    });
    expect(measurement.coverage.total).toBeGreaterThan(0.9);
    expect(measurement.sites.every((site) => site.estimated)).toBe(true);
  });

  test.runIf(kind === "native")("ignored memory is taken out, exactly", () => {
    function ignoredPart(): void {
      kept.push(Buffer.alloc(1_000_000));
    }
    const measurement = core.measure(
      () => {
        ignoredPart();
        kept.push(Buffer.alloc(300_000));
      },
      { ignore: "ignoredPart", space: "buffers", warmup: 1 },
    );
    expect(measurement.buffers).toMatchObject({ allocatedBytes: 300_000, allocationCount: 1, peakBytes: null });
    expect(measurement.total).toMatchObject({ allocatedBytes: 300_000, peakBytes: null });
  });

  test.runIf(kind === "javascript")("what is not there without the addon is refused when it is named", async () => {
    const unavailable = { code: "MEMSPEC_UNAVAILABLE" };
    expect(caught(() => core.measure(() => 1, { space: "native" }))).toMatchObject(unavailable);
    expect(caught(() => core.measure(() => 1, { space: ["heap", "native"] }))).toMatchObject(unavailable);
    expect(caught(() => core.measure(() => 1, { ignore: "x" }))).toMatchObject(unavailable);
    expect(caught(() => core.track({ space: "native" }))).toMatchObject(unavailable);
  });

  test("a closed measurement cannot be read", () => {
    const tracker = trackers.currentTracker();
    const options = { sampleInterval: 0, threads: "isolate", retained: false, settle: false } as const;
    const handle = tracker.open(options);
    tracker.close(handle);
    tracker.close(handle);
    expect(() => tracker.read(handle)).toThrow();
  });

  test("fake timers of a test do not stop the settling", async () => {
    vi.useFakeTimers();
    try {
      const measurement = await core.measure(() => undefined, { retained: true });
      expect(measurement.heap.retainedBytes).not.toBeNull();
    } finally {
      vi.useRealTimers();
    }
  });
});

function caught(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    return error;
  }
  return undefined;
}
