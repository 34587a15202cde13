import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Measurement } from "../../../core/src/index.js";
import { caught, makeObjects, onBothTrackers } from "../on-both-trackers.js";

/** Each starts with a settled collection. */
const WARM_RUNS = 40;

onBothTrackers((kind, loaded) => {
  test("an empty function allocates nothing, 100 times of 100 with the addon", () => {
    const empty = (): void => {};
    // V8 gives a function its feedback vector, 48 B for an empty one, after some hundred calls; after some thousand its
    // middle compiler makes code of it in the background, with a constant of 16 B on the heap (Node 22 and later).
    loaded.core.measure(empty, { warmup: 4000 });
    const zeros = Array.from({ length: 100 }, () =>
      // A clean start: what V8 compiles of this test's own code meanwhile is not the function's.
      loaded.core.measure(empty, { settle: kind === "native" }),
    ).filter((measurement) => {
      expect(measurement.buffers.allocatedBytes).toBe(0);
      expect(measurement.native.allocatedBytes).toBe(kind === "native" ? 0 : null);
      return measurement.heap.allocatedBytes === 0 && measurement.total.allocatedBytes === 0;
    });
    // Without the addon the compiler's work on our own code can be seen now and then; it is unknown where it is noticed.
    expect(zeros.length).toBeGreaterThanOrEqual(kind === "native" ? 100 : 95);
    for (const measurement of zeros) expect(measurement.total.peakBytes).toBe(0);
  });

  test("the tracker says which one it is, and why when it is the lesser one", () => {
    const { capabilities } = loaded.core.measure(() => undefined);
    expect(capabilities.tracker).toBe(kind);
    if (kind === "javascript") {
      expect(capabilities.native).toEqual({ available: false, reason: "it is switched off" });
      expect(capabilities.stacks.available).toBe(false);
      expect(capabilities.notes[0]).toContain("it is switched off");
    }
  });

  test("Buffer.alloc(50_000_000) is 50,000,000 B of buffers, in allocated and in peak", () => {
    const measurement = loaded.core.measure(() => Buffer.alloc(50_000_000), { warmup: 1 });
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
    const measurement = loaded.core.measure(() => Buffer.alloc(1_000_000), { warmup: 1 });
    expect(measurement.gc.count).toBe(0);
    expect(measurement.buffers).toMatchObject({ allocatedBytes: 1_000_000, peakBytes: 1_000_000 });
  });

  test("objects of a known shape give the same figure in 95% of warm runs, in proportion to their number", () => {
    const figures = (count: number): number[] => {
      const make = (): void => {
        loaded.kept = makeObjects(count);
      };
      loaded.core.measure(make, { warmup: 300 });
      const found: number[] = [];
      for (let run = 0; run < WARM_RUNS; run += 1)
        found.push(loaded.core.measure(make).heap.allocatedBytes ?? Number.NaN);
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
      for (let round = 0; round < count; round += 1) loaded.kept = makeObjects(1000);
    };
    const one = loaded.core.measure(rounds(1), { warmup: 1000 }).heap.allocatedBytes ?? Number.NaN;
    const many = loaded.core.measure(rounds(1000), { warmup: 1 });
    expect(many.gc.count).toBeGreaterThan(0);
    expect((many.heap.allocatedBytes ?? Number.NaN) / 1000 / one).toBeGreaterThan(0.98);
    expect((many.heap.allocatedBytes ?? Number.NaN) / 1000 / one).toBeLessThan(1.02);
  });

  test("what is freed by collections within the span still counts as allocated", () => {
    const churn = (): void => {
      for (let round = 0; round < 2000; round += 1) loaded.kept = makeObjects(1000);
    };
    const measurement = loaded.core.measure(churn, { space: "heap", warmup: 1 });
    expect(measurement.gc.count).toBeGreaterThan(0);
    expect(measurement.heap.allocatedBytes).toBeGreaterThan(2_000_000 * 24);
    expect(measurement.heap.peakBytes).toBeLessThan(measurement.heap.allocatedBytes ?? 0);
    expect(measurement.heap.peakLiveBytes).not.toBeNull();
    expect(measurement.total.allocatedBytes).toBe(measurement.heap.allocatedBytes);
  });

  test("a synchronous function is measured synchronously, an async one to the end of its promise", async () => {
    const sync: Measurement = loaded.core.measure(() => 1);
    expect(sync.durationMs).toBeGreaterThanOrEqual(0);
    const pending: Promise<Measurement> = loaded.core.measure(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      loaded.kept.push(Buffer.alloc(1_000_000));
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
    expect(caught(() => loaded.core.measure(throwing))).toBe(error);
    await expect(loaded.core.measure(async () => throwing())).rejects.toBe(error);
    await expect(loaded.core.measure(throwing, { retained: true })).rejects.toBe(error);
    expect(loaded.core.measure(() => undefined).total.allocatedBytes).not.toBeNull();
  });

  test("warm-up calls come first and are not counted, and every run is one call", () => {
    let calls = 0;
    const plan = { warmup: 3, runs: 4 };
    loaded.core.measure(() => {
      calls += 1;
    }, plan);
    expect(calls).toBe(7);
  });

  test("async warm-ups and runs follow one another and never overlap", async () => {
    let running = 0;
    let most = 0;
    let calls = 0;
    await loaded.core.measure(
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
    const measurement = loaded.core.measure(() => void loaded.kept.push(Buffer.alloc(sizes.shift() ?? 0)), {
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
    const measured = loaded.measuring.measureCall(add as (...args: never[]) => unknown, target, [2], {
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
    const measurement = loaded.core.measure(() => makeObjects(10));
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

  test("a thenable that is no promise is refused, for nobody can say when it ends", async () => {
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested.
    const query = (): object => ({ then: (done: (rows: number) => void) => done(1) });
    expect(caught(() => loaded.core.measure(query))).toMatchObject({ code: "MEMSPEC_FOREIGN_PROMISE" });
    await expect(loaded.survivors.collect(query)).rejects.toMatchObject({ code: "MEMSPEC_FOREIGN_PROMISE" });
  });

  test("what is no function is refused with the way out", () => {
    for (const value of [undefined, null, 1, "x", {}, Promise.resolve()]) {
      expect(caught(() => loaded.core.measure(value as () => void))).toMatchObject({ code: "MEMSPEC_NOT_A_FUNCTION" });
    }
    expect(caught(() => loaded.core.measure(Promise.resolve() as never))).toMatchObject({
      hint: expect.stringContaining("() => load()") as string,
    });
  });

  test.runIf(kind === "native")("sites name the function and the line of this TypeScript file", () => {
    const here = (marker: string): number =>
      readFileSync(import.meta.filename, "utf8")
        .split("\n")
        .findIndex((line) => line.endsWith(`// ${marker}`)) + 1;
    function allocateBuffer(): void {
      loaded.kept.push(Buffer.alloc(4_000_000)); // buffer line
    }
    function allocateObjects(): void {
      for (let index = 0; index < 50_000; index += 1) loaded.kept.push({ index, more: [index] }); // heap line
    }
    const measurement = loaded.core.measure(
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
      loaded.kept.push(Buffer.alloc(1_000_000));
    }
    const measurement = loaded.core.measure(
      () => {
        ignoredPart();
        loaded.kept.push(Buffer.alloc(300_000));
      },
      { ignore: "ignoredPart", space: "buffers", warmup: 1 },
    );
    expect(measurement.buffers).toMatchObject({ allocatedBytes: 300_000, allocationCount: 1, peakBytes: null });
    expect(measurement.total).toMatchObject({ allocatedBytes: 300_000, peakBytes: null });
  });

  test.runIf(kind === "javascript")("what is not there without the addon is refused when it is named", async () => {
    const unavailable = { code: "MEMSPEC_UNAVAILABLE" };
    expect(caught(() => loaded.core.measure(() => 1, { space: "native" }))).toMatchObject(unavailable);
    expect(caught(() => loaded.core.measure(() => 1, { space: ["heap", "native"] }))).toMatchObject(unavailable);
    expect(caught(() => loaded.core.measure(() => 1, { ignore: "x" }))).toMatchObject(unavailable);
    expect(caught(() => loaded.core.track({ space: "native" }))).toMatchObject(unavailable);
  });

  test("a closed measurement cannot be read", () => {
    const tracker = loaded.trackers.currentTracker();
    const options = { sampleInterval: 0, threads: "isolate", retained: false, settle: false } as const;
    const handle = tracker.open(options);
    tracker.close(handle);
    tracker.close(handle);
    expect(() => tracker.read(handle)).toThrow();
  });
});
