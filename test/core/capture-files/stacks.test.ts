import { writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { CaptureFrame, CaptureReading } from "../../../core/src/capture-files/model/capture.js";
import type { NativeModule } from "../../../core/src/capture-files/reading/definitions.js";
import { openCaptureWith } from "../../../core/src/capture-files/reading/open-capture.js";
import { openElf } from "../../../core/src/capture-files/symbols/debug-file.js";
import type { TestDefinitions, TestEvent } from "./harness/events.js";
import { fileOf, opened } from "./harness/files.js";
import { captureFile, META } from "./harness/write-capture.js";

const DEFINITIONS: TestDefinitions = {
  strings: [
    /* 1 */ "/app/out.js",
    /* 2 */ "outer",
    /* 3 */ "inner",
    /* 4 */ "/app/node_modules/left-pad/index.js",
    /* 5 */ "node:fs",
    /* 6 */ "/usr/bin/node",
    /* 7 */ "/app/addon.node",
    /* 8 */ "_ZN4node3runEv",
    /* 9 */ "abcd",
  ],
  scripts: [
    { name: 1, map: 0 },
    { name: 4, map: 0 },
    { name: 5, map: 0 },
  ],
  modules: [
    { path: 6, buildId: 9, bias: 0x1000, first: 0x1000, end: 0x9000 },
    { path: 7, buildId: 0, bias: 0x20_0000, first: 0x20_0000, end: 0x30_0000 },
  ],
  frames: [
    /* 1 */ { function: 2, script: 1, line: 3, column: 5, flags: 0 },
    /* 2 */ { function: 3, script: 1, line: 7, column: 1, flags: 1 | 2 },
    /* 3 */ { function: 0, script: 2, line: 0, column: 0, flags: 0 },
    /* 4 */ { function: 3, script: 3, line: 9, column: 2, flags: 4 },
    /* 5 */ { function: 0, script: 0, line: 0, column: 0, flags: 8 },
    /* 6 */ { module: 1, offset: 0x123, symbol: 8 },
    /* 7 */ { module: 2, offset: 0x456, symbol: 0 },
    /* 8 */ { module: 0, offset: 2 ** 60, symbol: 0 },
    /* 9, as 1 */ { function: 2, script: 1, line: 3, column: 5, flags: 0 },
  ],
  nodes: [
    /* 1 */ { parent: 0, frame: 1 },
    /* 2 */ { parent: 1, frame: 2 },
    /* 3 */ { parent: 2, frame: 6 },
    /* 4 */ { parent: 2, frame: 7 },
    /* 5 */ { parent: 0, frame: 9 },
    /* 6 */ { parent: 5, frame: 2 },
    /* 7 */ { parent: 1, frame: 3 },
    /* 8 */ { parent: 7, frame: 4 },
    /* 9 */ { parent: 8, frame: 5 },
    /* 10 */ { parent: 9, frame: 8 },
  ],
  stacks: [
    { id: 10, node: 3 },
    { id: 11, node: 4, flags: 1 },
    { id: 12, node: 2 },
    { id: 13, node: 6 },
    { id: 14, node: 10, flags: 2 },
    { id: 15, node: 0 },
  ],
  threads: [],
};

const allocation = (stack: number): TestEvent => ({
  do: "allocate",
  thread: 1,
  space: "native",
  allocator: 1,
  address: 0x10_0000 + stack * 64,
  bytes: stack,
  stack,
});
const BYTES = captureFile({
  definitions: DEFINITIONS,
  events: [[0, 10, 11, 12, 13, 14, 15, 99].map(allocation)],
});

/** Names of the frames of the row with so many bytes, outermost first. */
function stackOf({ views, tree }: CaptureReading, bytes: number): readonly CaptureFrame[] {
  const row = views[0]?.rows.find((each) => each.bytes === bytes);
  const frames: CaptureFrame[] = [];
  for (let node = row?.node ?? 0; node !== 0; node = tree.parents[node] ?? 0) {
    const frame = tree.frames[tree.frameOf[node] ?? -1];
    if (frame !== undefined) frames.push(frame);
  }
  return frames.reverse();
}

test("frames are what was defined, with their owners", async () => {
  const reading = await (await opened(BYTES)).read({ views: [{ kind: "allocated" }] });
  const [outer, inner, native] = stackOf(reading, 10);
  expect(outer).toEqual({
    kind: "javascript",
    functionName: "outer",
    file: "/app/out.js",
    line: 3,
    column: 5,
    lineIsFunction: false,
    inlined: false,
    owner: "user",
  });
  expect(inner).toMatchObject({ functionName: "inner", line: 7, lineIsFunction: true, inlined: true });
  expect(native).toMatchObject({
    kind: "native",
    functionName: "node::run()",
    file: "/usr/bin/node",
    line: null,
    owner: "node",
  });
  const frames = stackOf(reading, 14);
  expect(frames.map(({ kind, owner }) => `${kind} ${owner}`)).toEqual([
    "javascript user",
    "javascript dependency",
    "builtin node",
    "unknown unknown",
    "native native",
  ]);
  expect(frames[1]).toMatchObject({ functionName: "", line: null, column: null });
});

test("stacks that are one in the source are one row", async () => {
  const reading = await (await opened(BYTES)).read({ views: [{ kind: "allocated" }] });
  expect(stackOf(reading, 12 + 13).map(({ functionName }) => functionName)).toEqual(["outer", "inner"]);
  const keys = reading.views[0]?.rows.map(
    ({ node, thread, space, allocator }) => `${node} ${thread} ${space} ${allocator}`,
  );
  expect(new Set(keys).size).toBe(keys?.length);
});

test("where outer frames are missing, a frame says so", async () => {
  const reading = await (await opened(BYTES)).read({ views: [{ kind: "allocated" }] });
  expect(stackOf(reading, 11).map(({ kind }) => kind)).toEqual(["truncated", "javascript", "javascript", "native"]);
});

test("a stack that no definition names is one unresolved frame", async () => {
  const reading = await (await opened(BYTES)).read({ views: [{ kind: "allocated" }] });
  expect(stackOf(reading, 99).map(({ kind, owner }) => `${kind} ${owner}`)).toEqual(["unresolved unknown"]);
});

test("what is not known of stacks is counted", async () => {
  const { statistics } = await (await opened(BYTES)).read({ views: [] });
  // None was taken (0 bytes), it has no frame (15), it is not named (99).
  expect(statistics.withoutStack).toEqual({ bytes: 15 + 99, count: 3 });
  expect(statistics.withoutNativeFrames).toEqual({ bytes: 14, count: 1 });
});

test("a parent has a lower number than its children", async () => {
  const { tree } = await (await opened(BYTES)).read({ views: [{ kind: "allocated" }] });
  for (const [node, parent] of tree.parents.entries()) if (node > 0) expect(parent).toBeLessThan(node);
  expect(tree.frameOf[0]).toBe(-1);
});

test("symbols of native frames may be several frames, inlined into each other", async () => {
  const given: (readonly NativeModule[])[] = [];
  const asked: unknown[] = [];
  const capture = await openCaptureWith(async (modules) => {
    given.push(modules);
    return {
      frames: (module, offset, nearest) => {
        asked.push([module, offset, nearest]);
        const bare = { file: "/src/addon.cc", column: null };
        return [
          { ...bare, functionName: "small", line: 4, inlined: true },
          { ...bare, functionName: "large", line: 8, inlined: false },
        ];
      },
    };
  }, fileOf(BYTES));
  const reading = await capture.read({ views: [{ kind: "allocated" }] });
  expect(given[0]).toEqual([
    { path: "/usr/bin/node", buildId: "abcd", loadBias: 0x1000, firstAddress: 0x1000, endAddress: 0x9000 },
    { path: "/app/addon.node", buildId: "", loadBias: 0x20_0000, firstAddress: 0x20_0000, endAddress: 0x30_0000 },
  ]);
  expect(asked).toEqual(
    expect.arrayContaining([
      [0, 0x123, "_ZN4node3runEv"],
      [1, 0x456, ""],
      [-1, 2 ** 60, ""],
    ]),
  );
  expect(stackOf(reading, 10).map(({ functionName }) => functionName)).toEqual(["outer", "inner", "large", "small"]);
});

test("positions are those of the source where the script has a map", async () => {
  // Generated line 1, column 1 is line 40, column 3 of app.ts.
  const map = { version: 3, sources: ["app.ts"], names: [], mappings: "AAuCE" };
  const script = fileOf(Buffer.from("generated"));
  writeFileSync(`${script}.map`, JSON.stringify(map));
  const definitions: TestDefinitions = {
    strings: [script, `${script.slice(script.lastIndexOf("/") + 1)}.map`, "f"],
    scripts: [{ name: 1, map: 2 }],
    frames: [{ function: 3, script: 1, line: 1, column: 1, flags: 0 }],
    nodes: [{ parent: 0, frame: 1 }],
    stacks: [{ id: 1, node: 1 }],
    threads: [],
  };
  const capture = await opened(captureFile({ definitions, events: [[allocation(1)]] }));
  const { tree } = await capture.read({ views: [{ kind: "allocated" }] });
  expect(tree.frames[0]).toMatchObject({
    file: `${script.slice(0, script.lastIndexOf("/"))}/app.ts`,
    line: 40,
    column: 3,
    functionName: "f",
  });
});

test("frames of a stack by its number, innermost first", async () => {
  const capture = await opened(BYTES);
  expect((await capture.stack(10)).map(({ functionName }) => functionName)).toEqual(["node::run()", "inner", "outer"]);
  expect((await capture.stack(99)).map(({ kind }) => kind)).toEqual(["unresolved"]);
  expect(await capture.stack(0)).toEqual([]);
  for (const wrong of [-1, 1.5, Number.NaN]) {
    await expect(capture.stack(wrong)).rejects.toMatchObject({ code: "MEMSPEC_INVALID_OPTION" });
  }
  await expect(capture.stack(1, 1)).rejects.toMatchObject({ code: "MEMSPEC_INVALID_OPTION" });
});

test("a stack of 300,000 frames is read", async () => {
  const nodes = Array.from({ length: 300_000 }, (_, index) => ({ parent: index, frame: 1 + (index % 2) }));
  const definitions = { ...DEFINITIONS, nodes, stacks: [{ id: 1, node: nodes.length }] };
  const capture = await opened(captureFile({ definitions, events: [[allocation(1)]], compressed: true }));
  const { tree } = await capture.read({ views: [{ kind: "leaked" }] });
  expect(tree.parents.length).toBe(nodes.length + 1);
});

describe("files of native code that say nothing any more", () => {
  const node = process.execPath;
  const buildOfNode = openElf(node)?.elf.buildId ?? "";
  const definitions = (path: string, buildId: string): TestDefinitions => ({
    ...DEFINITIONS,
    strings: DEFINITIONS.strings.map((text, index) => (index === 5 ? path : index === 8 ? buildId : text)),
    modules: [{ path: 6, buildId: 9, bias: 0x1000, first: 0x1000, end: 0x9000 }],
    frames: DEFINITIONS.frames.map((frame) =>
      "module" in frame ? { ...frame, module: Math.min(frame.module, 1) } : frame,
    ),
  });
  test.each([
    ["that is gone", "/app/gone.node", "abcd", true, [{ path: "/app/gone.node", reason: "missing" }]],
    ["of another build", node, "abcd", true, [{ path: node, reason: "changed" }]],
    ["that is as it was", node, buildOfNode, true, []],
    ["that is no file", "[vdso]", "abcd", true, []],
    ["that nobody asked for", "/app/gone.node", "abcd", false, []],
  ] as const)("one %s", async (_what, path, buildId, nativeStacks, unread) => {
    const capture = await opened(
      captureFile({ meta: { ...META, nativeStacks }, definitions: definitions(path, buildId), events: [] }),
    );
    expect(capture.info.processes.map(({ unreadModules }) => unreadModules)).toEqual([unread]);
  });
});
