import { describe, expect, test } from "vitest";
import type { ObjectGroup, RetainingPath, SnapshotAnalysis, SnapshotDiff } from "../../../../core/src/graph/types.js";
import { newBytes, renderSnapshot, renderSnapshotDiff } from "../../../../core/src/reports/capture/snapshot-text.js";

const summary = {
  nodes: 1000,
  edges: 5000,
  bytes: 2_000_000,
  reachableBytes: 1_000_000,
  lastObjectId: 1,
  traces: false,
  ownBytes: 1,
};
const place = { url: "file:///home/me/app/cache.js", scriptId: 1, line: 3, column: 7 };
const path: RetainingPath = {
  root: "module",
  place: { ...place, line: 0, column: 0 },
  native: false,
  avoided: false,
  steps: [
    {
      kind: "object",
      type: "Map",
      detail: "",
      place: null,
      edge: "module variable",
      name: "cache",
      objectId: 3,
      times: 1,
    },
    { kind: "object", type: "Session", detail: "", place: null, edge: "value", name: "alice", objectId: 5, times: 1 },
  ],
};
const session = { kind: "object", type: "Session", detail: "", place: null } as const;
const analysis: SnapshotAnalysis = {
  summary,
  types: [{ ...session, count: 1200, shallowBytes: 48_000, retainedBytes: 500_000 }],
  biggest: [{ ...session, objectId: 5, shallowBytes: 48, retainedBytes: 400_000, path }],
  duplicateStrings: [{ value: 'a "quoted" text', count: 40, bytes: 4000 }],
};
const group: ObjectGroup = {
  ...session,
  count: 12,
  shallowBytes: 576,
  retainedBytes: 120_000,
  births: [],
  contents: [],
  objectIds: [],
  path,
  holds: [{ kind: "buffer", type: "Buffer", detail: "", place: null, count: 12, bytes: 100_000 }],
  traces: [],
};
const diff: SnapshotDiff = {
  before: summary,
  after: { ...summary, reachableBytes: 1_250_000 },
  sameProcess: true,
  grown: [
    {
      ...session,
      countBefore: 3,
      countAfter: 15,
      bytesBefore: 144,
      bytesAfter: 720,
      retainedBytesBefore: 1,
      retainedBytesAfter: 150_000,
      path,
    },
  ],
  groups: [group],
};
const options = { colour: false, width: 120, root: "/home/me/app", title: "a.heapsnapshot" } as const;

describe("a snapshot", () => {
  const text = renderSnapshot(analysis, options);

  test("has its sums", () => {
    expect(text).toMatch(/^a\.heapsnapshot\n2 MB in 1,000 objects, 1 MB of it reachable$/mu);
  });

  test("tells what retains most, with its share and what keeps it alive", () => {
    expect(text).toContain(
      '  400 kB   40%  Session  itself 48 B\n                  module cache.js → variable cache (Map) → value of "alice" (Session)\n',
    );
  });

  test("has types and texts that are there more than once", () => {
    expect(text).toMatch(/500 kB +50% +48 kB +1,200 +Session/u);
    expect(text).toMatch(/4 kB +40 +"a \\"quoted\\" text"/u);
  });

  test("lists no more than the limit", () => {
    const many = {
      ...analysis,
      biggest: Array.from({ length: 5 }, () => analysis.biggest[0]).flatMap((one) => one ?? []),
    };
    expect(renderSnapshot(many, { ...options, limit: 2 }).match(/itself/gu)).toHaveLength(2);
  });
});

describe("two snapshots", () => {
  test("tell new objects in groups, with what they hold and what keeps them", () => {
    const text = renderSnapshotDiff(diff, options);
    expect(text).toContain("reachable 1 MB, now 1.25 MB: +250 kB");
    expect(text).toContain("  120 kB      12 × Session  with 12 Buffer (100 kB)");
    expect(text).toContain("variable cache (Map)");
    expect(newBytes(diff)).toBe(120_000);
  });

  test("of two processes say that objects cannot be told apart", () => {
    const text = renderSnapshotDiff({ ...diff, sameProcess: false, groups: [] }, options);
    expect(text).toContain("objects cannot be told apart");
    expect(text).toMatch(/\+576 B +\+12 +150 kB +Session\n +module cache\.js → /u);
    expect(newBytes({ ...diff, sameProcess: false, groups: [] })).toBeNull();
  });

  test("say so where nothing is new", () => {
    const text = renderSnapshotDiff({ ...diff, groups: [], grown: [] }, options);
    expect(text).toContain("No object is new.");
    expect(text).toContain("No type has grown.");
  });

  test.each([60, 80, 120])("fit %i columns", (width) => {
    for (const text of [
      renderSnapshot(analysis, { ...options, width }),
      renderSnapshotDiff(diff, { ...options, width }),
    ]) {
      for (const line of text.split("\n")) expect([...line].length).toBeLessThanOrEqual(width);
    }
  });
});
