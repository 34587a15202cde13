import { describe, expect, test } from "vitest";
import { withAddonErrors } from "../../../core/src/capture/addon-errors.js";
import type { NativeCapabilities, OpenOptions, RawMeasurement, RawSpace } from "../../../core/src/capture/binding.js";
import { describeNative, retainedWithUnknowns, withUnknowns } from "../../../core/src/capture/native-tracker.js";
import { MemspecError } from "../../../core/src/errors/memspec-error.js";

const OPTIONS: OpenOptions = { sampleInterval: 512, threads: "isolate", retained: false, settle: false };
const ALL: NativeCapabilities = {
  version: "0.1.0",
  hooks: true,
  hooksReason: "",
  engineSymbols: true,
  bufferTap: true,
  heapLines: true,
  isolates: 1,
};
const NO_HOOKS: NativeCapabilities = { ...ALL, hooks: false, hooksReason: "no symbol" };

function space(bytes: number): RawSpace {
  return { allocatedBytes: bytes, allocationCount: 1, peakBytes: bytes, netBytes: bytes };
}

const RAW: RawMeasurement = {
  durationNs: 1,
  spaces: [space(1), space(2), space(3), space(4)],
  total: space(6),
  peakErrorBytes: 0,
  heapPeakLiveBytes: null,
  cameToRest: true,
  gc: { count: 0, majorCount: 0, durationNs: 0 },
  fragmentation: { heapBytes: 0, nativeBytes: null },
  sites: [],
  heapSampler: "off",
  heapByLine: false,
  heapSampleInterval: 0,
  truncated: { samplesDropped: 0, blocksDropped: 0, stacksDropped: 0, unknownFrees: 0 },
  ownBytes: 0,
};

describe("what the machine lacks", () => {
  test("nothing, and there is nothing to note", () => {
    expect(describeNative(ALL, OPTIONS)).toEqual({
      tracker: "native",
      native: { available: true },
      stacks: { available: true },
      heapLines: true,
      notes: [],
    });
  });

  test.each<[string, Partial<NativeCapabilities>, string]>([
    ["hooks", { hooks: false, hooksReason: "no symbol malloc" }, "Native memory is not counted: no symbol malloc."],
    ["every way to see buffers", { hooks: false, bufferTap: false }, "Buffers are not counted"],
    ["a symbol table", { engineSymbols: false }, "no symbol table"],
    ["an isolate alone", { isolates: 3 }, "3 isolates"],
  ])("%s is told in a sentence", (_what, lack, note) => {
    expect(describeNative({ ...ALL, ...lack }, OPTIONS).notes.join(" ")).toContain(note);
  });

  test("other isolates are no matter when every thread counts", () => {
    expect(describeNative({ ...ALL, isolates: 3 }, { ...OPTIONS, threads: "process" }).notes).toEqual([]);
  });
});

describe("what could not be counted is unknown, never zero", () => {
  test("with everything there, the figures are the addon's own", () => {
    expect(withUnknowns(RAW, ALL)).toBe(RAW);
    expect(retainedWithUnknowns([1, 2, 3, 4], ALL)).toEqual([1, 2, 3, 4]);
  });

  test("without hooks native memory and the engine's are unknown", () => {
    const { spaces } = withUnknowns(RAW, NO_HOOKS);
    expect(spaces.map((found) => found.allocatedBytes)).toEqual([1, 2, null, null]);
    expect(spaces[2]).toEqual({ allocatedBytes: null, allocationCount: null, peakBytes: null, netBytes: null });
    expect(retainedWithUnknowns([1, 2, 3, 4], NO_HOOKS)).toEqual([1, 2, null, null]);
  });

  test("without hooks and tap buffers are unknown too", () => {
    const nothing = { ...NO_HOOKS, bufferTap: false };
    expect(withUnknowns(RAW, nothing).spaces.map((found) => found.peakBytes)).toEqual([1, null, null, null]);
    expect(retainedWithUnknowns([1, 2, 3, 4], nothing)).toEqual([1, null, null, null]);
  });
});

describe("errors that come out of the addon", () => {
  function thrown(error: unknown): unknown {
    try {
      withAddonErrors(() => {
        throw error;
      });
    } catch (caught) {
      return caught;
    }
    return undefined;
  }

  test("of its own become MemspecErrors with the same code", () => {
    const raised = Object.assign(new Error("this measurement was closed"), { code: "MEMSPEC_MEASUREMENT_CLOSED" });
    const error = thrown(raised);
    expect(error).toBeInstanceOf(MemspecError);
    expect(error).toMatchObject({
      code: "MEMSPEC_MEASUREMENT_CLOSED",
      message: expect.stringContaining("This measurement was closed.") as string,
      cause: raised,
    });
  });

  test.each([
    ["a plain error", new Error("mine")],
    ["an error with a code of its own", Object.assign(new Error("mine"), { code: "ENOENT" })],
    ["an error with a code that looks like ours", Object.assign(new Error("mine"), { code: "MEMSPEC_MINE" })],
    ["a MemspecError", new MemspecError("MEMSPEC_UNAVAILABLE", "x")],
    ["a string", "mine"],
    ["null", null],
    ["undefined", undefined],
  ])("of the measured function come through as they are: %s", (_what, error) => {
    expect(thrown(error)).toBe(error);
  });

  test("are not needed: a value comes through", () => {
    expect(withAddonErrors(() => 5)).toBe(5);
  });
});
