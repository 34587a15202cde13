// What recordings of real programs say, before and after their events are packed.
import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { expect, test } from "vitest";
import type { PackingBinding } from "../../../core/src/capture/packing-binding.js";
import { type CaptureReading, compressCapture, openCapture } from "../../../core/src/captures.js";
import { sortedCells } from "../../core/capture-files/harness/temporal-cells.js";
import { captureFolder, record, recordsOf } from "../recording/programs.js";

const root = path.resolve(import.meta.dirname, "../../..");
const minutes = 60_000;
const at = captureFolder();
const VIEWS = [
  { kind: "peak" },
  { kind: "leaked" },
  { kind: "allocated" },
  { kind: "temporary" },
  { kind: "peak", spaces: ["buffers", "native"] },
] as const;

/** Kinds of a file's chunks, and how they are compressed. */
function chunksOf(file: string): readonly (readonly [number, number])[] {
  const bytes = readFileSync(file);
  const chunks: (readonly [number, number])[] = [];
  for (let from = 16; from < bytes.length; from += 16 + bytes.readUInt32LE(from + 4)) {
    chunks.push([bytes.readUInt8(from), bytes.readUInt8(from + 1)]);
  }
  return chunks;
}

async function read(file: string): Promise<readonly [readonly string[], CaptureReading]> {
  const capture = await openCapture(file);
  return [sortedCells(await capture.read({ views: VIEWS, temporal: {} })), await capture.read({ views: VIEWS })];
}

test.each([
  [
    "every hooked function on one thread and on eight, with native stacks",
    { name: "every-function.cjs" },
    { nativeStacks: true },
  ],
  ["workers", { name: "workers.cjs", env: { WORKERS: "6" } }, {}],
  [
    "every object of the heap",
    { name: "objects.cjs", nodeArguments: ["--expose-gc", "--no-opt"], env: { KEPT: "2000", DROPPED: "3000" } },
    { heapInterval: "exact" },
  ],
] as const)(
  "a recording of %s says the same once it is packed",
  async (_, program, options) => {
    const file = at(`${program.name}.memspec`);
    record(program, { file, ...options });
    const before = await read(file);
    const records = await recordsOf(await openCapture(file));
    const bytes = statSync(file).size;
    await compressCapture(file);
    const kinds = chunksOf(file).map(([kind]) => kind);
    expect(kinds).toContain(6);
    expect(kinds).not.toContain(3);
    expect(statSync(file).size).toBeLessThan(bytes / 2);
    expect(records.length).toBeGreaterThan(500);
    expect(await recordsOf(await openCapture(file))).toEqual(records);
    expect(await read(file)).toEqual(before);
  },
  3 * minutes,
);

test(
  "without the addon events are deflated as they are, and stay so",
  async () => {
    const file = at("without.memspec");
    record({ name: "workers.cjs", env: { WORKERS: "2" } }, { file });
    const before = await read(file);
    copyFileSync(file, `${file}.raw`);
    const code = `import(${JSON.stringify(path.join(root, "core/dist/esm/captures.js"))}).then(({ compressCapture }) => compressCapture(process.argv[1]))`;
    const run = spawnSync(process.execPath, ["-e", code, file], {
      encoding: "utf8",
      env: { ...process.env, MEMSPEC_ADDON: "off" },
    });
    expect([run.stderr, run.status]).toEqual(["", 0]);
    const events = chunksOf(file).filter(([kind]) => kind === 3 || kind === 6);
    expect(events.every(([kind, compression]) => kind === 3 && compression === 1)).toBe(true);
    expect(events.length).toBeGreaterThan(0);
    expect(await read(file)).toEqual(before);
    const once = readFileSync(file);
    await compressCapture(file);
    expect(readFileSync(file).equals(once)).toBe(true);
    await compressCapture(`${file}.raw`);
    expect(statSync(`${file}.raw`).size).toBeLessThan(once.length);
  },
  2 * minutes,
);

const PACKED = Buffer.from([1, 0, 1, 1, 1, 0, 4, 0x21, 0, 8, 2, 0, 0, 2, 0]);

test("the addon packs one payload after the other, and nothing else", async () => {
  const { binding } = (
    createRequire(import.meta.url)("@memspec/native") as { load(): { binding: PackingBinding } }
  ).load();
  const packer = binding.packerOpen();
  const payload = Uint8Array.of(0x21, 2, 8, 0);
  const first = binding.packerAdd(packer, payload);
  expect(() => binding.packerAdd(packer, payload)).toThrow("one payload after the other");
  expect(await first).toEqual(PACKED);
  expect(await binding.packerAdd(packer, payload.fill(0xff))).toBeNull();
  expect(await binding.packerAdd(packer, Uint8Array.of(0x21, 2, 8, 0))).toBeNull();
  for (const wrong of [[], [{}, payload], [packer], [packer, new Uint16Array(2)], [packer, "\x21\x02\x08\x00"]]) {
    expect(() => Reflect.apply(binding.packerAdd, binding, wrong)).toThrow("packerAdd() takes");
  }
});

/** As its constructor is from Node 20 on; the types know it later. */
interface Resizable extends ArrayBuffer {
  resize(bytes: number): void;
}
const Shrinking = ArrayBuffer as unknown as new (bytes: number, options: { maxByteLength: number }) => Resizable;

test.each([
  [
    "is given away",
    () => new ArrayBuffer(2 ** 20),
    (buffer: ArrayBuffer) => structuredClone(buffer, { transfer: [buffer] }),
  ],
  [
    "shrinks",
    () => new Shrinking(2 ** 20, { maxByteLength: 2 ** 20 }),
    (buffer: ArrayBuffer) => (buffer as Resizable).resize(0),
  ],
])("a payload whose buffer %s while it is packed is packed all the same", async (_what, make, lose) => {
  const { binding } = (
    createRequire(import.meta.url)("@memspec/native") as { load(): { binding: PackingBinding } }
  ).load();
  for (let round = 0; round < 20; round += 1) {
    const buffer = make();
    const payload = new Uint8Array(buffer, 1000, 4);
    payload.set([0x21, 2, 8, 0]);
    const packing = binding.packerAdd(binding.packerOpen(), payload);
    lose(buffer);
    expect(payload.length).toBe(0);
    expect(await packing).toEqual(PACKED);
  }
});
