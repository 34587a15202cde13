import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type Row, rowsOf, windowRows } from "../../../../core/page/src/capture/rows.js";
import { gatherSites } from "../../../../core/page/src/capture/sites.js";
import { makeStacks, type Stacks } from "../../../../core/page/src/capture/stacks.js";
import { buildTree } from "../../../../core/page/src/shared/flame/tree.js";
import type { CaptureFrame, CaptureRow, StackTree } from "../../../../core/src/capture-files/model/capture.js";
import { joinViews } from "../../../../core/src/reports/capture/html/join-views.js";
import type { CapturePageData, PageViews } from "../../../../core/src/reports/capture/html/page-data.js";
import { excerptsOf } from "../../../../core/src/reports/capture/html/page-sources.js";
import { collectStacks } from "../../../../core/src/reports/capture/html/page-stacks.js";
import { renderCapturePage, type ShownCapture } from "../../../../core/src/reports/capture/html/render-views.js";
import { sampleCapture } from "../../../e2e/pages/sample-capture.js";

const frame = (given: Partial<CaptureFrame>): CaptureFrame => ({
  kind: "javascript",
  functionName: "f",
  file: "/app/a.js",
  line: 1,
  column: 1,
  lineIsFunction: false,
  inlined: false,
  owner: "user",
  ...given,
});

/** Stacks as paths of frames, outermost first; node `index + 1` of the result is not promised: `nodes` says it. */
function treeOf(frames: readonly CaptureFrame[], ...stacks: readonly (readonly number[])[]) {
  const parents = [0];
  const frameOf = [-1];
  const nodes = stacks.map((stack) =>
    stack.reduce((parent, id) => {
      const known = parents.findIndex((each, node) => node > 0 && each === parent && frameOf[node] === id);
      if (known > 0) return known;
      frameOf.push(id);
      return parents.push(parent) - 1;
    }, 0),
  );
  const tree: StackTree = { frames, parents: Uint32Array.from(parents), frameOf: Int32Array.from(frameOf) };
  return { tree, nodes };
}

const row = (node: number, bytes: number, given: Partial<CaptureRow> = {}): CaptureRow => ({
  node,
  thread: 1,
  space: "native",
  allocator: "malloc",
  bytes,
  count: 1,
  ...given,
});

function dataOf(html: string): CapturePageData {
  const packed = /id="report">([^<]+)</u.exec(html)?.[1] ?? "";
  return JSON.parse(gunzipSync(Buffer.from(packed, "base64")).toString("utf8")) as CapturePageData;
}

const viewsOf = (capture: ShownCapture): PageViews => dataOf(renderCapturePage(capture)).content as PageViews;
const stacksOf = (capture: ShownCapture): Stacks => makeStacks(dataOf(renderCapturePage(capture)).stacks);
const sum = (rows: readonly { readonly bytes: number }[]): number => rows.reduce((all, { bytes }) => all + bytes, 0);

describe("what a page holds", () => {
  const capture = sampleCapture({ views: ["peak", "allocated"], temporal: true });

  test("has the rows of each view, each with its own stack", () => {
    const stacks = stacksOf(capture);
    for (const [index, { view }] of capture.shown.entries()) {
      const held = rowsOf((viewsOf(capture).views[index] as PageViews["views"][number]).rows);
      expect(sum(held)).toBe(view.rows.reduce((all, { bytes }) => all + Math.round(bytes), 0));
      for (const [at, { node }] of view.rows.entries()) {
        const names: string[] = [];
        const { tree } = capture.reading;
        for (let each = node; each > 0; each = tree.parents[each] ?? 0)
          names.push(tree.frames[tree.frameOf[each] ?? -1]?.functionName || "(anonymous)");
        const shown = stacks.of(held[at]?.node ?? 0).map((id) => stacks.frame(id).name);
        expect(shown.map((name) => (name === "(unknown)" ? "(anonymous)" : name))).toEqual(names);
      }
    }
  });

  test("paths are relative to the working directory; a native frame has its object's name", () => {
    const { files } = dataOf(renderCapturePage(capture)).stacks;
    expect(files).toContain("src/server.ts");
    expect(files).toContain("png.node");
    expect(files.filter((file) => file.startsWith("/srv"))).toEqual([]);
  });

  test("a window of one bucket more has what was born in it and lost what was freed in it", () => {
    const { temporal } = viewsOf(capture);
    if (temporal === null) throw new Error("there are no windows");
    const { cells } = temporal;
    const within = (is: (at: number) => boolean): number =>
      cells.bytes.reduce((all, bytes, at) => (is(at) ? all + bytes : all), 0);
    for (const to of [0, 1, 80, 158]) {
      const before = sum(windowRows(temporal, 0, to));
      const born = within((at) => cells.born[at] === to + 1 && (cells.freed[at] ?? 0) > to + 1);
      const freed = within((at) => (cells.born[at] ?? 0) <= to && cells.freed[at] === to + 1);
      expect(sum(windowRows(temporal, 0, to + 1))).toBe(before + born - freed);
    }
    const all = windowRows(temporal, 0, temporal.buckets - 1);
    expect(sum(all)).toBe(within((at) => cells.freed[at] === temporal.buckets));
  });

  test("of windows only the spaces and threads that were asked for", () => {
    const kept = dataOf(renderCapturePage(capture, { spaces: ["native"], threads: new Set([2]) })).content as PageViews;
    if (kept.temporal === null) throw new Error("there are no windows");
    const rows = windowRows(kept.temporal, 0, kept.temporal.buckets - 1);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every(({ space, thread }) => space === 2 && thread === 2)).toBe(true);
  });

  test("beyond forty thousand rows the smallest are one, and told", () => {
    const { tree, nodes } = treeOf([frame({})], [0]);
    const collector = collectStacks(tree, "/app");
    const rows = Array.from({ length: 40_003 }, (_, at) => row(nodes[0] ?? 0, at + 1));
    const held = collector.rows(rows);
    expect(held.node).toHaveLength(40_001);
    expect(held.bytes.at(-1)).toBe(1 + 2 + 3);
    expect(collector.small).toEqual({ rows: 3, bytes: 6 });
    expect(collector.rows(rows.slice(0, 40_000)).node).toHaveLength(40_000);
    expect(collector.small).toEqual({ rows: 3, bytes: 6 });
  });
});

describe("sites", () => {
  const frames = [
    frame({ functionName: "main" }),
    frame({ functionName: "parse" }),
    frame({ functionName: "dep", owner: "dependency" }),
    frame({ functionName: "node", owner: "node" }),
  ];
  const { tree, nodes } = treeOf(frames, [0, 1, 2, 3], [0, 1], [0, 3], [2, 3]);
  const [deep, parse, outer, foreign] = nodes as [number, number, number, number];
  const collector = collectStacks(tree, "");
  const rows = rowsOf(
    collector.rows([
      row(deep, 100),
      row(parse, 10),
      row(outer, 1),
      row(foreign, 1000),
      row(0, 5),
      row(deep, 20, { thread: 2 }),
    ]),
  );
  const stacks = makeStacks(collector.stacks());
  const sites = gatherSites(rows, stacks).map((site) => [
    stacks.frame(site.frame).name,
    site.thread,
    site.bytes,
    site.totalBytes,
  ]);

  test("are of the innermost function of the program's own, by thread; with callees counts all stacks with it", () => {
    expect(sites).toEqual([
      ["parse", 1, 110, 110],
      ["main", 1, 1, 111],
      ["dep", 1, 1000, 1100],
      ["(no stack)", 1, 5, 5],
      ["parse", 2, 20, 20],
    ]);
  });

  test("frames of Node that follow each other are one box, others are each by themselves", () => {
    const samples = [{ stack: [3, 3, 1, 3, 0], bytes: 7, count: 1, estimated: false }];
    const frameOf = (id: number) => ({
      name: frames[id]?.functionName ?? "",
      place: "",
      owner: frames[id]?.owner ?? "user",
    });
    const names = (options: { inverted: boolean; folded: boolean }): string[] => {
      const found: string[] = [];
      for (let node = buildTree(samples, frameOf, options); ; node = node.children[0] as typeof node) {
        found.push(node.name);
        if (node.children.length === 0) return found;
      }
    };
    expect(names({ inverted: false, folded: true })).toEqual(["all", "main", "(Node)", "parse", "(Node)"]);
    expect(names({ inverted: true, folded: true })).toEqual(["all", "(Node)", "parse", "(Node)", "main"]);
    expect(names({ inverted: false, folded: false })).toEqual(["all", "main", "node", "parse", "node", "node"]);
  });
});

describe("source", () => {
  const text = Array.from({ length: 100 }, (_, at) => `line ${at + 1}`).join("\n");
  const read = (file: string) => (file.endsWith(".js") ? { text, changedMs: 5 } : null);
  const numbers = (rows: readonly Row[] | readonly CaptureRow[], tree: StackTree): readonly number[] =>
    excerptsOf(rows, tree, read).flatMap(({ lines }) => lines.map(([line]) => line));

  test("is held six lines around each place, overlaps once, to the ends of the file", () => {
    const { tree, nodes } = treeOf([frame({ line: 2 }), frame({ line: 10 }), frame({ line: 99 })], [0, 1], [2]);
    const held = numbers([row(nodes[0] ?? 0, 5), row(nodes[1] ?? 0, 5)], tree);
    expect(held).toEqual([
      ...Array.from({ length: 16 }, (_, at) => at + 1),
      ...Array.from({ length: 8 }, (_, at) => at + 93),
    ]);
  });

  test("is not held of Node, of files that cannot be read, and of what holds nothing", () => {
    const frames = [
      frame({ owner: "node" }),
      frame({ file: "/app/b.ts" }),
      frame({ line: null }),
      frame({ line: 101 }),
      frame({}),
    ];
    const { tree, nodes } = treeOf(frames, [0, 1, 2, 3], [4]);
    expect(numbers([row(nodes[0] ?? 0, 5)], tree)).toEqual([]);
    expect(numbers([row(nodes[1] ?? 0, 5)], tree)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
});

describe("the difference of two captures", () => {
  const sideOf = (
    frames: readonly CaptureFrame[],
    rows: (nodes: readonly number[]) => readonly CaptureRow[],
    cwd = "/app",
  ) => {
    const { tree, nodes } = treeOf(frames, ...frames.map((_, id) => [id]));
    const own = rows(nodes);
    const sample = sampleCapture({ cwd });
    const [shown] = sample.shown;
    if (shown === undefined) throw new Error("there is no view");
    return { info: sample.info, tree, view: { ...shown.view, rows: own } };
  };
  const amounts = ({ tree, rows }: ReturnType<typeof joinViews>) =>
    rows.map(({ node, before, after }) => {
      const { functionName, line } = tree.frames[tree.frameOf[node] ?? -1] ?? frame({});
      return [functionName, line, before.bytes, after.bytes];
    });

  test("a function that moved is the same, in another directory too", () => {
    const before = sideOf([frame({ line: 5 })], ([node = 0]) => [row(node, 10)]);
    const after = sideOf([frame({ line: 9, file: "/new/a.js" })], ([node = 0]) => [row(node, 30)], "/new");
    expect(amounts(joinViews(before, after))).toEqual([["f", 9, 10, 30]]);
  });

  test("lines that both know are by themselves; of all others of a function the line is not told", () => {
    const lines = (...numbers: readonly number[]) => numbers.map((line) => frame({ line }));
    const each = (nodes: readonly number[]) => nodes.map((node, at) => row(node, 10 ** at));
    const joined = amounts(joinViews(sideOf(lines(5, 7), each), sideOf(lines(5, 8, 9), each)));
    expect(joined).toEqual([
      ["f", 5, 1, 1],
      ["f", null, 10, 110],
    ]);
  });

  test("what is gone, what is new, and what another allocator gave are rows of their own; threads are not", () => {
    const before = sideOf([frame({ functionName: "gone" }), frame({})], ([gone = 0, kept = 0]) => [
      row(gone, 1),
      row(kept, 2),
      row(kept, 3, { thread: 2 }),
    ]);
    const after = sideOf([frame({ functionName: "new" }), frame({})], ([made = 0, kept = 0]) => [
      row(made, 4),
      row(kept, 5, { allocator: "calloc" }),
    ]);
    expect(amounts(joinViews(before, after)).sort()).toEqual([
      ["f", 1, 0, 5],
      ["f", 1, 5, 0],
      ["gone", 1, 1, 0],
      ["new", 1, 0, 4],
    ]);
  });
});
