// The tracker against the probe addon's own truth: equal, not near.
import { createRequire } from "node:module";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { figuresOf, NATIVE, settled, tracker } from "./tracker.js";

interface Truth {
  readonly ok: boolean;
  readonly count: number;
  readonly bytes: number;
  readonly peakBytes: number;
  readonly liveBytes: number;
  readonly liveBlocks: number;
}

interface MappingTruth {
  readonly ok: boolean;
  readonly mappedCalls: number;
  readonly mappedBytes: number;
  readonly peakBytes: number;
  readonly liveBytes: number;
}

interface Probe {
  functions(): string[];
  allocate(name: string, bytes: number, count: number, keep: number, threads: number): Truth;
  freeKept(): number;
  reallocChain(first: number, last: number, steps: number): Truth;
  failedReallocs(bytes: number): Truth;
  mapAndUnmap(bytes: number): MappingTruth;
  reserveAndCommit(bytes: number): MappingTruth;
  remap(bytes: number): MappingTruth;
  mapOnThreads(threads: number, bytes: number, count: number): MappingTruth;
}

const folder = path.resolve(import.meta.dirname, "../probe/build/Release");
const probe = createRequire(import.meta.url)(path.join(folder, "probe.node")) as Probe;

afterEach(() => {
  probe.freeKept();
});

/** The probe's own binding makes a few Node-API objects: their blocks are Node's, and the same for every call. */
function measured<T>(call: () => T) {
  let truth: T | undefined;
  const figures = figuresOf(() => {
    truth = call();
  });
  return { truth: truth as T, native: figures.spaces[NATIVE], total: figures.total, figures };
}

describe.each([0, 1, 8])("on %d other threads", (threads) => {
  it.each(probe.functions())("%s: bytes, count, peak and what is kept are the truth", (name) => {
    const { truth, native, total, figures } = measured(() => probe.allocate(name, 1000, 40, 3, threads));
    expect(truth.ok).toBe(true);
    expect(native).toEqual({
      allocatedBytes: truth.bytes,
      allocationCount: truth.count,
      peakBytes: truth.peakBytes,
      netBytes: truth.liveBytes,
    });
    // The peak of the sum: the heap may have moved while the blocks came and went, and then the figure says by how much. On Node 26
    // it may fall, too (docs/how-it-counts.md).
    const fall = Math.min(0, figures.spaces[0].netBytes);
    expect(total.peakBytes).toBeGreaterThanOrEqual(truth.peakBytes + fall);
    expect(total.peakBytes - figures.peakErrorBytes).toBeLessThanOrEqual(
      truth.peakBytes + figures.spaces[0].allocatedBytes,
    );
  });

  it("what is kept is retained, to the byte, and nothing when it is freed", async () => {
    const handle = tracker.open({ sampleInterval: 0, threads: "isolate", retained: true, settle: true });
    let truth: Truth | undefined;
    tracker.call(
      handle,
      () => {
        truth = probe.allocate("malloc", 4096, 50, 7, threads);
      },
      undefined,
      [],
    );
    await settled();
    expect(tracker.retained(handle).bytes[NATIVE]).toBe(truth?.liveBytes);
    probe.freeKept();
    expect(tracker.retained(handle).bytes[NATIVE]).toBe(0);
    tracker.close(handle);
  });
});

it("frees of memory that is older than the span do not offset what is retained", async () => {
  tracker.arm();
  const before = probe.allocate("malloc", 100_000, 20, 20, 0);
  expect(before.liveBytes).toBeGreaterThanOrEqual(2_000_000);
  const handle = tracker.open({ sampleInterval: 0, threads: "isolate", retained: true, settle: true });
  let during: Truth | undefined;
  tracker.call(
    handle,
    () => {
      probe.freeKept();
      during = probe.allocate("malloc", 1000, 5, 5, 0);
    },
    undefined,
    [],
  );
  await settled();
  expect(tracker.read(handle).spaces[NATIVE].netBytes).toBe((during as unknown as Truth).liveBytes - before.liveBytes);
  expect(tracker.retained(handle).bytes[NATIVE]).toBe((during as unknown as Truth).liveBytes);
  tracker.close(handle);
  tracker.disarm();
});

it.each(["reallocChain", "failedReallocs"] as const)("%s agrees with the truth", (pattern) => {
  const { truth, native } = measured(() =>
    pattern === "reallocChain" ? probe.reallocChain(10, 1000, 200) : probe.failedReallocs(5000),
  );
  expect(native).toEqual({
    allocatedBytes: truth.bytes,
    allocationCount: truth.count,
    peakBytes: truth.peakBytes,
    netBytes: truth.liveBytes,
  });
});

it.each(["mapAndUnmap", "reserveAndCommit", "remap"] as const)("mappings: %s agrees with the truth", (pattern) => {
  const { truth, native } = measured(() => probe[pattern](1_000_000));
  expect(truth.ok).toBe(true);
  expect(native.peakBytes).toBe(truth.peakBytes);
  expect(native.netBytes).toBe(truth.liveBytes);
});

it("measurements nest and overlap, each with its own figures", () => {
  const open = () => tracker.open({ sampleInterval: 0, threads: "isolate", retained: false, settle: false });
  const outer = open();
  const inner = open();
  const late = open();
  tracker.begin(outer);
  const first = probe.allocate("malloc", 1000, 10, 0, 0);
  tracker.begin(inner);
  const second = probe.allocate("malloc", 2000, 10, 10, 0);
  tracker.begin(late);
  tracker.end(inner);
  const third = probe.allocate("malloc", 500, 10, 0, 0);
  tracker.end(outer);
  const fourth = probe.allocate("malloc", 7, 1, 0, 0);
  tracker.end(late);
  const figures = [outer, inner, late].map((handle) => tracker.read(handle).spaces[NATIVE]);
  for (const handle of [outer, inner, late]) tracker.close(handle);
  expect(figures.map(({ allocatedBytes, netBytes }) => [allocatedBytes, netBytes])).toEqual([
    [first.bytes + second.bytes + third.bytes, second.liveBytes],
    [second.bytes, second.liveBytes],
    [third.bytes + fourth.bytes, 0],
  ]);
  expect(figures[1]?.peakBytes).toBe(second.peakBytes);
});
