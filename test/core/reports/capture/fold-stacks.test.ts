import { describe, expect, test } from "vitest";
import { foldStacks, onlySpaces, onlyThreads } from "../../../../core/src/reports/capture/fold-stacks.js";
import { EMIT, frame, handMade, MAIN, PACKAGE, PARSE, READ, RUNNER } from "./hand-made.js";

/** Names from the outermost frame to where the row's bytes are. */
function pathsOf(rows: Parameters<typeof handMade>[0], allFrames = false): readonly string[] {
  const { tree, view } = handMade(rows);
  const folded = foldStacks(tree, allFrames);
  return view.rows.map((row) => {
    const names: string[] = [];
    for (let node = folded.nodeOf[row.node] ?? 0; node !== 0; node = folded.tree.parents[node] ?? 0) {
      names.unshift(folded.tree.frames[folded.tree.frameOf[node] ?? -1]?.functionName ?? "?");
    }
    return names.join(" > ");
  });
}

describe("folding", () => {
  test("gives what Node allocated to the function that called it", () => {
    expect(pathsOf([{ stack: [MAIN, PARSE, READ, EMIT], bytes: 1 }])).toEqual(["main > parse"]);
  });

  test("leaves out frames of Node and of runners between and around the program's", () => {
    expect(pathsOf([{ stack: [RUNNER, MAIN, EMIT, PARSE], bytes: 1 }])).toEqual(["main > parse"]);
  });

  test("keeps dependencies and native code", () => {
    const native = frame("encode", "/app/build/codec.node", null, { kind: "native", owner: "native" });
    expect(pathsOf([{ stack: [MAIN, PACKAGE, native], bytes: 1 }])).toEqual(["main > inflate > encode"]);
  });

  test("names the owner of the innermost frame where nothing is the program's", () => {
    expect(
      pathsOf([
        { stack: [READ], bytes: 1 },
        { stack: [RUNNER, READ], bytes: 1 },
        { stack: [READ, RUNNER], bytes: 1 },
      ]),
    ).toEqual(["(Node.js itself)", "(Node.js itself)", "(the test runner)"]);
  });

  test("does not fold a stack that could not be resolved, nor what stands for frames without room", () => {
    const unresolved = frame("", "", null, { kind: "unresolved", owner: "unknown" });
    const truncated = frame("", "", null, { kind: "truncated", owner: "unknown" });
    expect(pathsOf([{ stack: [unresolved], bytes: 1 }])).toEqual([""]);
    expect(pathsOf([{ stack: [truncated, MAIN], bytes: 1 }])).toEqual([" > main"]);
  });

  test("leaves what has no stack without one", () => {
    expect(pathsOf([{ stack: [], bytes: 1 }])).toEqual([""]);
  });

  test("makes one node of stacks that differ by folded frames alone", () => {
    const { tree, view } = handMade([
      { stack: [MAIN, EMIT, PARSE], bytes: 1 },
      { stack: [MAIN, READ, PARSE], bytes: 2 },
    ]);
    const { nodeOf } = foldStacks(tree, false);
    expect(new Set(view.rows.map(({ node }) => nodeOf[node])).size).toBe(1);
  });

  test("has every parent before its children", () => {
    const { tree } = handMade([{ stack: [RUNNER, MAIN, EMIT, PARSE, READ], bytes: 1 }]);
    const folded = foldStacks(tree, false);
    folded.tree.parents.forEach((parent, node) => {
      if (node > 0) expect(parent).toBeLessThan(node);
    });
  });

  test("changes nothing where all frames are asked for", () => {
    expect(pathsOf([{ stack: [RUNNER, MAIN, EMIT, READ], bytes: 1 }], true)).toEqual([
      "runTest > main > emit > readFileSync",
    ]);
  });
});

describe("narrowing a view", () => {
  const { view } = handMade([
    { stack: [MAIN], bytes: 10, count: 1, thread: 1 },
    { stack: [MAIN], bytes: 20, count: 2, thread: 2, space: "buffers" },
    { stack: [MAIN], bytes: 40, count: 4, thread: 2, space: "heap" },
  ]);

  test("to threads sums what is left", () => {
    expect(onlyThreads(view, new Set([2]))).toMatchObject({ bytes: 60, count: 6 });
    expect(onlyThreads(view, null)).toBe(view);
    expect(onlyThreads(view, new Set())).toMatchObject({ bytes: 0, count: 0, rows: [] });
  });

  test("to spaces says which they are", () => {
    expect(onlySpaces(view, ["heap"])).toMatchObject({ bytes: 40, count: 4, spaces: ["heap"], unknownSpaces: [] });
    const unknown = { ...view, unknownSpaces: ["heap" as const] };
    expect(onlySpaces(unknown, ["heap"]).unknownSpaces).toEqual(["heap"]);
    expect(onlySpaces(unknown, ["native"]).unknownSpaces).toEqual([]);
  });
});
