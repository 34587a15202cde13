import { describe, expect, test } from "vitest";
import { signatureOf } from "../../../core/src/gate/signature.js";
import type { LeakGroup } from "../../../core/src/leaks/types.js";
import { pathFrom, placeIn, sessionGroup, step } from "./groups.js";

const of = (given: Partial<LeakGroup> = {}, root = "/a") => signatureOf(sessionGroup(root, given), root);
const kept = (name: string, element: string, type = "Session") =>
  pathFrom("module", "/a/src/registry.ts", [
    step({ edge: "module variable", name, type: "Map" }),
    step({ edge: "value", name: element, type }),
  ]);

test("a signature shows the type, and is short enough to be copied", () => {
  expect(of()).toMatch(/^Session:[0-9a-f]{12}$/u);
  expect(of({ type: "closure on Close" })).toMatch(/^closure-on-Close:/u);
});

describe("it is the same", () => {
  test("in two checkouts", () => {
    expect(of({}, "/somewhere/else")).toBe(of());
  });

  test("when lines move, figures differ and other objects of the group are shown", () => {
    const moved = { place: placeIn("/a/src/session.ts", 99), countPerCall: 3, bytesPerCall: 1, retainedBytes: null };
    expect(of(moved)).toBe(of());
    expect(of({ path: kept("sessions", "user 17") })).toBe(of({ path: kept("sessions", "user 18") }));
    expect(of({ type: "Session17" })).toBe(of({ type: "Session18" }));
  });

  test("wherever within Node the way to a landmark begins", () => {
    const listener = step({ edge: "listener", name: "exit", type: "closure bye", kind: "closure" });
    const process = step({ edge: "variable", name: "process", type: "process" });
    const ways = [
      pathFrom("module of Node", "node:events", [process, listener]),
      pathFrom("global", null, [process, listener]),
      pathFrom("module of Node", "node:internal/bootstrap/realm", [step({ type: "Map" }), process, listener]),
    ];
    expect(new Set(ways.map((path) => of({ path }))).size).toBe(1);
  });

  test("whatever runner leads to a function of the program, where nothing else does", () => {
    const body = step({ type: "closure body", kind: "closure", place: placeIn("/a/src/a.test.ts") });
    const held = step({ edge: "variable", name: "rows", type: "Array" });
    const ofRunner = {
      type: "closure call",
      kind: "closure",
      place: placeIn("/x/node_modules/@vitest/runner/index.js"),
    } as const;
    const ways = [
      pathFrom("global", null, [step(ofRunner), { ...body, edge: "variable", name: "fn" }, held]),
      pathFrom("module of Node", "node:internal/timers", [step({ type: "Map" }), { ...body, name: "handler" }, held]),
    ].map((way) => ({ ...way, avoided: true }));
    expect(new Set(ways.map((path) => of({ path }))).size).toBe(1);
    expect(new Set(ways.map((path) => of({ path: { ...path, avoided: false } }))).size).toBe(2);
  });

  test("for a package, wherever its installer put it", () => {
    const inPackage = (folder: string) =>
      signatureOf(sessionGroup("/a", { path: pathFrom("module", `${folder}/node_modules/lru/index.js`, []) }), "/a");
    expect(inPackage("/a")).toBe(inPackage("/a/node_modules/.pnpm/lru@1"));
  });
});

describe("it is another one", () => {
  test("for another type, space, variable, file, or end of the way", () => {
    const all = [
      of(),
      of({ type: "Socket" }),
      of({ space: "handles" }),
      of({ place: placeIn("/a/src/other.ts") }),
      of({ path: kept("sessions", "x") }),
      of({ path: kept("others", "x") }),
      of({ path: kept("others", "x", "Socket") }),
      of({ path: null }),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  test("for timers that call other functions", () => {
    const timer = (file: string) =>
      of({
        type: "Timeout",
        holds: [{ kind: "closure", type: "closure tick", detail: "", place: placeIn(file), count: 1, bytes: 8 }],
      });
    expect(timer("/a/src/poll.ts")).not.toBe(timer("/a/src/watch.ts"));
    expect(timer("/a/src/poll.ts")).toBe(timer("/a/src/poll.ts"));
  });
});

test("without a way, the program's own functions that allocated it are what it is known by", () => {
  const frame = (functionName: string, file: string, owner: "user" | "node", line: number) => ({
    ...{ kind: "javascript" as const, functionName, file, line, column: 1 },
    ...{ lineIsFunction: false, inlined: false, owner },
  });
  const site = (line: number, functionName = "open") => ({
    ...{ space: "native" as const, bytes: line, count: 1, estimated: true, peakBytes: null, retainedBytes: 1 },
    stack: [frame("Init", "node:zlib", "node", line), frame(functionName, "/a/src/open.ts", "user", line)],
  });
  const native = (given: ReturnType<typeof site>) => of({ space: "native", path: null, site: given });
  expect(native(site(3))).toBe(native(site(4)));
  expect(native(site(3))).not.toBe(native(site(3, "reopen")));
});
