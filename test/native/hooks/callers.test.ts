import { describe, expect, it } from "vitest";
import { runFixture, type SpaceCounts } from "./run-fixture.js";

describe("whose memory it is", () => {
  it("adds nothing to native or buffers for V8's own work, on any thread", async () => {
    const { steps, residue, engineCount, empty } = await runFixture<{
      steps: number;
      residue: Readonly<Record<string, unknown>>;
      engineCount: number;
      empty: number;
    }>("engine-work.cjs");
    expect(steps).toBe(23);
    expect(residue).toEqual({});
    expect(empty).toBe(0);
    // The work was there to be seen.
    expect(engineCount).toBeGreaterThan(1000);
  });

  it("counts what Node and ICU do for the program as native", async () => {
    const { results, heapSamples } = await runFixture<{
      results: Readonly<Record<string, SpaceCounts>>;
      heapSamples: number;
    }>("program-work.cjs");
    expect(results["zlib"]?.allocated.bytes).toBeGreaterThan(250_000);
    expect(results["crypto"]?.allocated.count).toBeGreaterThan(2);
    expect(results["intl"]?.allocated.count).toBeGreaterThan(4);
    expect(results["serializer"]?.allocated.bytes).toBeGreaterThan(1000);
    expect(heapSamples).toBeGreaterThan(100);
  });
});
