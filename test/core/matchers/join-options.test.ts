import { describe, expect, test } from "vitest";
import { joinOptions } from "../../../core/src/limits/join-options.js";
import { optionsOf } from "../../../core/src/limits/option-table.js";

const SIZING = optionsOf("sizing");

describe("options of a call and of the configuration", () => {
  test("are joined, and the call wins", () => {
    expect(joinOptions({ warmup: 3, runs: 5 }, { runs: 1 }, SIZING)).toEqual({ warmup: 3, runs: 1 });
  });

  test("undefined in the call is no choice", () => {
    expect(joinOptions({ warmup: 3 }, { warmup: undefined }, SIZING)).toEqual({ warmup: 3 });
  });

  test("what the call does not take does not come from the configuration", () => {
    expect(joinOptions({ warmup: 3, runs: 5, space: "heap" }, undefined, optionsOf("survivors"))).toEqual({
      warmup: 3,
    });
  });

  test.each([
    [{ stacks: "exact" }, { stacks: "exact" }],
    [{ sampleInterval: 512 }, { sampleInterval: 512 }],
    [{ ignore: "cache" }, { ignore: "cache" }],
  ])("%j in the call replaces every choice of the configuration about stacks", (call, joined) => {
    expect(joinOptions({ stacks: "none", sampleInterval: 1024, ignore: "x" }, call, SIZING)).toEqual(joined);
  });

  test.each([null, [], "fast", 7])("%j is left for validation to refuse", (call) => {
    expect(joinOptions({ warmup: 3 }, call, SIZING)).toBe(call);
  });
});
