import { describe, expect, test } from "vitest";
import { docblockLimits } from "../../../plugin-jest/src/docblock.js";

const source = "@memory-limit";

describe("the docblock of a test file", () => {
  test("without the pragma declares nothing", () => {
    expect(docblockLimits({ "jest-environment": "node" })).toEqual([]);
  });

  test("declares a size, digits alone being bytes", () => {
    expect(docblockLimits({ "memory-limit": "50MB" })).toEqual([{ limit: "50MB", source }]);
    expect(docblockLimits({ "memory-limit": " 1000 " })).toEqual([{ limit: 1000, source }]);
  });

  test("declares several figures on one line, parted by commas", () => {
    expect(docblockLimits({ "memory-limit": "peak = 50 MB,allocated=1GB, retained=0" })).toEqual([
      { limit: { peak: "50 MB", allocated: "1GB", retained: 0 }, source },
    ]);
  });

  test("joins spaces by a plus", () => {
    expect(docblockLimits({ "memory-limit": "peak=1MB, space=heap + buffers" })).toEqual([
      { limit: { peak: "1MB", space: ["heap", "buffers"] }, source },
    ]);
    expect(docblockLimits({ "memory-limit": "peak=1MB, space=heap" })).toEqual([
      { limit: { peak: "1MB", space: "heap" }, source },
    ]);
  });

  test("may repeat the pragma: every line is a limit", () => {
    expect(docblockLimits({ "memory-limit": ["50MB", "allocated=1GB"] })).toEqual([
      { limit: "50MB", source },
      { limit: { allocated: "1GB" }, source },
    ]);
  });

  test.each(["", "50MB, 60MB", "peak=", "peak=1MB,", "=1MB", "peak=1MB; allocated=2MB, 3MB"])(
    "cannot read %j",
    (line) => {
      expect(() => docblockLimits({ "memory-limit": line })).toThrow(/MEMSPEC_INVALID_LIMIT/);
    },
  );

  test("names a key that is written twice", () => {
    expect(() => docblockLimits({ "memory-limit": "peak=1MB, peak=2MB" })).toThrow(/says "peak" twice/);
  });

  test.each(["memory-limits", "memorylimit", "memory_limit", "MemoryLimit", "limit-memory"])(
    "knows that @%s is meant to be @memory-limit",
    (name) => {
      expect(() => docblockLimits({ [name]: "1MB" })).toThrow(/Did you mean "@memory-limit"\?/);
    },
  );
});
