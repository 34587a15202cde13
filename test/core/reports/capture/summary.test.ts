import { describe, expect, test } from "vitest";
import { functionsOf } from "../../../../core/src/reports/capture/by-function.js";
import { foldStacks } from "../../../../core/src/reports/capture/fold-stacks.js";
import { renderSummary, type SummaryOptions } from "../../../../core/src/reports/capture/summary.js";
import { frame, handMade, infoOf, MAIN, MAIN_LATER, NAMELESS, PARSE, READ, ROOT } from "./hand-made.js";

function rowsOf(rows: Parameters<typeof handMade>[0], heapIsExact = false) {
  const { tree, view } = handMade(rows);
  const found = functionsOf(view, foldStacks(tree, false), { root: ROOT, heapIsExact });
  return Object.fromEntries(found.map(({ name, ...rest }) => [name, rest]));
}

describe("functions", () => {
  test("have their own bytes and those of all that they called", () => {
    const rows = rowsOf([
      { stack: [MAIN], bytes: 1, count: 1 },
      { stack: [MAIN, PARSE], bytes: 10, count: 2 },
      { stack: [MAIN, PARSE, READ], bytes: 100, count: 3 },
    ]);
    expect(rows["main"]).toMatchObject({ ownBytes: 1, ownCount: 1, totalBytes: 111, totalCount: 6 });
    expect(rows["parse"]).toMatchObject({ ownBytes: 110, ownCount: 5, totalBytes: 110, totalCount: 5 });
    expect(Object.keys(rows)).toHaveLength(2);
  });

  test("that call themselves count once for each allocation", () => {
    const rows = rowsOf([{ stack: [MAIN, PARSE, MAIN_LATER, PARSE], bytes: 7, count: 1 }]);
    expect(rows["parse"]).toMatchObject({ ownBytes: 7, totalBytes: 7, totalCount: 1 });
    expect(rows["main"]).toMatchObject({ ownBytes: 0, totalBytes: 7, totalCount: 1 });
  });

  test("are told with the line that most bytes went through, and how many more", () => {
    const rows = rowsOf([
      { stack: [MAIN], bytes: 5 },
      { stack: [MAIN_LATER], bytes: 6 },
    ]);
    expect(rows["main"]).toMatchObject({ where: "src/app.js:20", furtherLines: 1, ownBytes: 11 });
  });

  test("without a name are one for each place", () => {
    const other = frame("", NAMELESS.file, 31);
    const { tree, view } = handMade([
      { stack: [NAMELESS], bytes: 1 },
      { stack: [other], bytes: 2 },
    ]);
    expect(functionsOf(view, foldStacks(tree, false), { root: ROOT, heapIsExact: true })).toHaveLength(2);
  });

  test("of one name in two files are two", () => {
    const { tree, view } = handMade([
      { stack: [MAIN], bytes: 1 },
      { stack: [frame("main", `${ROOT}/src/other.js`, 10)], bytes: 2 },
    ]);
    expect(functionsOf(view, foldStacks(tree, false), { root: ROOT, heapIsExact: true })).toHaveLength(2);
  });

  test("mark what samples of the heap are part of, and nothing else", () => {
    const stacks = [
      { stack: [MAIN], bytes: 1, space: "buffers" },
      { stack: [MAIN, PARSE], bytes: 1, space: "heap" },
    ] as const;
    expect(rowsOf(stacks)["main"]).toMatchObject({ ownIsEstimated: false, totalIsEstimated: true });
    expect(rowsOf(stacks)["parse"]).toMatchObject({ ownIsEstimated: true, totalIsEstimated: true });
    expect(rowsOf(stacks, true)["main"]).toMatchObject({ ownIsEstimated: false, totalIsEstimated: false });
  });
});

const made = handMade([
  { stack: [MAIN], bytes: 1000, count: 1 },
  { stack: [MAIN, PARSE], bytes: 3000, count: 9, space: "heap" },
  { stack: [READ], bytes: 2000, count: 5 },
  { stack: [], bytes: 3500, count: 2 },
]);
const shown = { view: made.view, options: { kind: "peak" }, threads: [] } as const;
const text = (options: SummaryOptions = {}): string =>
  renderSummary(shown, made.tree, infoOf(), { colour: false, ...options });
const namesOf = (rendered: string): readonly string[] =>
  [...rendered.matchAll(/(main|parse|\(Node\.js itself\)|\(no stack\))(?: |$)/gmu)].map(([, name]) => name ?? "");

describe("the summary", () => {
  test("says what is shown, of which program, and its sum", () => {
    const [program, what] = text({ width: 120 }).split("\n");
    expect(program).toBe("app.js --port 80  (Node 22.1.0, linux x64, process 4711)");
    expect(what).toBe("Alive at the high-water mark, 1.20 s after the start: ~9.5 kB in ~17 allocations");
  });

  test.each<[SummaryOptions["sort"], readonly string[]]>([
    ["own", ["(no stack)", "parse", "(Node.js itself)", "main"]],
    ["total", ["main", "(no stack)", "parse", "(Node.js itself)"]],
    ["count", ["parse", "(Node.js itself)", "(no stack)", "main"]],
    ["function", ["(Node.js itself)", "(no stack)", "main", "parse"]],
    ["place", ["(Node.js itself)", "(no stack)", "main", "parse"]],
  ])("is sorted by %s", (sort, names) => {
    expect(namesOf(text({ sort: sort ?? "own" }))).toEqual(names);
  });

  test("counts what is beyond the limit", () => {
    expect(text({ limit: 3 })).toContain("… 1 more function; --limit shows more");
    expect(text({ limit: 4 })).not.toContain("more function");
  });

  test("of nothing says so", () => {
    const nothing = { ...shown, view: { ...made.view, rows: [], bytes: 0, count: 0 } };
    expect(renderSummary(nothing, made.tree, infoOf(), { colour: false })).toContain(
      "0 B in 0 allocations\n\n  nothing\n",
    );
  });

  test.each([60, 80, 120, 200])("fits %i columns", (width) => {
    const long = frame("aVeryLongNameOfAFunctionThatGoesOnAndOn", `${ROOT}/${"deep/".repeat(30)}file.js`, 123_456);
    const { tree, view } = handMade([{ stack: [MAIN, long], bytes: 123_456_789, count: 1_234_567, space: "heap" }]);
    const rendered = renderSummary({ ...shown, view }, tree, infoOf(), { colour: false, width });
    for (const line of rendered.split("\n")) expect([...line].length).toBeLessThanOrEqual(width);
  });

  test("has colours where they are wanted, and then the same text", () => {
    const coloured = text({ colour: true });
    expect(coloured).toContain("\u001b[");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with the control character ESC
    expect(coloured.replaceAll(/\u001b\[\d+m/gu, "")).toBe(text());
  });
});
