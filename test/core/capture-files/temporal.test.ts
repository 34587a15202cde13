import { describe, expect, test } from "vitest";
import type { CaptureReading, CaptureTemporal } from "../../../core/src/capture-files/model/capture.js";
import { opened } from "./harness/files.js";
import { DEFINITIONS, inPieces, isolateOf, randomProgram, seeded } from "./harness/random-program.js";
import { type Groups, reference } from "./harness/reference.js";
import { captureFile } from "./harness/write-capture.js";

const ALLOCATORS = ["", "malloc", "mmap", "operator new"];

/** What the buckets `from` to `to` left behind, by the reference's keys. */
function leftBehind({ tree }: CaptureReading, temporal: CaptureTemporal, from: number, to: number): Groups {
  const groups: Groups = new Map();
  const { cells } = temporal;
  for (const at of cells.group.keys()) {
    const born = cells.born[at] ?? 0;
    if (born < from || born > to || (cells.freed[at] ?? 0) <= to) continue;
    const group = temporal.groups[cells.group[at] ?? 0];
    if (group === undefined) continue;
    const stack = tree.frames[tree.frameOf[group.node] ?? -1]?.functionName.slice(1) ?? "0";
    const key = `${stack}|${group.thread}|${group.space}|${ALLOCATORS.indexOf(group.allocator)}`;
    const known = groups.get(key) ?? { bytes: 0, count: 0 };
    groups.set(key, { bytes: known.bytes + (cells.bytes[at] ?? 0), count: known.count + (cells.count[at] ?? 0) });
  }
  return groups;
}

function plain(groups: Groups): Record<string, readonly [number, number]> {
  const rows = [...groups]
    .map(([key, { bytes, count }]) => [key, [Math.round(bytes), Math.round(count * 100) / 100]] as const)
    .filter(([, [bytes, count]]) => bytes !== 0 || count !== 0);
  return Object.fromEntries(rows.sort(([one], [other]) => (one < other ? -1 : 1)));
}

const LIMITS = [
  { mostBuckets: 200, mostCells: 250_000 },
  { mostBuckets: 7, mostCells: 250_000 },
  { mostBuckets: 200, mostCells: 40 },
];

describe("windows of time", () => {
  test.each(Array.from({ length: 20 }, (_, index) => index + 1))(
    "any window of whole buckets is that of the plain model, however coarse the buckets are (seed %i)",
    async (seed) => {
      const events = randomProgram(seed, 200 + 60 * (seed % 12));
      const bytes = captureFile({ definitions: DEFINITIONS, events: inPieces(events, seeded(seed), 90) });
      const capture = await opened(bytes);
      for (const limits of LIMITS) {
        const reading = await capture.read({ views: [], temporal: limits });
        const temporal = reading.temporal as CaptureTemporal;
        const { buckets, bucketUs } = temporal;
        expect(buckets).toBeLessThanOrEqual(limits.mostBuckets);
        expect(Math.max(...temporal.cells.freed)).toBeLessThanOrEqual(buckets);
        const random = seeded(seed * 7);
        const pairs = Array.from({ length: 8 }, () => {
          const one = Math.floor(random() * buckets);
          return [one, one + Math.floor(random() * (buckets - one))] as const;
        });
        // Clocks are whole microseconds.
        const windows = pairs.map(([from, to]) => ({ fromUs: from * bucketUs, toUs: (to + 1) * bucketUs - 1 }));
        const truth = reference(events, { thresholds: [], windows, peaks: [], isolateOf });
        for (const [index, [from, to]] of pairs.entries()) {
          const found = plain(leftBehind(reading, temporal, from, to));
          const expected = plain(truth.windows[index] ?? new Map());
          expect(Object.keys(found)).toEqual(Object.keys(expected));
          for (const [key, [size, count]] of Object.entries(expected)) {
            expect(Math.abs((found[key]?.[0] ?? Number.NaN) - size), key).toBeLessThanOrEqual(1);
            expect(found[key]?.[1], key).toBeCloseTo(count, 1);
          }
        }
      }
    },
  );

  test("a free that did not happen is in no cell, and the block lives on from its birth", async () => {
    const allocate = {
      do: "allocate",
      thread: 0,
      space: "native",
      allocator: 1,
      address: 64,
      bytes: 100,
      stack: 1,
    } as const;
    const levels = (timeUs: number) =>
      ({ do: "levels", timeUs, rss: 0, buffers: 0, native: 0, engine: 0, heaps: [] }) as const;
    const events = [
      allocate,
      levels(50_000),
      { do: "free", thread: 0, address: 64 },
      { do: "restored", thread: 0 },
      levels(90_000),
    ] as const;
    const capture = await opened(captureFile({ definitions: DEFINITIONS, events: [events] }));
    const temporal = (await capture.read({ views: [], temporal: {} })).temporal as CaptureTemporal;
    const { born, freed, bytes, count } = temporal.cells;
    expect([[...born], [...freed], [...bytes], [...count]]).toEqual([[0], [temporal.buckets], [100], [1]]);
  });

  test("with fewer cells than there is room for the buckets are as fine as the timeline", async () => {
    const capture = await opened(captureFile({ definitions: DEFINITIONS, events: [randomProgram(3, 300)] }));
    const all = (await capture.read({ views: [], temporal: { mostBuckets: 1000 } })).temporal as CaptureTemporal;
    expect(all.bucketUs).toBe(capture.info.meta.timelineIntervalMs * 1000);
    const cells = all.cells.group.length;
    const enough = await capture.read({ views: [], temporal: { mostBuckets: 1000, mostCells: cells } });
    expect(enough.temporal?.cells.group.length).toBe(cells);
    const tooFew = await capture.read({ views: [], temporal: { mostBuckets: 1000, mostCells: cells - 1 } });
    expect(tooFew.temporal?.bucketUs).toBeGreaterThan(all.bucketUs);
    expect(tooFew.temporal?.cells.group.length).toBeLessThan(cells);
  });

  test("what is asked for is checked", async () => {
    const capture = await opened(captureFile({ definitions: DEFINITIONS, events: [randomProgram(1, 50)] }));
    const ask = (temporal: object, views: readonly object[] = []) =>
      expect(capture.read({ views, temporal } as never)).rejects;
    await ask({ mostBuckets: 1 }).toThrow(/mostBuckets/u);
    await ask({ mostBuckets: 1001 }).toThrow(/mostBuckets/u);
    await ask({ mostCells: 0 }).toThrow(/mostCells/u);
    await ask({ buckets: 3 }).toThrow(/buckets/u);
    await ask({}, [{ kind: "window" }]).toThrow(/temporal/u);
    for (const mostBuckets of [2, 1000]) await capture.read({ views: [], temporal: { mostBuckets } });
  });

  test("what is not asked for is not there", async () => {
    const capture = await opened(captureFile({ definitions: DEFINITIONS, events: [randomProgram(1, 50)] }));
    expect(await capture.read({ views: [{ kind: "peak" }] })).not.toHaveProperty("temporal");
  });
});
