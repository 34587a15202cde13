import { expect, test, vi } from "vitest";
import type { Measurement, Tracking } from "../../../core/src/index.js";
import { caught, makeObjects, onBothTrackers } from "../on-both-trackers.js";

class Session {
  readonly id = 1;
}

onBothTrackers((kind, loaded) => {
  test("what is kept is retained, what is dropped is not", async () => {
    const keeping = await loaded.core.measure(
      () => void loaded.kept.push(Buffer.alloc(3_000_000), makeObjects(50_000)),
      {
        retained: true,
      },
    );
    expect(keeping.buffers.retainedBytes).toBe(3_000_000);
    expect(keeping.heap.retainedBytes).toBeGreaterThan(50_000 * 24);
    expect(keeping.heap.retainedBytes).toBeLessThan(50_000 * 100);
    const dropping = await loaded.core.measure(() => [Buffer.alloc(3_000_000), makeObjects(50_000)], {
      retained: true,
    });
    expect(dropping.buffers.retainedBytes).toBe(0);
    expect(dropping.heap.retainedBytes).toBeLessThan(200_000);
  });

  test("retained memory is null unless it was asked for", () => {
    const { heap, buffers, native, total } = loaded.core.measure(() => undefined);
    expect([heap, buffers, native, total].map((space) => space.retainedBytes)).toEqual([null, null, null, null]);
  });

  test("measureResult gives the value beside the measurement, and the value counts as retained", async () => {
    const sync = loaded.core.measureResult(() => 42);
    expect(sync.value).toBe(42);
    expect(sync.measurement.total.allocatedBytes).not.toBeNull();
    expect((await loaded.core.measureResult(async () => "x")).value).toBe("x");
    const kept = await loaded.core.measureResult(() => Buffer.alloc(2_000_000), { retained: true });
    expect(kept.value).toHaveLength(2_000_000);
    expect(kept.measurement.buffers.retainedBytes).toBe(2_000_000);
  });

  test("measurements nest: the outer one has at least what the inner one has", () => {
    let inner: Measurement | undefined;
    const outer = loaded.core.measure(
      () => {
        loaded.kept.push(Buffer.alloc(1_000_000));
        inner = loaded.core.measure(() => void loaded.kept.push(Buffer.alloc(2_000_000)), { settle: false });
      },
      { space: "buffers" },
    );
    expect(inner?.buffers.allocatedBytes).toBe(2_000_000);
    if (outer.buffers.allocatedBytes !== null) expect(outer.buffers.allocatedBytes).toBeGreaterThanOrEqual(3_000_000);
  });

  test("a span ends with its block, once, and keeps its measurement", () => {
    let tracking: Tracking;
    {
      using open = loaded.core.track({ space: "buffers" });
      tracking = open;
      loaded.kept.push(Buffer.alloc(700_000));
    }
    loaded.kept.push(Buffer.alloc(900_000));
    expect(tracking.measurement.buffers.allocatedBytes).toBe(700_000);
    expect(tracking.stop()).toBe(tracking.measurement);
  });

  test("an open span has no measurement yet", () => {
    using open = loaded.core.track();
    expect(caught(() => open.measurement)).toMatchObject({ code: "MEMSPEC_MEASUREMENT_OPEN" });
  });

  test("a tracked span tells what is retained when it was opened for it", async () => {
    await loaded.core.measure(() => undefined, { retained: true });
    const tracking = loaded.core.track({ retained: true });
    loaded.kept.push(Buffer.alloc(800_000));
    let dropped: Buffer | null = Buffer.alloc(5_000_000);
    dropped = null;
    const measurement = await tracking.stopSettled();
    expect(dropped).toBeNull();
    expect(measurement.buffers.retainedBytes).toBe(800_000);
    await expect(tracking.stopSettled()).rejects.toMatchObject({ code: "MEMSPEC_MEASUREMENT_CLOSED" });
    await expect(loaded.core.track().stopSettled()).rejects.toMatchObject({ code: "MEMSPEC_INVALID_OPTION" });
  });

  test("an object that is dropped is collected, one that is kept is not", async () => {
    expect(await loaded.survivors.collect(() => new Session())).toEqual({
      collected: true,
      constructorName: "Session",
      path: null,
      problem: null,
    });
    expect(await loaded.survivors.collect(async () => new Session())).toEqual({
      collected: true,
      constructorName: "Session",
      path: null,
      problem: null,
    });
    const keep = (): Session => {
      const made = new Session();
      loaded.kept.push(made);
      return made;
    };
    const { path, problem, ...kept } = await loaded.survivors.collect(keep);
    expect(kept).toEqual({ collected: false, constructorName: "Session" });
    expect(problem).toBeNull();
    // The way leads through the array that `loaded.kept` is.
    expect(path?.steps.slice(-2).map(({ edge, name, type }) => [edge, name, type])).toEqual(
      kind === "native"
        ? [
            ["property", "kept", "Array"],
            ["element", "0", "Session"],
          ]
        : undefined,
    );
    expect(await loaded.survivors.collect(() => () => 1)).toMatchObject({
      collected: true,
      constructorName: "Function",
    });
  });

  test("what a factory of no object returns is named", async () => {
    for (const value of [1, "s", null, undefined]) {
      await expect(loaded.survivors.collect(() => value)).rejects.toMatchObject({ code: "MEMSPEC_NOT_AN_OBJECT" });
    }
  });

  test("surviving instances are counted by name", async () => {
    const makeThree = (): void => {
      for (let made = 0; made < 5; made += 1) {
        const session = new Session();
        if (made < 3) loaded.kept.push(session);
      }
    };
    loaded.kept.push(new Session());
    const { counts, ways } = await loaded.survivors.retainedInstances(makeThree, ["Session", "Absent"], 0, () => true);
    expect(counts).toEqual({ Session: 3, Absent: 0 });
    // Three elements of one array are one way, and no index speaks for all of them.
    expect(ways.map(({ type, path }) => [type, ...path.steps.slice(-2).map(({ name }) => name)])).toEqual(
      kind === "native" ? [["Session", "kept", ""]] : [],
    );
    expect((await loaded.survivors.retainedInstances(makeThree, ["Session"])).ways).toEqual([]);
  });

  // Without the addon nothing is known of ways, and each look takes heap snapshots.
  test.runIf(kind === "native")("the way to a single instance has its index", async () => {
    const keepOne = (): void => void loaded.kept.push(new Session());
    const { ways } = await loaded.survivors.retainedInstances(keepOne, ["Session"], 0, () => true);
    expect(ways.map(({ path }) => path.steps.at(-1)?.name)).toEqual([String(loaded.kept.length - 1)]);
  });

  test("fake timers of a test do not stop the settling", async () => {
    vi.useFakeTimers();
    try {
      const measurement = await loaded.core.measure(() => undefined, { retained: true });
      expect(measurement.heap.retainedBytes).not.toBeNull();
    } finally {
      vi.useRealTimers();
    }
  });
});
