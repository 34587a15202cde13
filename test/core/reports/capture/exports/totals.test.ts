import { describe, expect, test } from "vitest";
import type { CaptureSpace, ViewKind } from "../../../../../core/src/capture-files/model/capture.js";
import { type ExportSource, frameName, stackOf } from "../../../../../core/src/reports/capture/exports/export-model.js";
import { EXPORT_FORMATS, renderExport } from "../../../../../core/src/reports/capture/exports/render-export.js";
import { toSpeedscope } from "../../../../../core/src/reports/capture/exports/speedscope.js";
import { READERS, type ReadStack, readSpeedscope, sumOf } from "./read-exports.js";
import { sampleCapture, sampleFrame, sampleSource, treeOf } from "./sample-capture.js";

const KINDS: readonly ViewKind[] = ["peak", "leaked", "temporary", "allocated", "window"];
const CHOICES: readonly (readonly CaptureSpace[])[] = [
  ["heap", "buffers", "native"],
  ["heap"],
  ["native"],
  ["buffers", "native"],
];

describe.each(EXPORT_FORMATS)("%s", (format) => {
  const read = (source: ExportSource): readonly ReadStack[] => READERS[format](renderExport(format, source));

  test("has the bytes and the count of the view, whatever is in it", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const kind = KINDS[seed % KINDS.length] ?? "peak";
      const source = sampleCapture({ seed, kind, spaces: CHOICES[seed % CHOICES.length] ?? [], nodes: 1 + seed * 7 });
      const stacks = read(source);
      expect(sumOf(stacks, "bytes"), `bytes of seed ${seed}`).toBe(source.view.bytes);
      expect([source.view.count, null], `count of seed ${seed}`).toContain(sumOf(stacks, "count"));
    }
  });

  test("has each space's own bytes, where it tells spaces apart", () => {
    const source = sampleCapture({ seed: 7 });
    const stacks = read(source);
    for (const space of source.view.spaces) {
      const told = stacks.filter((stack) => stack.space === space);
      const truth = source.view.rows.filter((row) => row.space === space).reduce((sum, { bytes }) => sum + bytes, 0);
      if (stacks.every((stack) => stack.space !== null)) expect(sumOf(told, "bytes")).toBe(truth);
    }
  });

  test("tells sums above 2^32 to the byte", () => {
    const tree = treeOf([sampleFrame({ functionName: "big" })], [[0, 0]]);
    const row = {
      node: 1,
      thread: 0,
      space: "native" as const,
      allocator: "mmap",
      bytes: 2 ** 52 + 1,
      count: 2 ** 33 + 1,
    };
    const stacks = read(sampleSource(tree, [row]));
    expect(sumOf(stacks, "bytes")).toBe(2 ** 52 + 1);
    expect([2 ** 33 + 1, null]).toContain(sumOf(stacks, "count"));
  });

  test("is a file of nothing where nothing was allocated", () => {
    expect(read(sampleSource(treeOf([], []), []))).toEqual([]);
  });

  test("writes the same bytes for the same view", () => {
    expect(renderExport(format, sampleCapture({ seed: 3 }))).toEqual(renderExport(format, sampleCapture({ seed: 3 })));
  });

  test("takes stacks of two thousand frames", () => {
    const depth = 2000;
    const tree = treeOf(
      [sampleFrame({ functionName: "again" })],
      Array.from({ length: depth }, (_, index) => [index, 0]),
    );
    const row = { node: depth, thread: 0, space: "heap" as const, allocator: "", bytes: 64, count: 1 };
    expect(sumOf(read(sampleSource(tree, [row])), "bytes")).toBe(64);
  });
});

test.each(["speedscope", "pprof", "heapprofile", "gprof2dot"] as const)(
  "%s has each stack, innermost first, with its own bytes",
  (format) => {
    // Names that every format keeps as they are.
    const frames = ["outer", "middle", "inner", "other"].map((functionName) =>
      sampleFrame({ functionName, file: "/a.ts" }),
    );
    const tree = treeOf(frames, [
      [0, 0],
      [1, 1],
      [2, 2],
      [1, 3],
      [0, 2],
    ]);
    const bytes = [1, 20, 300, 4000, 50_000, 600_000];
    const rows = bytes.map((each, node) => ({
      node,
      thread: 0,
      space: "native" as const,
      allocator: "malloc",
      bytes: each,
      count: 1,
    }));
    const source = sampleSource(tree, rows);
    const told = READERS[format](renderExport(format, source)).map((stack) => [stack.stack.join(" < "), stack.bytes]);
    const truth = rows.map((row) => [stackOf(tree, row.node).map(frameName).join(" < "), row.bytes]);
    expect(Object.fromEntries(told)).toEqual({
      "(no stack)": 1,
      outer: 20,
      "middle < outer": 300,
      "inner < middle < outer": 4000,
      "other < outer": 50_000,
      inner: 600_000,
    });
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(truth));
  },
);

test("speedscope has a profile of all spaces, and one of each that has rows", () => {
  const source = sampleCapture({ seed: 11, spaces: ["heap", "native"] });
  const file = toSpeedscope(source);
  expect(file.profiles.map(({ name }) => name.split(",")[0])).toEqual(["all", "heap", "native"]);
  const [all = 0, ...each] = file.profiles.map((_, index) => sumOf(readSpeedscope(file, index), "bytes") ?? Number.NaN);
  expect(each.reduce((sum, bytes) => sum + bytes, 0)).toBe(all);
  expect(file.profiles.map(({ endValue }) => endValue)).toEqual([all, ...each]);
});
