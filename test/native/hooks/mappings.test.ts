import { beforeAll, describe, expect, it } from "vitest";
import { type Counts, runFixture } from "./run-fixture.js";

interface MappingTruth {
  readonly mappedCalls: number;
  readonly mappedBytes: number;
  readonly reservedCalls: number;
  readonly reservedBytes: number;
  readonly ok: boolean;
}

describe("mappings", () => {
  let results: Readonly<Record<string, { readonly result: MappingTruth; readonly counts: Counts }>>;
  beforeAll(async () => {
    results = await runFixture("mappings.cjs", { nodeArguments: ["--expose-gc"] });
  });

  it.each(["mapAndUnmap", "reserveAndCommit", "remap", "mapOver", "failing", "threads"])(
    "tells what gave access and what took it, in %s",
    (name) => {
      const { result, counts } = results[name] ?? expect.fail("no such sequence");
      expect(result.ok).toBe(true);
      expect(counts.native.mapped).toEqual({ count: result.mappedCalls, bytes: result.mappedBytes });
      expect(counts.native.reserved).toEqual({ count: result.reservedCalls, bytes: result.reservedBytes });
      expect(counts.buffers.mapped.count).toBe(0);
    },
  );

  it("says nothing of calls that failed", () => {
    expect(results["failing"]?.counts.unmapped).toEqual({ count: 0, bytes: 0 });
  });

  it("tells what the program unmaps from what V8's threads give back meanwhile", () => {
    const { result, counts } = results["collections"] ?? expect.fail("no such sequence");
    expect(result.ok).toBe(true);
    expect(counts.unmapped).toEqual({ count: 2, bytes: result.mappedBytes });
    expect(counts.unmappedByOthers.bytes).toBeGreaterThan(0);
  });

  it("takes away what a mapping was put over, and the old place of one that moved", () => {
    const page = 4096;
    expect(results["mapOver"]?.counts.unmapped.bytes).toBe((4 + 8) * page);
    // Old ranges of three moves (8, 16 and 4 pages), the target of the last one (4), and the munmap (4).
    expect(results["remap"]?.counts.unmapped.bytes).toBe((8 + 16 + 4 + 4 + 4) * page);
  });
});
