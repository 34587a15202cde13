import { describe, expect, test } from "vitest";
import { checkLimit, parseLimit } from "../../../core/src/limits/parse-limit.js";

const SOURCE = "limitMemory()";

describe("a limit", () => {
  test("that is a size limits the peak", () => {
    expect(parseLimit({ limit: "24 MB", source: SOURCE })).toEqual({
      source: SOURCE,
      figures: [{ figure: "peak", limitBytes: 24_000_000 }],
      leaks: null,
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
      leaks: null,
      spaces: ["heap", "native"],
    });
  });

  test("may limit leaks, alone or beside figures", () => {
    expect(parseLimit({ limit: { leaked: 0 }, source: SOURCE })).toMatchObject({ figures: [], leaks: { allow: 0 } });
    const both = parseLimit({ limit: { peak: "1 kB", leaked: { instances: 0.5 } }, source: SOURCE });
    expect(both.figures).toHaveLength(1);
    expect(both.leaks).toEqual({ allow: { instances: 0.5 } });
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
    [{ leaked: "much" }, "MEMSPEC_INVALID_SIZE", '"much" is not a size.'],
    [{ leaked: { bites: 1 } }, "MEMSPEC_UNKNOWN_OPTION", 'limitMemory(), leaked, "allow": there is no option "bites".'],
    [{ leaked: { instances: -1 } }, "MEMSPEC_INVALID_OPTION", '-1 is no valid "allow.instances".'],
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
});
