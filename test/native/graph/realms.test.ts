// What a test file's tests leave alive, and who keeps a whole realm: the two questions of the leak gate.
import { beforeAll, expect, test } from "vitest";
import type { RawInterval } from "../../../core/src/capture/birth-binding.js";
import type { RawPath } from "../../../core/src/capture/graph-binding.js";
import { runFixture } from "./run-fixture.js";
import { showPath } from "./show-path.js";

interface Found {
  readonly rows: readonly RawInterval[];
  readonly refused: string;
  readonly itself: RawPath | null;
  readonly held: RawPath | null;
}

let found: Found;
beforeAll(async () => {
  found = await runFixture<Found>("realms.cjs");
});

test("an interval has what was born in it and is alive, not what is older, younger, or gone", () => {
  const { rows } = found;
  expect(rows.map(({ buffers }) => buffers)).toEqual([
    { bytes: 1010, count: 1 },
    { bytes: 1000, count: 1 },
    { bytes: 2000, count: 1 },
  ]);
  // Of the objects that were kept the last ones, and all of the third interval, were let go of.
  const objects = rows.map(({ heap }) => heap.count);
  expect(objects[0]).toBeGreaterThanOrEqual(5);
  expect(objects[2]).toBeLessThan(500);
});

test("intervals follow each other without a gap", () => {
  const { rows } = found;
  expect(rows.map(({ firstObjectId }) => firstObjectId).slice(1)).toEqual(
    rows.map(({ lastObjectId }) => lastObjectId).slice(0, -1),
  );
  for (const { firstObjectId, lastObjectId } of rows) expect(lastObjectId).toBeGreaterThan(firstObjectId);
});

test("a mark after the end is refused", () => {
  expect(found.refused).toBe("MEMSPEC_MEASUREMENT_CLOSED");
});

test("a realm's global object is where ways begin, unless who holds it is the question", () => {
  expect(found.itself?.root).toBe("global");
  expect(found.itself?.steps.length).toBeLessThan(2);
  const way = showPath(found.held);
  expect(way).toContain("module realms.cjs: module variable holder: Object -> property callback: closure ");
  expect(found.held?.avoided).toBe(false);
});
