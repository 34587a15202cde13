import { describe, expect, test } from "vitest";
import { checkLimit, parseLimit } from "../../../core/src/limits/parse-limit.js";

const SOURCE = "limitMemory()";

describe("a limit", () => {
  test("that is a size limits the peak", () => {
    expect(parseLimit({ limit: "24 MB", source: SOURCE })).toEqual({
      source: SOURCE,
      figures: [{ figure: "peak", limitBytes: 24_000_000 }],
      spaces: null,
    });
  });

  test("can be zero", () => {
    expect(parseLimit({ limit: 0, source: SOURCE }).figures).toEqual([{ figure: "peak", limitBytes: 0 }]);
  });

  test("may limit several figures of named spaces", () => {
    const limit = { retained: 0, peak: "1 kB", allocated: "1 KiB", space: ["native", "heap"] } as const;
    expect(parseLimit({ limit, source: SOURCE })).toEqual({
      source: SOURCE,
      figures: [
        { figure: "peak", limitBytes: 1000 },
        { figure: "allocated", limitBytes: 1024 },
        { figure: "retained", limitBytes: 0 },
      ],
      spaces: ["heap", "native"],
    });
  });

  test.each([
    ["5 XB", "MEMSPEC_INVALID_SIZE", 'limitMemory(): "5 XB" is not a size.'],
    [-1, "MEMSPEC_INVALID_SIZE", "limitMemory(): -1 is not a size."],
    [undefined, "MEMSPEC_INVALID_SIZE", "limitMemory(): undefined is not a size."],
    [null, "MEMSPEC_INVALID_SIZE", "limitMemory(): null is not a size."],
    [{ peak: "much" }, "MEMSPEC_INVALID_SIZE", 'limitMemory(), peak: "much" is not a size.'],
    [["1 kB"], "MEMSPEC_INVALID_LIMIT", "limitMemory(): an array is not a limit."],
    [{}, "MEMSPEC_INVALID_LIMIT", "limitMemory(): the limit limits nothing."],
    [{ space: "heap" }, "MEMSPEC_INVALID_LIMIT", "limitMemory(): the limit limits nothing."],
    [{ leaked: 0 }, "MEMSPEC_INVALID_LIMIT", "limitMemory(): leaks cannot be limited yet."],
    [{ peek: 1 }, "MEMSPEC_UNKNOWN_OPTION", 'limitMemory(): there is no limit "peek".'],
    [{ peak: 1, space: "hepa" }, "MEMSPEC_INVALID_OPTION", 'limitMemory(): "hepa" is no valid "space".'],
    [{ peak: 1, space: [] }, "MEMSPEC_INVALID_OPTION", 'limitMemory(): an array is no valid "space".'],
  ])("%j is refused with its code", (limit, code, fact) => {
    expect(() => checkLimit(limit, SOURCE)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(fact) }),
    );
  });

  test("that is mistyped is told the right word", () => {
    expect(() => checkLimit({ alocated: 1 }, SOURCE)).toThrow(
      expect.objectContaining({ hint: 'Did you mean "allocated"?' }),
    );
  });

  test("on leaks is told which limits there are", () => {
    expect(() => checkLimit({ leaked: 0 }, SOURCE)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining("Other limits are peak and allocated.") }),
    );
  });
});
