import { describe, expect, test } from "vitest";
import { viewTree } from "../../../../core/src/reports/capture/tree.js";
import {
  nodeAtCursor,
  openTree,
  pressKey,
  type TreeKey,
  type TreeState,
  treeHeight,
  treeScreen,
} from "../../../../core/src/reports/capture/tree-screen.js";
import { frame, handMade, infoOf, LIBRARY, MAIN, MAIN_LATER, NAMELESS, PARSE, ROOT } from "./hand-made.js";

const deepest = frame("deepest", `${ROOT}/src/deep.js`, 9);
const made = handMade([
  { stack: [MAIN, PARSE, deepest], bytes: 300 },
  { stack: [MAIN, PARSE, NAMELESS], bytes: 250 },
  { stack: [MAIN, LIBRARY], bytes: 50 },
  { stack: [MAIN_LATER, PARSE, deepest], bytes: 100 },
]);
const shown = { view: made.view, options: { kind: "peak" }, threads: [] } as const;
const root = viewTree(shown, made.tree, infoOf(), false);
const PAGE = 10;

function press(state: TreeState, ...keys: readonly TreeKey[]): TreeState {
  return keys.reduce((before, key) => pressKey(before, key, PAGE), state);
}

const atCursor = (state: TreeState): string => {
  const node = nodeAtCursor(state);
  return `${node?.name} ${node?.where}`;
};

describe("walking", () => {
  const start = openTree(root);

  test("begins on what allocated most, with the way to it open as far as most of it goes there", () => {
    expect(atCursor(start)).toBe("main src/app.js:10:3");
    expect(atCursor(press(start, "down", "down"))).toBe("deepest src/deep.js:9:3");
  });

  test("stops at both ends", () => {
    expect(atCursor(press(start, "up"))).toBe("main src/app.js:10:3");
    expect(atCursor(press(start, "end"))).toBe("main src/app.js:20:3");
    expect(atCursor(press(start, "end", "down", "pagedown"))).toBe("main src/app.js:20:3");
    expect(atCursor(press(start, "end", "home"))).toBe("main src/app.js:10:3");
    expect(atCursor(press(start, "pagedown", "pageup"))).toBe("main src/app.js:10:3");
  });

  test("opens a call, and with it what has but one way to go on", () => {
    const opened = press(start, "end", "right");
    expect(atCursor(press(opened, "down", "down"))).toBe("deepest src/deep.js:9:3");
    expect(atCursor(press(opened, "right"))).toBe("parse src/parse.js:40:3");
  });

  test("closes a call, and from a closed one goes to its caller", () => {
    const parse = press(start, "down");
    expect(atCursor(parse)).toBe("parse src/parse.js:40:3");
    const closed = press(parse, "left");
    expect(atCursor(press(closed, "down"))).toBe("png_malloc libpng16.so.16");
    expect(atCursor(press(closed, "left"))).toBe("main src/app.js:10:3");
    expect(press(press(start, "left"), "left").cursor).toBe(start.cursor);
  });

  test("toggles, and opens all below", () => {
    const closed = press(start, "toggle");
    expect(atCursor(press(closed, "down"))).toBe("main src/app.js:20:3");
    expect(press(closed, "toggle").open.has(start.cursor)).toBe(true);
    const all = press(closed, "all", "end", "up");
    expect(atCursor(all)).toBe("png_malloc libpng16.so.16");
  });

  test("does nothing in an empty tree", () => {
    const empty = openTree({ ...root, children: [] });
    expect(press(empty, "down", "right", "all", "left")).toEqual(empty);
    expect(nodeAtCursor(empty)).toBeUndefined();
  });
});

describe("the screen", () => {
  const heading = ["heading"];
  const source = Array.from({ length: 50 }, (_, index) => `line ${index + 1}`);
  const linesOf = (state: TreeState, width: number, height: number, text: readonly string[] | null = source) =>
    treeScreen(state, { width, height, heading, source: text, colour: false });

  test.each([
    [80, 24],
    [80, 40],
    [120, 24],
    [120, 50],
  ])("of %i columns and %i lines is filled exactly", (width, height) => {
    const { lines } = linesOf(openTree(root), width, height);
    expect(lines).toHaveLength(height);
    for (const line of lines) expect([...line].length).toBeLessThanOrEqual(width);
  });

  test("marks the call that the cursor is on, and shows its line in the source", () => {
    for (const width of [80, 120]) {
      const text = linesOf(openTree(root), width, 24).lines.join("\n");
      expect(text).toMatch(/^❯ +600 B/mu);
      expect(text).toContain("❯ 10 line 10");
    }
  });

  test("says so where the source is not there, or no line is known", () => {
    expect(linesOf(openTree(root), 120, 24, null).lines.join("\n")).toContain("the source is not there");
    const library = press(openTree(root), "down", "left", "down");
    expect(linesOf(library, 120, 24).lines.join("\n")).toContain("no line is known");
  });

  test("follows the cursor", () => {
    const many = handMade(
      Array.from({ length: 100 }, (_, index) => ({
        stack: [frame(`f${index}`, `${ROOT}/f.js`, index + 1)],
        bytes: 1000 - index,
      })),
    );
    const tree = viewTree({ ...shown, view: many.view }, many.tree, infoOf(), false);
    const rows = treeHeight({ width: 120, height: 24, heading });
    let drawn = linesOf(openTree(tree), 120, 24);
    for (const key of ["end", "pageup", "up", "home", "pagedown", "down"] as const) {
      drawn = linesOf(pressKey(drawn.state, key, rows), 120, 24);
      expect(drawn.lines.join("\n")).toMatch(new RegExp(`^❯.* ${nodeAtCursor(drawn.state)?.name}  `, "mu"));
      expect(drawn.lines).toHaveLength(24);
    }
  });
});
