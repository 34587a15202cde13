import { expect, test } from "vitest";
import type { CaptureReading, CaptureView, ViewOptions } from "../../../core/src/capture-files/model/capture.js";
import type { TestEvent } from "./harness/events.js";
import { opened } from "./harness/files.js";
import { DEFINITIONS, inPieces, isolateOf, randomProgram, seeded } from "./harness/random-program.js";
import { type Groups, type Reference, reference } from "./harness/reference.js";
import { captureFile, META } from "./harness/write-capture.js";

const ALL = ["heap", "buffers", "native"] as const;
const OFF_HEAP = ["buffers", "native"] as const;
const THRESHOLDS = [1, 0, 3, 20];
const ALLOCATORS = ["", "malloc", "mmap", "operator new"];
const SEEDS = Array.from({ length: 30 }, (_, index) => index + 1);

function windowsOf(events: readonly TestEvent[]): readonly { readonly fromUs: number; readonly toUs: number }[] {
  const last = Math.max(1, ...events.map((event) => ("timeUs" in event ? event.timeUs : 0)));
  const some = events.filter((event) => event.do === "levels").map(({ timeUs }) => timeUs);
  return [
    { fromUs: 0, toUs: last / 2 },
    { fromUs: last / 3, toUs: (2 * last) / 3 },
    { fromUs: some[1] ?? 0, toUs: some[4] ?? last },
    { fromUs: last / 4, toUs: last * 2 },
    { fromUs: last + 1, toUs: last + 2 },
  ];
}

/** Rows as the reference has its groups: the stack is known by its function's name. */
function groupsOf(view: CaptureView, { tree }: CaptureReading): Record<string, readonly [number, number]> {
  return Object.fromEntries(
    view.rows.map(({ node, thread, space, allocator, bytes, count }) => {
      const stack = tree.frames[tree.frameOf[node] ?? -1]?.functionName.slice(1) ?? "0";
      return [`${stack}|${thread}|${space}|${ALLOCATORS.indexOf(allocator)}`, [bytes, count]];
    }),
  );
}

function rounded(groups: Groups): Record<string, readonly [number, number]> {
  const rows = [...groups].map(([key, { bytes, count }]) => [key, [Math.round(bytes), Math.round(count)]] as const);
  return Object.fromEntries(rows.filter(([, [bytes, count]]) => bytes !== 0 || count !== 0));
}

/** Estimates are sums of fractions: in another order they may differ in the last digit, and be rounded to another number. */
function expectAlike(
  actual: Record<string, readonly [number, number]>,
  expected: Record<string, readonly [number, number]>,
): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [key, [bytes, count]] of Object.entries(expected)) {
    const slack = key.includes("|heap|") ? 1 : 0;
    expect(Math.abs((actual[key]?.[0] ?? Number.NaN) - bytes), key).toBeLessThanOrEqual(slack);
    expect(Math.abs((actual[key]?.[1] ?? Number.NaN) - count), key).toBeLessThanOrEqual(slack);
  }
}

test.each(SEEDS)("all views of a random program are those of the plain model (seed %i)", async (seed) => {
  const events = randomProgram(seed, 100 + 50 * (seed % 20));
  const windows = windowsOf(events);
  const peaks = [ALL, OFF_HEAP, ["native"], ["heap"], ["buffers"]] as const;
  const truth: Reference = reference(events, { thresholds: THRESHOLDS, windows, peaks, isolateOf });
  const capture = await opened(
    captureFile({
      definitions: DEFINITIONS,
      events: inPieces(events, seeded(seed), 1 + (seed % 7) * 40),
      compressed: seed % 2 === 0,
      packed: seed % 3 === 0,
    }),
  );
  expect(capture.info.damage).toBeNull();
  const views: readonly ViewOptions[] = [
    { kind: "allocated" },
    { kind: "leaked" },
    ...THRESHOLDS.map((threshold) => ({ kind: "temporary" as const, threshold })),
    ...windows.map((window) => ({ kind: "window" as const, ...window })),
    ...peaks.map((spaces) => ({ kind: "peak" as const, spaces })),
  ];
  const reading = await capture.read({ views });
  const expected = [
    truth.allocated,
    truth.leaked,
    ...truth.temporary,
    ...truth.windows,
    ...truth.peaks.map(({ groups }) => groups),
  ];
  for (const [index, view] of reading.views.entries()) {
    expectAlike(groupsOf(view, reading), rounded(expected[index] ?? new Map()));
    expect(view.bytes).toBe(view.rows.reduce((sum, { bytes }) => sum + bytes, 0));
  }
  const [peak, offHeap, native] = truth.peaks;
  const sum = reading.statistics.peak;
  expect(sum.heapBytes + sum.buffersBytes + sum.nativeBytes).toBe(peak?.bytes);
  expect(sum.timeUs).toBe(peak?.timeUs);
  expect(reading.statistics.offHeapPeak.buffersBytes + reading.statistics.offHeapPeak.nativeBytes).toBe(offHeap?.bytes);
  expect(reading.statistics.spaces.native.peakBytes).toBe(native?.bytes);
});

test("a thread's rows are those of the whole that name it", async () => {
  const events = randomProgram(77, 800);
  const capture = await opened(captureFile({ definitions: DEFINITIONS, events: [events], meta: META }));
  const kinds = ["peak", "leaked", "temporary", "allocated", "window"] as const;
  const { views } = await capture.read({
    views: kinds.flatMap((kind) => [{ kind }, ...[0, 1, 2, 3].map((thread) => ({ kind, thread }))]),
  });
  for (const index of kinds.keys()) {
    const [whole, ...parts] = views.slice(index * 5, index * 5 + 5);
    for (const [thread, part] of parts.entries()) {
      expect(part.rows).toEqual(whole?.rows.filter((row) => row.thread === thread));
    }
    expect(parts.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(whole?.bytes);
  }
});
