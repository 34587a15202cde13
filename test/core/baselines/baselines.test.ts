import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Baselines, type BaselinesPlan, createBaselines } from "../../../core/src/baselines/baselines.js";
import { baselinePath } from "../../../core/src/baselines/disk.js";
import { baselineText, parseBaselineFile } from "../../../core/src/baselines/format.js";
import { machineKey } from "../../../core/src/baselines/machine.js";
import { uniqueNames } from "../../../core/src/baselines/names.js";
import type { RecordedTests, UpdateMode } from "../../../core/src/baselines/types.js";
import { buffersAlone, recorded, tests } from "./recorded.js";

const MACHINE = "linux-x64-node20";
const TOLERANCE = { relative: 0.1, absoluteBytes: 0 };
const a = { id: "a.0", name: "a" };
const passed = [{ name: "a", state: "passed" }] as const;

let root: string;
let file: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "baselines-"));
  file = path.join(root, "test/__memory__/a.test.ts.json");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function open(update: UpdateMode, more: Partial<BaselinesPlan> = {}): Baselines {
  return createBaselines({
    testFile: path.join(root, "test/a.test.ts"),
    project: null,
    root,
    update,
    machine: MACHINE,
    ...more,
  });
}

function put(text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function written(): RecordedTests {
  return parseBaselineFile(readFileSync(file, "utf8"), file);
}

describe("a first run", () => {
  test("records what its tests ask for, when the file ends", () => {
    const baselines = open("new");
    expect(baselines.judge(a, "body", buffersAlone(1000), TOLERANCE, true)).toEqual({ kind: "new" });
    expect(() => lstatSync(path.dirname(file))).toThrow("ENOENT");
    expect(baselines.finish(() => passed, false)).toMatchObject({
      file: "test/__memory__/a.test.ts.json",
      written: 1,
      problem: null,
    });
    expect(written()).toEqual(tests(["a", "body", MACHINE, buffersAlone(1000)]));
    expect(readdirSync(path.dirname(file))).toEqual(["a.test.ts.json"]);
  });

  test("of which no test passed leaves no file", () => {
    const baselines = open("new");
    baselines.judge(a, "body", buffersAlone(1000), TOLERANCE, true);
    expect(baselines.finish(() => [{ name: "a", state: "failed" }], false)).toMatchObject({ written: 0 });
    expect(() => lstatSync(path.dirname(file))).toThrow("ENOENT");
  });

  test("in which no test asks leaves no file, and there is nothing to tell", () => {
    expect(open("all").finish(() => passed, false)).toBeNull();
  });

  test.each([
    ["none", true, "none is written in CI"],
    ["none", false, ".not writes none"],
    ["new", false, ".not writes none"],
    ["all", false, ".not writes none"],
  ] as const)("that may not write (%s, writes %s) fails", (update, writes, reason) => {
    const baselines = open(update);
    expect(() => baselines.judge(a, "#1", buffersAlone(1000), TOLERANCE, writes)).toThrow(
      expect.objectContaining({ code: "MEMSPEC_BASELINE_MISSING", message: expect.stringContaining(reason) }),
    );
    expect(baselines.finish(() => passed, false)?.written ?? 0).toBe(0);
    expect(() => lstatSync(path.dirname(file))).toThrow("ENOENT");
  });
});

describe("a later run", () => {
  beforeEach(() =>
    put(baselineText(tests(["a", "body", MACHINE, buffersAlone(1000)], ["a", "body", "other", buffersAlone(7)]))),
  );

  test.each([
    ["new", 2000],
    ["new", 500],
    ["none", 2000],
    ["none", 1000],
    ["all", 1050],
  ] as const)("with %s leaves the file alone when it is %d B now", (update, bytes) => {
    const before = readFileSync(file, "utf8");
    const baselines = open(update);
    expect(baselines.judge(a, "body", buffersAlone(bytes), TOLERANCE, true)).toMatchObject({
      kind: "compared",
      updated: false,
    });
    expect(baselines.finish(() => passed, false)).toMatchObject({ written: 0, updated: 0, removed: 0 });
    expect(readFileSync(file, "utf8")).toBe(before);
  });

  test.each([2000, 500])("with -u records %d B anew, and keeps what other machines have", (bytes) => {
    const baselines = open("all");
    expect(baselines.judge(a, "body", buffersAlone(bytes), TOLERANCE, true)).toMatchObject({ updated: true });
    expect(baselines.finish(() => passed, false)).toMatchObject({ updated: 1 });
    expect(written()).toEqual(
      tests(["a", "body", MACHINE, buffersAlone(bytes)], ["a", "body", "other", buffersAlone(7)]),
    );
  });

  test("with -u and .not only looks", () => {
    const baselines = open("all");
    expect(baselines.judge(a, "body", buffersAlone(2000), TOLERANCE, false)).toMatchObject({ updated: false });
    expect(baselines.finish(() => passed, false)).toMatchObject({ updated: 0 });
  });

  test("with -u on another kind of machine is a first one there", () => {
    const baselines = open("all", { machine: "third" });
    expect(baselines.judge(a, "body", buffersAlone(2000), TOLERANCE, true)).toEqual({ kind: "new" });
    baselines.finish(() => passed, false);
    expect(written().get("a")?.get("body")?.size).toBe(3);
  });

  test("with -u takes obsolete entries away, unless tests were chosen by name", () => {
    const before = readFileSync(file, "utf8");
    expect(open("all").finish(() => [], true)).toMatchObject({ removed: 0, obsolete: ["a"] });
    expect(readFileSync(file, "utf8")).toBe(before);
    expect(open("new").finish(() => [], false)).toMatchObject({ removed: 0, obsolete: ["a"] });
    expect(readFileSync(file, "utf8")).toBe(before);
    expect(open("all").finish(() => [], false)).toMatchObject({ removed: 1, obsolete: [] });
    expect(written()).toEqual(tests(["a", "body", "other", buffersAlone(7)]));
  });

  test("with -u that takes the last entry away takes the file with it, and its folder when that is empty", () => {
    open("all").finish(() => [], false);
    open("all", { machine: "other" }).finish(() => [], false);
    expect(() => lstatSync(path.dirname(file))).toThrow("ENOENT");
  });

  test("knows how much to expect, so that samples are fine enough", () => {
    expect(open("new").expectedBytes(a, "body")).toBe(1000);
    expect(open("new").expectedBytes(a, "#1")).toBeNull();
  });
});

describe("calls of a test", () => {
  test("are counted by hint, and anew with each attempt", () => {
    const baselines = open("new");
    const again = { ...a, id: "a.1" };
    expect([baselines.nextCall(a, ""), baselines.nextCall(a, "big"), baselines.nextCall(a, "")]).toEqual([
      "#1",
      "big #1",
      "#2",
    ]);
    expect(baselines.nextCall(again, "")).toBe("#1");
    expect(baselines.nextCall({ id: "b.0", name: "b" }, "")).toBe("#1");
  });

  test("of an earlier attempt are not written", () => {
    const baselines = open("new");
    baselines.judge(a, "#2", buffersAlone(1), TOLERANCE, true);
    baselines.judge({ ...a, id: "a.1" }, "#1", buffersAlone(2), TOLERANCE, true);
    baselines.finish(() => passed, false);
    expect(written()).toEqual(tests(["a", "#1", MACHINE, buffersAlone(2)]));
  });
});

describe("a file that cannot be used", () => {
  test.each([
    ["MEMSPEC_BASELINE_DAMAGED", "<<<<<<< HEAD\n"],
    ["MEMSPEC_BASELINE_VERSION", '{ "schema": "memspec-baseline", "version": 2, "tests": {} }\n'],
  ])("%s: is an error of each test that asks, and is never written", (code, text) => {
    put(text);
    const baselines = open("all");
    for (const test of [a, { id: "b.0", name: "b" }]) {
      expect(() => baselines.judge(test, "body", recorded({ total: 1 }), TOLERANCE, true)).toThrow(
        expect.objectContaining({ code }),
      );
    }
    expect(baselines.finish(() => passed, false)).toBeNull();
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  test("is told when no test asks", () => {
    put("{}");
    expect(open("all").finish(() => passed, false)?.problem).toMatch(/^test\/__memory__\/a\.test\.ts\.json is damaged/);
    expect(readFileSync(file, "utf8")).toBe("{}");
  });

  test("a folder in its place is unreadable", () => {
    mkdirSync(file, { recursive: true });
    expect(() => open("new").expectedBytes(a, "body")).toThrow(
      expect.objectContaining({ code: "MEMSPEC_BASELINE_UNREADABLE" }),
    );
  });
});

describe("what cannot be written", () => {
  const record = (): void => {
    const baselines = open("new");
    baselines.judge(a, "body", buffersAlone(1000), TOLERANCE, true);
    baselines.finish(() => passed, false);
  };
  const unwritable = (reason: string): unknown =>
    expect.objectContaining({ code: "MEMSPEC_FILE_UNWRITABLE", message: expect.stringContaining(reason) });

  test("is no file behind a symbolic link", () => {
    mkdirSync(path.dirname(file), { recursive: true });
    const target = path.join(root, "elsewhere.json");
    symlinkSync(target, file);
    expect(record).toThrow(unwritable("it is a symbolic link"));
    writeFileSync(target, baselineText(new Map()));
    expect(record).toThrow(unwritable("it is a symbolic link"));
    expect(readFileSync(target, "utf8")).toBe(baselineText(new Map()));
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
  });

  test("is no file in a folder behind a symbolic link", () => {
    mkdirSync(path.join(root, "elsewhere"));
    mkdirSync(path.join(root, "test"));
    symlinkSync(path.join(root, "elsewhere"), path.dirname(file));
    expect(record).toThrow(unwritable("its folder __memory__ is a symbolic link"));
    expect(readdirSync(path.join(root, "elsewhere"))).toEqual([]);
  });

  test("is no file where a file has the name of the folder", () => {
    mkdirSync(path.join(root, "test"));
    writeFileSync(path.dirname(file), "a file");
    expect(record).toThrow(unwritable("cannot be written: "));
    expect(readFileSync(path.dirname(file), "utf8")).toBe("a file");
  });
});

test("projects have files of their own, whatever they are called", () => {
  const of = (project: string | null): string => path.basename(baselinePath("/a/b.test.ts", project));
  expect(of(null)).toBe("b.test.ts.json");
  expect(of("unit")).toBe("b.test.ts@unit.json");
  expect(of("node / slow")).toBe("b.test.ts@node%20%2F%20slow.json");
  expect(of("../up")).toBe("b.test.ts@..%2Fup.json");
});

test("a machine is its platform, its processor and the main version of Node", () => {
  const { platform, arch } = process;
  expect(machineKey({ platform: "linux", arch: "arm64", versions: { node: "22.1.0" } })).toBe("linux-arm64-node22");
  expect(machineKey()).toBe(`${platform}-${arch}-node${process.version.slice(1).split(".")[0]}`);
});

test("tests of one name are told apart by their order, never by a name that another one has", () => {
  const names = uniqueNames([1, 2, 3, 4].entries(), ([index]) => ["a", "a (2)", "a", "b"][index] ?? "");
  expect([...names.values()]).toEqual(["a", "a (2)", "a (3)", "b"]);
});
