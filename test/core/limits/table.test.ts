import { describe, expect, test } from "vitest";
import { parseOptions } from "../../../core/src/limits/parse-options.js";
import { limitsFor, parseLimitsTable } from "../../../core/src/limits/table.js";

const ROOT = "/project";

describe("the limits table", () => {
  test("gives every entry whose glob matches the file", () => {
    const table = parseLimitsTable({
      "src/**": "50MB",
      "**/*.slow.test.ts": { peak: "1GB", allocated: "2GB" },
      "lib/**": "1MB",
    });
    expect(limitsFor(table, ROOT, "/project/src/parser/big.slow.test.ts")).toEqual([
      { limit: "50MB", source: 'limits["src/**"]' },
      { limit: { peak: "1GB", allocated: "2GB" }, source: 'limits["**/*.slow.test.ts"]' },
    ]);
  });

  test("gives the default to files that no glob matches", () => {
    const table = parseLimitsTable({ default: "100MB", "src/**": "50MB" });
    expect(limitsFor(table, ROOT, "/project/test/a.test.ts")).toEqual([
      { limit: { peak: 100_000_000 }, source: "limits.default" },
    ]);
  });

  test("lets a matching entry allow more than the default", () => {
    const table = parseLimitsTable({ default: "100MB", "src/**": "1GB" });
    expect(limitsFor(table, ROOT, "/project/src/a.test.ts")).toEqual([{ limit: "1GB", source: 'limits["src/**"]' }]);
  });

  test("keeps the default of figures that no matching entry limits", () => {
    const table = parseLimitsTable({
      default: { peak: "1 kB", allocated: "2 kB", space: "heap" },
      "src/**": { peak: "5 kB" },
    });
    expect(limitsFor(table, ROOT, "/project/src/a.test.ts")).toEqual([
      { limit: { peak: "5 kB" }, source: 'limits["src/**"]' },
      { limit: { allocated: 2000, space: "heap" }, source: "limits.default" },
    ]);
  });

  test.each([
    ["src/**", "src/.hidden/a.test.ts", true],
    ["./src/*.ts", "src/a.ts", true],
    ["src/*.ts", "src/deep/a.ts", false],
    ["!src/**", "test/a.ts", true],
    ["!./src/**", "src/a.ts", false],
    ["{src,lib}/**", "lib/a.ts", true],
    ["default.ts", "default.ts", true],
  ])("glob %s on %s: %s", (glob, file, matches) => {
    const table = parseLimitsTable({ [glob]: 1 });
    expect(limitsFor(table, ROOT, file)).toHaveLength(matches ? 1 : 0);
  });

  test("takes files relative to the root, and files outside of it", () => {
    const table = parseLimitsTable({ "../other/**": 1 });
    expect(limitsFor(table, ROOT, "../other/a.ts")).toHaveLength(1);
    expect(limitsFor(table, ROOT, "/other/a.ts")).toHaveLength(1);
  });

  test("without a table there are no limits", () => {
    expect(limitsFor(undefined, ROOT, "a.ts")).toEqual([]);
  });

  test.each([
    ["50MB", "MEMSPEC_INVALID_LIMIT", 'limits is an object, not "50MB".'],
    [null, "MEMSPEC_INVALID_LIMIT", "limits is an object, not null."],
    [[], "MEMSPEC_INVALID_LIMIT", "limits is an object, not an array."],
    [{ "": 1 }, "MEMSPEC_INVALID_LIMIT", "an empty glob"],
    [{ " ": 1 }, "MEMSPEC_INVALID_LIMIT", "an empty glob"],
    [{ "/src/**": 1 }, "MEMSPEC_INVALID_LIMIT", "an absolute path"],
    [{ "src/**": "50 M" }, "MEMSPEC_INVALID_SIZE", 'limits["src/**"]: "50 M" is not a size.'],
    [{ default: { peak: 1.5 } }, "MEMSPEC_INVALID_SIZE", "limits.default, peak: 1.5 is not a size."],
    [{ "a/**": { leaked: -1 } }, "MEMSPEC_INVALID_SIZE", "-1 is not a size."],
  ])("%j is refused with its code", (table, code, fact) => {
    expect(() => parseOptions({ limits: table })).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(fact) }),
    );
  });
});

describe("the options of the configuration", () => {
  test("are handed back as they are: plain data", () => {
    const options = { warmup: 3, limits: { default: "1GB" } };
    expect(parseOptions(options)).toBe(options);
    expect(parseOptions(undefined)).toEqual({});
  });

  test.each([
    [{ limit: {} }, "MEMSPEC_UNKNOWN_OPTION", 'Did you mean "limits"?'],
    [{ retained: true }, "MEMSPEC_UNKNOWN_OPTION", "The options are"],
    [{ runs: 0 }, "MEMSPEC_INVALID_OPTION", "whole number"],
    [{ warmup: "3" }, "MEMSPEC_INVALID_OPTION", "whole number"],
    [{ sampleInterval: "fine" }, "MEMSPEC_INVALID_SIZE", ""],
    [{ verbose: 1 }, "MEMSPEC_INVALID_OPTION", "true or false"],
    [7, "MEMSPEC_INVALID_OPTION", ""],
  ])("%j is refused with its code", (options, code, hint) => {
    expect(() => parseOptions(options)).toThrow(expect.objectContaining({ code, hint: expect.stringContaining(hint) }));
  });
});
