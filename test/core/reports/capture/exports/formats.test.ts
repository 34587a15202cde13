import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { toCsv } from "../../../../../core/src/reports/capture/exports/csv.js";
import { toGprof2dot } from "../../../../../core/src/reports/capture/exports/gprof2dot.js";
import { toPprof } from "../../../../../core/src/reports/capture/exports/pprof.js";
import { toSpeedscope } from "../../../../../core/src/reports/capture/exports/speedscope.js";
import { csvRecords, decodePprof } from "./read-exports.js";
import { sampleCapture, sampleFrame, sampleSource, treeOf } from "./sample-capture.js";

const FRAMES = [
  sampleFrame({ functionName: "main", file: "/app/main.js", line: 3, column: 5 }),
  sampleFrame({ file: "/app/main.js", line: 8, column: 1, lineIsFunction: true }),
  sampleFrame({ kind: "native", file: "/app/build/addon.node", owner: "native" }),
  sampleFrame({
    kind: "native",
    functionName: "Render(int, int)",
    file: "/app/build/addon.node",
    line: 40,
    owner: "native",
  }),
  sampleFrame({ functionName: "main", file: "/app/main.js", line: 4, column: 5 }),
  sampleFrame({ kind: "unresolved", owner: "unknown" }),
];
/** Of one name, and not one function. */
const OTHER_MAIN = sampleFrame({ functionName: "main", file: "/app/other.js" });
/** main:3 > anonymous > nameless native > Render; main:4 > Render; unresolved. */
const TREE = treeOf(FRAMES, [
  [0, 0],
  [1, 1],
  [2, 2],
  [3, 3],
  [0, 4],
  [5, 3],
  [0, 5],
]);
const row = { thread: 0, space: "native" as const, allocator: "malloc", count: 1 };
const SOURCE = sampleSource(TREE, [
  { ...row, node: 4, bytes: 1000 },
  { ...row, node: 6, bytes: 200, thread: 1 },
  { ...row, node: 7, bytes: 30, thread: 3 },
  { ...row, node: 1, bytes: 4, space: "heap", allocator: "" },
]);

describe("speedscope", () => {
  const file = createRequire(import.meta.url).resolve("speedscope/package.json");
  const schema = JSON.parse(
    readFileSync(file.replace("package.json", "dist/release/file-format-schema.json"), "utf8"),
  ) as object;
  const valid = new Ajv({ strict: false }).compile(schema);

  test("files fit the schema that speedscope publishes", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const written: unknown = JSON.parse(JSON.stringify(toSpeedscope(sampleCapture({ seed }))));
      expect(valid(written), JSON.stringify(valid.errors)).toBe(true);
    }
    expect(valid({ ...toSpeedscope(SOURCE), profiles: [{ type: "sampled" }] })).toBe(false);
  });

  test("frames have their place, and nothing where it is not known", () => {
    expect(toSpeedscope(SOURCE).shared.frames).toEqual(
      expect.arrayContaining([
        { name: "main", file: "/app/main.js", line: 3, col: 5 },
        { name: "(in addon.node)", file: "/app/build/addon.node" },
        { name: "Render(int, int)", file: "/app/build/addon.node", line: 40 },
        { name: "(unresolved)" },
      ]),
    );
  });
});

describe("csv", () => {
  test("has a line for each row, fields by name, and the stack innermost first", () => {
    expect(csvRecords(toCsv(SOURCE)).slice(1)).toEqual([
      {
        space: "native",
        bytes: "1000",
        count: "1",
        estimated: "false",
        pid: "4711",
        thread: "main",
        allocator: "malloc",
        function: "Render(int, int)",
        file: "/app/build/addon.node",
        line: "40",
        column: "",
        stack:
          "Render(int, int) (/app/build/addon.node:40) | (in addon.node) (/app/build/addon.node) | (anonymous) (/app/main.js:8:1) | main (/app/main.js:3:5)",
      },
      expect.objectContaining({ bytes: "200", thread: 'libuv, "worker"' }),
      expect.objectContaining({ bytes: "30", thread: "3", pid: "", function: "(unresolved)" }),
    ]);
  });

  test("marks estimates: the heap's, unless every object was sampled", () => {
    const marks = (heapIsExact: boolean): unknown => {
      const source = { ...SOURCE, info: { ...SOURCE.info, heapIsExact } };
      return csvRecords(toCsv(source)).map(({ space, estimated }) => `${space} ${estimated}`)[0];
    };
    expect([marks(false), marks(true)]).toEqual(["heap true", "heap false"]);
  });

  test("ends lines with CR LF, doubles quotes, and quotes only fields that need it", () => {
    const odd = sampleFrame({ functionName: 'say "hi", twice', file: "/a b.js" });
    const csv = toCsv(sampleSource(treeOf([odd], [[0, 0]]), [{ ...row, node: 1, bytes: 7 }]));
    expect(csv.split("\r\n")).toEqual([
      "space,bytes,count,estimated,pid,thread,allocator,function,file,line,column,stack",
      'native,7,1,false,4711,main,malloc,"say ""hi"", twice",/a b.js,,,"say ""hi"", twice (/a b.js)"',
      "",
    ]);
  });

  test("keeps names with line ends whole", () => {
    const odd = sampleFrame({ functionName: "line\r\nend" });
    const [record] = csvRecords(toCsv(sampleSource(treeOf([odd], [[0, 0]]), [{ ...row, node: 1, bytes: 7 }])));
    expect(record).toMatchObject({ function: "line\r\nend", stack: "line\r\nend" });
  });
});

describe("gprof2dot", () => {
  test("has one function for all lines of a function, and one for each place of those without a name", () => {
    const tree = { ...TREE, frames: [...FRAMES.slice(0, 4), OTHER_MAIN, ...FRAMES.slice(5)] };
    expect(toGprof2dot({ ...SOURCE, tree }).functions.map(({ module }) => module)).toContain("/app/other.js");
    const { functions, events } = toGprof2dot(SOURCE);
    expect(functions.map(({ name, module }) => [name, module])).toEqual([
      ["main", "/app/main.js"],
      ["Render(int, int)", "/app/build/addon.node"],
      ["(in addon.node)", "/app/build/addon.node"],
      ["(anonymous) main.js:8", "/app/main.js"],
      ["(unresolved)", undefined],
    ]);
    expect(events.map(({ callchain, cost }) => [callchain, cost])).toEqual([
      [[0], [4, 1]],
      [
        [1, 2, 3, 0],
        [1000, 1],
      ],
      [
        [1, 0],
        [200, 1],
      ],
      [[4], [30, 1]],
    ]);
  });

  test("has no field that its format does not know", () => {
    const { functions, events, ...rest } = toGprof2dot(sampleCapture({ seed: 4 }));
    expect(Object.keys(rest)).toEqual(["version", "costs"]);
    for (const { name, module, ...more } of functions) expect([typeof name, Object.keys(more)]).toEqual(["string", []]);
    for (const { callchain, cost } of events) {
      expect(callchain.length).toBeGreaterThan(0);
      expect(callchain.every((index) => index in functions)).toBe(true);
      expect(cost).toHaveLength(rest.costs.length);
    }
  });
});

describe("pprof", () => {
  const profile = decodePprof(toPprof(SOURCE));
  const text = (index: number | bigint): string => profile.stringTable.strings[Number(index)] ?? "";

  test("says what its values are, and when they were taken", () => {
    expect(profile.sampleType.map(({ type, unit }) => [text(type), text(unit)])).toEqual([
      ["objects", "count"],
      ["space", "bytes"],
    ]);
    expect(text(profile.defaultSampleType)).toBe("space");
    expect(BigInt(profile.timeNanos) / 1_000_000n).toBe(BigInt(Date.parse("2026-01-02T03:04:05.678Z")));
    expect(Number(profile.durationNanos)).toBe(1.5e9);
  });

  test("has the program first among its mappings, then the objects of native frames, with nothing left to symbolise", () => {
    expect(profile.mapping.map(({ filename }) => text(filename))).toEqual(["/usr/bin/node", "/app/build/addon.node"]);
    expect(profile.mapping.every(({ hasFunctions, hasLineNumbers }) => hasFunctions && hasLineNumbers)).toBe(true);
    const native = profile.location.filter(({ mappingId }) => Number(mappingId) === 2);
    expect(native).toHaveLength(2);
  });

  test("does not take a function's start for the line that allocated", () => {
    const anonymous = profile.function.find(({ name }) => text(name) === "(anonymous) main.js:8");
    const location = profile.location.find(({ line }) => line[0]?.functionId === anonymous?.id);
    expect([anonymous?.startLine, location?.line[0]?.line]).toEqual([8, 0]);
  });

  test("labels each sample with its space, process, thread and allocator", () => {
    const labels = profile.sample.map(({ label }) =>
      Object.fromEntries(label.map(({ key, str }) => [text(key), text(str)])),
    );
    expect(labels).toEqual([
      { space: "heap", pid: "4711", thread: "main" },
      { space: "native", pid: "4711", thread: "main", allocator: "malloc" },
      { space: "native", pid: "4711", thread: 'libuv, "worker"', allocator: "malloc" },
      { space: "native", thread: "3", allocator: "malloc" },
    ]);
  });

  test("says in its comments what is an estimate, and what is missing", () => {
    const [process] = SOURCE.info.processes;
    if (process === undefined) throw new Error("no process");
    const cut = { ...process, end: null, damage: { atByte: 99, reason: "the chunk is incomplete" } };
    const source = { ...SOURCE, info: { ...SOURCE.info, processes: [cut] } };
    const { comment, stringTable } = decodePprof(
      toPprof({ ...source, view: { ...source.view, unknownSpaces: ["buffers"] } }),
    );
    expect(comment.map((index) => stringTable.strings[Number(index)])).toEqual([
      "app.memspec, alive at the peak",
      expect.stringContaining("heap are estimates"),
      "Not known, and left out: buffers.",
      expect.stringContaining("did not end in order"),
      "app.memspec: read up to byte 99: the chunk is incomplete",
      "A note of the recording.",
    ]);
  });
});
