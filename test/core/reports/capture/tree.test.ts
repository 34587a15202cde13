import { describe, expect, test } from "vitest";
import type { CallNode } from "../../../../core/src/reports/capture/call-tree.js";
import { renderTree, viewTree } from "../../../../core/src/reports/capture/tree.js";
import { frame, handMade, infoOf, LIBRARY, MAIN, MAIN_LATER, PARSE, READ, ROOT } from "./hand-made.js";

const made = handMade([
  { stack: [MAIN, PARSE, READ], bytes: 600, count: 3, space: "buffers" },
  { stack: [MAIN, PARSE], bytes: 100, count: 1, space: "heap" },
  { stack: [MAIN], bytes: 50, count: 1 },
  { stack: [MAIN_LATER, LIBRARY], bytes: 245, count: 5 },
  { stack: [], bytes: 5, count: 1 },
]);
const shown = { view: made.view, options: { kind: "peak" }, threads: [] } as const;

function find(root: CallNode, ...names: readonly string[]): CallNode {
  let node = root;
  for (const name of names) {
    const next = node.children.find((child) => child.name === name);
    if (next === undefined) throw new Error(`no ${name} below ${node.name}`);
    node = next;
  }
  return node;
}

describe("the tree of calls", () => {
  const root = viewTree(shown, made.tree, infoOf(), false);

  test("has the sum of the view at its root", () => {
    expect(root).toMatchObject({ bytes: 1000, count: 11, ownBytes: 0, estimated: true });
  });

  test("has in each node what is below it, and its own", () => {
    expect(find(root, "main")).toMatchObject({
      bytes: 750,
      ownBytes: 50,
      count: 5,
      spaces: ["buffers", "heap", "native"],
    });
    expect(find(root, "main", "parse")).toMatchObject({
      bytes: 700,
      ownBytes: 700,
      estimated: true,
      spaces: ["buffers", "heap"],
    });
    expect(find(root, "(no stack)")).toMatchObject({ bytes: 5, ownBytes: 5, estimated: false });
  });

  test("has two calls from two lines of one function", () => {
    expect(root.children.map(({ name, where }) => `${name} ${where}`)).toEqual([
      "main src/app.js:10:3",
      "main src/app.js:20:3",
      "(no stack) ",
    ]);
  });

  test("sums to the parent's bytes in every node", () => {
    const check = (node: CallNode): void => {
      const below = node.children.reduce((sum, { bytes }) => sum + bytes, 0);
      expect(node.ownBytes + below).toBe(node.bytes);
      node.children.forEach(check);
    };
    check(root);
  });
});

describe("the tree as text", () => {
  const text = (least?: number): string =>
    renderTree(shown, made.tree, infoOf(), { colour: false, width: 80, ...(least === undefined ? {} : { least }) });

  test("shows the biggest first, with shares, and counts what is small", () => {
    expect(text().split("\n").slice(3, 8)).toEqual([
      "   ~750 B   75%  main  src/app.js:10:3",
      "   ~700 B   70%  └ parse  src/parse.js:40:3",
      "    245 B   25%  main  src/app.js:20:3",
      "    245 B   25%  └ png_malloc  libpng16.so.16",
      "      5 B   <1%  … 1 more call",
    ]);
  });

  test("shows a call that has exactly the least share, not one below it", () => {
    expect(text(0.005)).toContain("(no stack)");
    expect(text(0.0051)).not.toContain("(no stack)");
  });

  test.each([60, 80, 120])("fits %i columns, however deep", (width) => {
    const deep = Array.from({ length: 120 }, (_, index) => frame(`level${index}`, `${ROOT}/src/deep.js`, index + 1));
    const { tree, view } = handMade([
      { stack: deep, bytes: 10, space: "heap" },
      { stack: [...deep.slice(0, 60), MAIN], bytes: 10 },
    ]);
    const lines = renderTree({ ...shown, view }, tree, infoOf(), { colour: false, width }).split("\n");
    expect(lines.length).toBeGreaterThan(120);
    for (const line of lines) expect([...line].length).toBeLessThanOrEqual(width);
    expect(lines.join("\n")).toContain("level119");
  });
});
