import { describe, expect, test } from "vitest";
import { frameOf, type SampleOptions, samplesOf } from "../../../core/page/src/run/samples.js";
import { columnsOf } from "../../../core/page/src/run/table/columns.js";
import { fileRows, matching, testRows } from "../../../core/page/src/run/table/rows.js";
import { levelsOf, runningAt } from "../../../core/page/src/run/timeline/levels.js";
import { boxesOf, buildTree, type FlameNode, matchedBytes } from "../../../core/page/src/shared/flame/tree.js";
import { sorted } from "../../../core/page/src/shared/rows/columns.js";
import type { FileReport, RunReport, TimelinePoint } from "../../../core/src/runs/run-report.js";
import { sampleRun } from "./sample-run.js";

const report = sampleRun({ files: 12, testsPerFile: 5, leakEvery: 3, deathEvery: 7, fallback: true });
const ALL = ["heap", "buffers", "native"] as const;

describe("flamegraph", () => {
  const sites = report.files.flatMap((file) => file.sites);
  const nodes = (node: FlameNode): readonly FlameNode[] => [node, ...node.children.flatMap(nodes)];

  const treeOf = (options: SampleOptions) => {
    const { samples, unknownBytes } = samplesOf(sites, report, options);
    const root = buildTree(samples, (id) => frameOf(id, report), { inverted: false, folded: false });
    return { root, unknownBytes };
  };

  test("the root holds the bytes of all sites, each node those of its children and its own", () => {
    const { root } = treeOf({ spaces: ALL, figure: "bytes" });
    expect(root.bytes).toBe(sites.reduce((sum, site) => sum + site.bytes, 0));
    for (const node of nodes(root)) {
      expect(node.bytes).toBe(node.children.reduce((sum, child) => sum + child.bytes, node.ownBytes));
    }
  });

  test("of one space, and at the peak, only what is known counts; the rest is told", () => {
    const heap = treeOf({ spaces: ["heap"], figure: "peakBytes" });
    expect(heap.root.bytes).toBe(0);
    expect(heap.unknownBytes).toBe(
      sites.filter(({ space }) => space === "heap").reduce((sum, { bytes }) => sum + bytes, 0),
    );
    const buffers = treeOf({ spaces: ["buffers"], figure: "peakBytes" });
    expect(buffers.unknownBytes).toBe(0);
    expect(buffers.root.bytes).toBeGreaterThan(0);
  });

  test("what is zoomed is as wide as the graph, with its ancestors above and nothing beside it", () => {
    const { root } = treeOf({ spaces: ALL, figure: "bytes" });
    const zoomed = root.children[0]?.children[0]?.children[1] as FlameNode;
    const boxes = boxesOf(zoomed, 0);
    expect(boxes.find(({ node }) => node === zoomed)).toMatchObject({ left: 0, width: 1 });
    expect(boxes.filter(({ node }) => node.depth === zoomed.depth)).toHaveLength(1);
    expect(boxes.map(({ node }) => node.depth).slice(0, 4)).toEqual([0, 1, 2, 3]);
    for (const { left, width } of boxes) expect(left + width).toBeLessThanOrEqual(1 + 1e-9);
  });

  test("a match within a match counts once", () => {
    const { root } = treeOf({ spaces: ALL, figure: "bytes" });
    expect(matchedBytes(root, () => true)).toBe(root.bytes);
    expect(matchedBytes(root, () => false)).toBe(0);
    const some = matchedBytes(root, ({ name }) => name === "parseRecord" || name === "readLines");
    expect(some).toBeGreaterThan(0);
    expect(some).toBeLessThan(root.bytes);
  });
});

describe("table", () => {
  test("every column sorts both ways, unknown figures last in each", () => {
    const rows = [...fileRows(report), ...testRows(report)];
    const columns = columnsOf(
      () => 1,
      ({ place }) => place,
    );
    for (const column of columns) {
      for (const descending of [true, false]) {
        const values = sorted(rows, columns, { key: column.key, descending }, ({ searched }) => searched).map(
          column.value,
        );
        const known = values.filter((value) => value !== null);
        expect(values.slice(0, known.length)).toEqual(known);
        const pairs = known.slice(1).map((value, index) => [known[index], value] as const);
        for (const [one, two] of pairs)
          expect(descending ? (one as number) >= (two as number) : (one as number) <= (two as number)).toBe(true);
      }
    }
    expect(sorted(rows, columns, { key: "native", descending: true }, ({ name }) => name)).toHaveLength(rows.length);
  });

  test("all words of the filter must be in the name or the path, whatever their case", () => {
    const rows = testRows(report);
    const found = matching(rows, "  READER whole ", "all");
    expect(found.length).toBeGreaterThan(0);
    for (const row of found) expect(`${row.name} ${row.place}`.toLowerCase()).toMatch(/reader.*whole|whole.*reader/su);
    expect(matching(rows, "", "all")).toHaveLength(60);
    expect(matching(fileRows(report), "", "leaks").map(({ leaked }) => leaked.verdict)).toEqual(
      expect.arrayContaining(["leak"]),
    );
    expect(matching(rows, "", "failed").every(({ state }) => state === "failed" || state === "died")).toBe(true);
  });
});

describe("timeline", () => {
  const point = (
    ms: number,
    heapBytes: number,
    rssBytes: number | null = null,
    gc: TimelinePoint["gc"] = null,
  ): TimelinePoint => ({
    ms,
    heapBytes,
    buffersBytes: 1,
    nativeBytes: null,
    rssBytes,
    gc,
  });
  const fileAt = (
    pid: number,
    threadId: number,
    startedMs: number,
    timeline: readonly TimelinePoint[],
    shard?: number,
  ): FileReport => ({
    ...(report.files[0] as FileReport),
    worker: { pid, threadId },
    startedMs,
    durationMs: 100,
    timeline,
    ...(shard === undefined ? {} : { shard }),
  });
  const levels = (...files: readonly FileReport[]) => levelsOf({ ...report, files } as RunReport, 1000);

  test("levels of workers add up, from a worker's first reading to the end of its last file", () => {
    const two = levels(fileAt(1, 0, 0, [point(0, 10), point(50, 30)]), fileAt(2, 0, 20, [point(20, 5)]));
    expect(two.seconds).toEqual([0, 0.02, 0.05, 0.1, 0.12]);
    expect(two.heap).toEqual([10, 15, 35, 5, null]);
    expect(two.native).toEqual([null, null, null, null, null]);
  });

  test("between two files of one worker its level stands", () => {
    expect(levels(fileAt(1, 0, 0, [point(0, 10)]), fileAt(1, 0, 200, [point(200, 7)])).heap).toEqual([10, 7, null]);
  });

  test("threads of a process share its resident size, shards of equal process ids do not", () => {
    const threads = levels(fileAt(1, 1, 0, [point(0, 1, 100)]), fileAt(1, 2, 0, [point(10, 1, 120)]));
    expect(threads.rss.slice(0, 2)).toEqual([100, 120]);
    const shards = levels(fileAt(1, 1, 0, [point(0, 1, 100)], 1), fileAt(1, 1, 0, [point(10, 1, 120)], 2));
    expect(shards.rss.slice(0, 2)).toEqual([100, 220]);
  });

  test("thinning keeps the highest level, and every collection", () => {
    const many = Array.from({ length: 500 }, (_, index) =>
      point(index, index === 333 ? 9999 : 1, null, index % 50 === 0 ? "minor" : null),
    );
    const thin = levelsOf({ ...report, files: [fileAt(1, 0, 0, many)] }, 20);
    expect(thin.seconds.length).toBeLessThanOrEqual(20);
    expect(Math.max(...thin.heap.map((value) => value ?? 0))).toBe(9999);
    expect(thin.collections).toHaveLength(10);
  });

  test("files that ran at a moment are known", () => {
    const files = [fileAt(1, 0, 0, []), { ...fileAt(1, 0, 200, []), path: "later.ts" }];
    expect(runningAt({ ...report, files }, 0.25)).toEqual(["later.ts"]);
    expect(runningAt({ ...report, files }, 0.15)).toEqual([]);
  });
});
