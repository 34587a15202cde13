// A leak run whose batches and recorded calls are in one graph, against what the fixture keeps.
import { beforeAll, expect, test } from "vitest";
import type { RawBigBuffer } from "../../../core/src/capture/graph-binding.js";
import { runFixture } from "./run-fixture.js";
import { showPath } from "./show-path.js";

interface Told {
  readonly type: string;
  readonly births: readonly number[];
  readonly functions: readonly string[];
}
interface Found {
  readonly groups: readonly Told[];
  readonly biggest: RawBigBuffer | null;
  readonly journal: number;
  readonly sameId: boolean;
  readonly readingsAfter: number;
  readonly bornAfter: number;
  readonly later: readonly Told[];
}

let found: Found;
beforeAll(async () => {
  found = await runFixture<Found>("leak-run.cjs");
});

test("stacks that are recorded from the middle of a run on are in the graph beside what is older", () => {
  const groups = [...found.groups].sort((a, b) => a.type.localeCompare(b.type));
  expect(groups).toEqual([
    { type: "Note", births: [0, 10], functions: ["writeNotes"] },
    { type: "Session", births: [10, 0], functions: [] },
  ]);
});

test("a run that starts over forgets its boundaries and stacks, while objects keep their ids", () => {
  expect(found.readingsAfter).toBe(0);
  expect(found.sameId).toBe(true);
  // V8's own may be among them.
  expect(found.bornAfter).toBeGreaterThanOrEqual(10);
  expect(found.bornAfter).toBeLessThan(20);
  expect(found.later).toEqual([{ type: "Session", births: [10], functions: [] }]);
});

test("the biggest buffer is the one with most memory, and has the way to its owner", () => {
  expect(found.biggest?.bytes).toBe(found.journal);
  expect(found.biggest?.type).toBe("ArrayBuffer");
  expect(showPath(found.biggest?.path ?? null)).toBe("module leak-run.cjs: module variable journal: ArrayBuffer");
});
