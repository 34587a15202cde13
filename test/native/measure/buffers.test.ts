import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { BUFFERS, collectGarbage, figuresOf, figuresOfAsync, NATIVE } from "./tracker.js";

/** Keeps what is made from being optimised away. */
const holder: { value: unknown } = { value: undefined };
const PAGE = 65_536;

const makers: readonly [name: string, bytes: number, make: () => unknown][] = [
  ["Buffer.alloc", 50_000_000, () => Buffer.alloc(50_000_000)],
  ["Buffer.allocUnsafeSlow", 1_234_567, () => Buffer.allocUnsafeSlow(1_234_567)],
  ["Buffer.from of a long string", 300_000, () => Buffer.from("a".repeat(300_000))],
  ["Uint8Array", 100_001, () => new Uint8Array(100_001)],
  ["Float64Array", 80_000, () => new Float64Array(10_000)],
  ["ArrayBuffer", 77, () => new ArrayBuffer(77)],
  ["SharedArrayBuffer", 4096, () => new SharedArrayBuffer(4096)],
  [
    "structuredClone",
    10_000,
    (
      (source) => () =>
        structuredClone(source)
    )(new Uint8Array(10_000)),
  ],
  [
    "ArrayBuffer.slice",
    5000,
    (
      (source) => () =>
        source.slice(0, 5000)
    )(new ArrayBuffer(9000)),
  ],
];

test.each(makers)("%s is counted once, to the byte", (_name, bytes, make) => {
  holder.value = make();
  // From a clean start: what was dropped before must not be freed in the span.
  const { spaces } = figuresOf(
    () => {
      holder.value = make();
    },
    { settle: true },
  );
  expect(spaces[BUFFERS]).toMatchObject({
    allocatedBytes: bytes,
    allocationCount: 1,
    peakBytes: bytes,
    netBytes: bytes,
  });
});

test.each(makers.filter(([name]) => /Array/.test(name)))("%s is not native memory as well", (_name, _bytes, make) => {
  holder.value = make();
  expect(
    figuresOf(() => {
      holder.value = make();
    }).spaces[NATIVE].allocatedBytes,
  ).toBe(0);
});

test("memory of WebAssembly is what is committed, not what is reserved", () => {
  const figures = figuresOf(
    () => {
      const memory = new WebAssembly.Memory({ initial: 3, maximum: 1000 });
      memory.grow(2);
      holder.value = memory;
    },
    { settle: true },
  );
  expect(figures.spaces[BUFFERS]).toMatchObject({ allocatedBytes: 5 * PAGE, netBytes: 5 * PAGE });
});

test("a resizable buffer counts the pages that are committed", () => {
  const resize = () => {
    const buffer = new ArrayBuffer(8192, { maxByteLength: 1 << 20 } as never);
    (buffer as unknown as { resize(bytes: number): void }).resize(16_384);
    holder.value = buffer;
  };
  resize();
  expect(figuresOf(resize, { settle: true }).spaces[BUFFERS]).toMatchObject({
    allocatedBytes: 16_384,
    netBytes: 16_384,
  });
});

test("a file that is read counts as a buffer of its size", async () => {
  const file = path.join(tmpdir(), `memspec-${process.pid}.bin`);
  writeFileSync(file, Buffer.alloc(500_000));
  readFileSync(file);
  const { spaces } = figuresOf(() => {
    holder.value = readFileSync(file);
  });
  expect(spaces[BUFFERS]).toMatchObject({ allocatedBytes: 500_000, allocationCount: 1 });
  const asynchronous = await figuresOfAsync(async () => {
    holder.value = await (await import("node:fs/promises")).readFile(file);
  });
  // Node 26 reads on a pool thread into memory of its own, which becomes the Buffer's: native, where it was allocated.
  const { [BUFFERS]: buffers, [NATIVE]: native } = asynchronous.spaces;
  expect(buffers.allocatedBytes + native.allocatedBytes).toBeGreaterThanOrEqual(500_000);
});

test("a buffer that is dropped lowers the level when it is collected, and the peak remembers it", () => {
  holder.value = undefined;
  const { spaces } = figuresOf(
    () => {
      for (let i = 0; i < 4; i++) {
        holder.value = new Uint8Array(1_000_000);
        holder.value = undefined;
        collectGarbage();
        collectGarbage();
      }
    },
    { settle: true },
  );
  expect(spaces[BUFFERS].allocatedBytes).toBe(4_000_000);
  expect(spaces[BUFFERS].peakBytes).toBeGreaterThan(0);
  expect(spaces[BUFFERS].peakBytes).toBeLessThanOrEqual(2_000_000);
  expect(spaces[BUFFERS].netBytes).toBeLessThanOrEqual(0);
});
