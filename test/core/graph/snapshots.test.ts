import { execFileSync } from "node:child_process";
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MemspecErrorCode } from "../../../core/src/errors/codes.js";
import { isMemspecError } from "../../../core/src/errors/memspec-error.js";
import { analyzeSnapshot, diffSnapshots } from "../../../core/src/graph/snapshots.js";
import { showPath } from "../../native/graph/show-path.js";

const PROGRAM = `
const v8 = require("node:v8");
class Session { constructor(id) { this.id = id; this.rows = new Array(100).fill(id); } }
const sessions = new Map();
const text = () => JSON.parse('"the same text, many times over"');
const texts = [];
for (let id = 0; id < 100; id++) { sessions.set("session " + id, new Session(id)); texts.push(text()); }
v8.writeHeapSnapshot(process.argv[1]);
for (let id = 100; id < 150; id++) sessions.set("session " + id, new Session(id));
v8.writeHeapSnapshot(process.argv[2]);
globalThis.use = () => [sessions, texts];
`;

let folder = "";
let before = "";
let after = "";
let other = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "memspec-snapshots-"));
  [before, after, other] = ["before", "after", "other"].map((name) => path.join(folder, `${name}.heapsnapshot`)) as [
    string,
    string,
    string,
  ];
  execFileSync(process.execPath, ["-e", PROGRAM, before, after]);
  execFileSync(process.execPath, [
    "-e",
    `globalThis.pad = ${"[".repeat(50)}${"]".repeat(50)};${PROGRAM}`,
    other,
    "/dev/null",
  ]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function codeOf(work: Promise<unknown>): Promise<MemspecErrorCode | "none"> {
  try {
    await work;
    return "none";
  } catch (error) {
    if (isMemspecError(error)) return error.code;
    throw error;
  }
}

describe("analyzeSnapshot", () => {
  test("types have their counts and sizes, retained bytes counted once", async () => {
    const { types, summary } = await analyzeSnapshot(before, { limit: 1000 });
    const session = types.find(({ type }) => type === "Session");
    expect(session?.count).toBe(100);
    // Two fields, and the slack that V8 leaves to the first instances of a class. Each holds an array of a hundred slots.
    expect(session?.shallowBytes).toBeGreaterThanOrEqual(100 * 40);
    expect(session?.shallowBytes).toBeLessThan(100 * 100);
    expect(session?.retainedBytes).toBeGreaterThanOrEqual(100 * (40 + 100 * 8));
    expect(session?.retainedBytes).toBeLessThan(100 * (40 + 120 * 8));
    for (const { retainedBytes, shallowBytes } of types) {
      expect(retainedBytes).toBeGreaterThanOrEqual(shallowBytes);
      expect(retainedBytes).toBeLessThanOrEqual(summary.reachableBytes);
    }
  });

  test("the biggest objects come with the path that keeps them", async () => {
    const { biggest } = await analyzeSnapshot(pathToFileURL(before), { limit: 200 });
    const map = biggest.find(({ path: kept }) => showPath(kept).endsWith("sessions: Map"));
    expect(map?.type).toBe("Map");
    expect(map?.retainedBytes).toBeGreaterThan(100 * 832);
    const sizes = biggest.map(({ retainedBytes }) => retainedBytes);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  });

  test("duplicate strings are counted", async () => {
    const { duplicateStrings } = await analyzeSnapshot(before, { limit: 1000 });
    const text = duplicateStrings.find(({ value }) => value === "the same text, many times over");
    expect(text?.count).toBeGreaterThanOrEqual(100);
  });

  test("lists are as long as the limit says, and everything is frozen", async () => {
    const analysis = await analyzeSnapshot(before, { limit: 3 });
    expect(analysis.types).toHaveLength(3);
    expect(analysis.biggest).toHaveLength(3);
    expect(Object.isFrozen(analysis)).toBe(true);
    expect(Object.isFrozen(analysis.biggest[0]?.path?.steps)).toBe(true);
  });
});

describe("diffSnapshots", () => {
  test("of one process: what is new, in groups", async () => {
    const diff = await diffSnapshots(before, after);
    expect(diff.sameProcess).toBe(true);
    const group = diff.groups.find(({ type }) => type === "Session");
    expect(group?.count).toBe(50);
    expect(showPath(group?.path ?? null)).toMatch(/sessions: Map -> value session \d+: Session$/u);
    expect(group?.holds[0]?.type).toBe("Array");
    const grown = diff.grown.find(({ type }) => type === "Session");
    expect([grown?.countBefore, grown?.countAfter]).toEqual([100, 150]);
  });

  test("the other way round nothing of the kind grew", async () => {
    const diff = await diffSnapshots(after, before);
    expect(diff.sameProcess).toBe(false);
    expect(diff.grown.filter(({ type }) => type === "Session")).toEqual([]);
    expect(diff.groups).toEqual([]);
  });

  test("of two processes: types that grew", async () => {
    const diff = await diffSnapshots(other, after);
    const grown = diff.grown.find(({ type }) => type === "Session");
    expect([grown?.countBefore, grown?.countAfter]).toEqual([100, 150]);
  });
});

describe("bad input", () => {
  test("a snapshot that is cut short at any of two hundred places", async () => {
    const whole = readFileSync(before);
    const cut = path.join(folder, "cut.heapsnapshot");
    const codes = new Set<string>();
    writeFileSync(cut, whole);
    for (let i = 200; i > 0; i--) {
      truncateSync(cut, Math.floor(((whole.length - 2) * i) / 200) - (i % 7));
      codes.add(await codeOf(analyzeSnapshot(cut)));
    }
    expect([...codes]).toEqual(["MEMSPEC_SNAPSHOT_TRUNCATED"]);
  });

  test("a snapshot that is damaged anywhere gives a result or a coded error, and the process lives", async () => {
    const whole = readFileSync(before);
    const damaged = path.join(folder, "damaged.heapsnapshot");
    writeFileSync(damaged, whole);
    const codes = new Set<string>();
    for (let i = 0; i < 60; i++) {
      const at = (i * 7919 * 131) % whole.length;
      const file = openSync(damaged, "r+");
      writeSync(file, Buffer.from('"7],{'), 0, 1 + (i % 5), at);
      closeSync(file);
      codes.add(await codeOf(analyzeSnapshot(damaged)));
      const mended = openSync(damaged, "r+");
      writeSync(mended, whole, at, Math.min(5, whole.length - at), at);
      closeSync(mended);
    }
    const known = ["MEMSPEC_SNAPSHOT_INVALID", "MEMSPEC_SNAPSHOT_TRUNCATED", "none"];
    expect([...codes].filter((code) => !known.includes(code))).toEqual([]);
    expect(codes).toContain("MEMSPEC_SNAPSHOT_INVALID");
    expect(await codeOf(analyzeSnapshot(damaged))).toBe("none");
  });

  test.each<[string, string | (() => string), MemspecErrorCode]>([
    ["an empty file", "", "MEMSPEC_SNAPSHOT_TRUNCATED"],
    ["text", "hello", "MEMSPEC_SNAPSHOT_INVALID"],
    ["other JSON", '{"a": [1, 2, {"b": "c"}]}', "MEMSPEC_SNAPSHOT_INVALID"],
    ["counts that are too large to be", '{"snapshot":{"meta":{},"node_count":1e18}}', "MEMSPEC_SNAPSHOT_INVALID"],
    ["a folder", () => folder, "MEMSPEC_SNAPSHOT_UNREADABLE"],
    ["no file", () => path.join(folder, "missing"), "MEMSPEC_SNAPSHOT_UNREADABLE"],
    ["a device", () => "/dev/null", "MEMSPEC_SNAPSHOT_UNREADABLE"],
  ])("%s", async (_name, content, code) => {
    const file = typeof content === "string" ? path.join(folder, "bad.heapsnapshot") : content();
    if (typeof content === "string") writeFileSync(file, content);
    expect(await codeOf(analyzeSnapshot(file))).toBe(code);
    expect(await codeOf(diffSnapshots(before, file))).toBe(code);
  });

  test("the message names the file and what is wrong with it", async () => {
    const file = path.join(folder, "bad.heapsnapshot");
    writeFileSync(file, "hello");
    await expect(analyzeSnapshot(file)).rejects.toThrow(
      `The heap snapshot ${file} could not be read: it is no heap snapshot: it does not begin with { (at byte 0).`,
    );
  });

  test.each<[unknown, MemspecErrorCode]>([
    [{ limit: 0 }, "MEMSPEC_INVALID_OPTION"],
    [{ limit: 1.5 }, "MEMSPEC_INVALID_OPTION"],
    [{ limit: 1_000_001 }, "MEMSPEC_INVALID_OPTION"],
    [{ avoid: "x" }, "MEMSPEC_INVALID_OPTION"],
    [{ avoid: [""] }, "MEMSPEC_INVALID_OPTION"],
    ["x", "MEMSPEC_INVALID_OPTION"],
    [{ limits: 1 }, "MEMSPEC_UNKNOWN_OPTION"],
  ])("options %j", async (options, code) => {
    expect(await codeOf(analyzeSnapshot(before, options as object))).toBe(code);
  });

  test.each([[undefined], [""], [7], [{ href: "https://a/b" }]])("the path %j", async (file) => {
    expect(await codeOf(analyzeSnapshot(file as unknown as string))).toBe("MEMSPEC_INVALID_OPTION");
  });
});

test("without the addon it is said that there is none", () => {
  const script = `import { analyzeSnapshot } from ${JSON.stringify(pathToFileURL(path.resolve("core/dist/esm/index.js")).href)};
    try { await analyzeSnapshot("x"); } catch (error) { console.log(error.code); }`;
  const printed = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
    env: { ...process.env, MEMSPEC_ADDON: "off" },
    encoding: "utf8",
  });
  expect(printed.trim()).toBe("MEMSPEC_UNAVAILABLE");
});
