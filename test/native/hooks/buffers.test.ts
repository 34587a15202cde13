import { beforeAll, describe, expect, it } from "vitest";
import { runFixture, type SpaceCounts, type Totals } from "./run-fixture.js";

interface Results {
  readonly tapped: boolean;
  readonly results: Readonly<Record<string, SpaceCounts>>;
  readonly collected: SpaceCounts;
  readonly untapped: Readonly<Record<string, Totals>>;
  readonly again: Readonly<Record<string, Totals>>;
  readonly removed: Totals;
}

const allocator = "v8::ArrayBuffer::Allocator";

describe("backing stores", () => {
  let results: Results;
  beforeAll(async () => {
    results = await runFixture("buffers.cjs");
    expect(results.tapped).toBe(true);
  });

  it.each([
    ["Buffer.alloc", 50_000_000],
    ["Buffer.allocUnsafeSlow", 777_777],
    ["Float64Array", 800_000],
    ["ArrayBuffer", 123],
    ["SharedArrayBuffer", 333_333],
    ["structuredClone", 222_222],
    ["readFileSync", 1_234_567],
    ["Buffer.from", 100_000],
    ["slice", 222_221],
  ])("counts one of %s once, with the length that was asked for", (name, bytes) => {
    expect(results.results[name]?.functions).toEqual({ [allocator]: { count: 1, bytes } });
    expect(results.results[name]?.mapped.count).toBe(0);
  });

  it("counts nothing for one without bytes", () => {
    expect(results.results["no bytes"]?.allocated).toEqual({ count: 0, bytes: 0 });
  });

  it.each([
    ["resizable", 4096],
    ["growable", 8192],
    ["WebAssembly.Memory", 2 * 65536],
    ["shared WebAssembly.Memory", 3 * 65536],
  ])("counts the committed pages of %s, and no reservation", (name, bytes) => {
    expect(results.results[name]?.allocated.count).toBe(0);
    expect(results.results[name]?.mapped).toEqual({ count: 1, bytes });
  });

  it("sees a collected one go", () => {
    expect(results.collected.allocated).toEqual({ count: 1, bytes: 1_000_000 });
    expect(results.collected.freed).toEqual({ count: 1, bytes: 1_000_000 });
  });

  it("falls back to the call site without the tap, and counts nothing without the hooks", () => {
    expect(Object.keys(results.untapped)).not.toContain(allocator);
    expect(Object.values(results.untapped)).toEqual([{ count: 1, bytes: 54_321 }]);
    expect(results.again).toEqual({ [allocator]: { count: 1, bytes: 54_321 } });
    expect(results.removed).toEqual({ count: 0, bytes: 0 });
  });
});
