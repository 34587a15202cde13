import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { load } from "@memspec/native";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

const run = promisify(execFile);

/** `Header` in native/hooks/symbol_cache.cc. */
const HEADER = { engineBuildId: 9, hasV8: 104 } as const;

let folder = "";
let addon = "";
let cache = "";

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "memspec-symbols-"));
  addon = path.join(folder, "memspec.node");
  cache = `${addon}.symbols`;
  const { path: built } = load();
  if (built === undefined) throw new Error("the addon is not built");
  await copyFile(built, addon);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

beforeEach(() => rm(cache, { recursive: true, force: true }));

/** What a process that loads the addon finds, and how it attributes a buffer and the memory of zlib. */
async function find(): Promise<unknown> {
  const program = `
    const addon = require(${JSON.stringify(addon)});
    const zlib = require("node:zlib");
    const deflate = () => zlib.createDeflate({ level: 9 });
    const kept = [deflate()];
    const told = addon.capabilities();
    addon.arm();
    const span = addon.open({ sampleInterval: 0, threads: "isolate", retained: false, settle: false });
    addon.begin(span);
    kept.push(Buffer.alloc(1_000_000), deflate());
    addon.end(span);
    const [, buffers, native] = addon.read(span).spaces;
    console.log(JSON.stringify({ told, buffers: buffers.netBytes >= 1_000_000, zlib: Math.round(native.netBytes / 1e5) }));
  `;
  const { stdout } = await run(process.execPath, ["-e", program]);
  return JSON.parse(stdout);
}

test("the first process of an engine writes what it found beside the addon, the next reads it and finds the same", async () => {
  const first = await find();
  const written = await stat(cache);
  expect(await find()).toEqual(first);
  expect((await stat(cache)).ino).toBe(written.ino);
  expect(await readdir(folder)).toEqual(["memspec.node", "memspec.node.symbols"]);
});

test("what the file says is believed", async () => {
  await find();
  const bytes = await readFile(cache);
  expect(bytes.readUInt32LE(HEADER.hasV8)).toBe(1);
  bytes.writeUInt32LE(0, HEADER.hasV8);
  await writeFile(cache, bytes);
  expect(await find()).toMatchObject({ told: { engineSymbols: false } });
});

test.each([
  [
    "is of another engine",
    (bytes: Buffer) => bytes.writeUInt8((bytes[HEADER.engineBuildId] ?? 0) ^ 1, HEADER.engineBuildId),
  ],
  ["is damaged", (bytes: Buffer) => bytes.writeUInt8((bytes.at(-1) ?? 0) ^ 1, bytes.length - 1)],
])("a file that %s is not believed, and is written anew", async (_what, change) => {
  const right = await find();
  const good = await readFile(cache);
  const bytes = Buffer.from(good);
  change(bytes);
  await writeFile(cache, bytes);
  expect(await find()).toEqual(right);
  expect((await readFile(cache)).equals(good)).toBe(true);
});

test("a file that was cut short is not believed, and is written anew", async () => {
  const right = await find();
  const good = await readFile(cache);
  for (const length of [0, 10, 200, good.length - 1]) {
    await writeFile(cache, good.subarray(0, length));
    expect(await find()).toEqual(right);
    expect((await readFile(cache)).equals(good)).toBe(true);
  }
});

test("where it cannot be written nothing is missing, and nothing is left behind", async () => {
  const right = await find();
  await rm(cache);
  await mkdir(path.join(cache, "occupied"), { recursive: true });
  expect(await find()).toEqual(right);
  expect(await readdir(folder)).toEqual(["memspec.node", "memspec.node.symbols"]);
});
