import { describe, expect, test } from "vitest";
import { MemspecError } from "../../../core/src/errors/memspec-error.js";
import { parseSize } from "../../../core/src/sizes/parse-size.js";

function refusal(value: unknown): MemspecError {
  try {
    parseSize(value);
  } catch (error) {
    if (error instanceof MemspecError) return error;
    throw error;
  }
  throw new Error(`${String(value)} was taken for a size`);
}

describe("sizes that are taken", () => {
  test.each([
    ["0B", 0],
    ["0 MB", 0],
    ["512 B", 512],
    ["512b", 512],
    ["1kB", 1000],
    ["1 KB", 1000],
    ["1Kb", 1000],
    ["50MB", 50_000_000],
    ["24 MB", 24_000_000],
    ["50mb", 50_000_000],
    ["1 GB", 1_000_000_000],
    ["1TB", 1_000_000_000_000],
    ["1 KiB", 1024],
    ["1mib", 1_048_576],
    ["1.5 GiB", 1_610_612_736],
    ["1 TiB", 1_099_511_627_776],
    ["007 kB", 7000],
    ["0.001 kB", 1],
    ["61.3 MB", 61_300_000],
    ["8191.999999999 TiB", 9_007_199_254_739_892],
    ["9007.199254740991 TB", Number.MAX_SAFE_INTEGER],
    ["9007199254740991 B", Number.MAX_SAFE_INTEGER],
    ["61.3 MB (61,310,448 B)", 61_310_448],
  ])("%j is %d bytes", (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test.each([0, 1, 50_000_000, Number.MAX_SAFE_INTEGER])("the number %d is that many bytes", (bytes) => {
    expect(parseSize(bytes)).toBe(bytes);
  });

  test("a fraction of a unit is rounded to the nearest byte, halves up", () => {
    expect(parseSize("1.1 KiB")).toBe(1126);
    expect(parseSize("1.0004 kB")).toBe(1000);
    expect(parseSize("1.0005 kB")).toBe(1001);
    expect(parseSize("1.0006 kB")).toBe(1001);
  });

  test("long fractions are read exactly where floating point would be off by one", () => {
    expect(parseSize("4503.599627370497 TB")).toBe(4_503_599_627_370_497);
    expect(parseSize("1.005 kB")).toBe(1005);
  });
});

describe("what is no size is refused with its value and a way out", () => {
  test.each([
    ["", "empty"],
    ["50", 'Did you mean "50 B"?'],
    ["50M", 'Did you mean "50MB"?'],
    ["50 M", 'Did you mean "50MB"?'],
    ["50Mi", 'Did you mean "50MiB"?'],
    ["50mb/s", 'Did you mean "50MB"?'],
    ["50MBps", 'Did you mean "50MB"?'],
    [" 50MB", 'Did you mean "50MB"?'],
    ["50MB ", 'Did you mean "50MB"?'],
    ["50  MB", 'Did you mean "50MB"?'],
    ["50\tMB", 'Did you mean "50MB"?'],
    ["50 megabytes", 'Did you mean "50MB"?'],
    ["512 bytes", 'Did you mean "512 B"?'],
    ["1,5 MB", 'Did you mean "1.5MB"?'],
    ["1,000 kB", 'Did you mean "1000kB"?'],
    ["1_000 kB", 'Did you mean "1000kB"?'],
    ["50 MBB", 'Did you mean "50MB"?'],
    ["50 Mbit", "Write a number and a unit"],
    ["MB", "Write a number and a unit"],
    ["-5 MB", "Write a number and a unit"],
    ["+5 MB", "Write a number and a unit"],
    ["1e3 kB", "Write a number and a unit"],
    ["0x10 B", "Write a number and a unit"],
    [".5 MB", "Write a number and a unit"],
    ["5. MB", "Write a number and a unit"],
    ["NaN", "Write a number and a unit"],
    ["Infinity MB", "Write a number and a unit"],
    ["１０ MB", "Write a number and a unit"],
    ["50MB\n", 'Did you mean "50MB"?'],
    ["50MB or so", "Write a number and a unit"],
    ["1.5 B", "whole bytes"],
    ["1.0 B", "whole bytes"],
    ["9007199254740992 B", "largest size"],
    ["9007.199254740992 TB", "largest size"],
    ["9 PB", "Write a number and a unit"],
    ["61.3 MB (61,310,448)", "Write a number and a unit"],
    ["61.4 MB (61,310,448 B)", "Write a number and a unit"],
    [`${"9".repeat(200)} B`, "Write a number and a unit"],
    [Number.NaN, "Not a number"],
    [Number.POSITIVE_INFINITY, "finite"],
    [Number.NEGATIVE_INFINITY, "zero or more"],
    [-1, "zero or more"],
    [-0, "zero or more"],
    [1.5, "round the number"],
    [Number.MAX_SAFE_INTEGER + 1, "largest size"],
    [50n, "Give a string"],
    [null, "Give a string"],
    [undefined, "Give a string"],
    [true, "Give a string"],
    [["50MB"], "Give a string"],
    [new String("50MB"), "Give a string"],
    [Symbol("50MB"), "Give a string"],
  ])("%o", (value, hint) => {
    const error = refusal(value);
    expect(error.code).toBe("MEMSPEC_INVALID_SIZE");
    expect(error.value).toBe(value);
    expect(error.hint).toContain(hint);
  });

  test("every hint that proposes a size proposes one that is taken", () => {
    for (const value of ["50", "50M", "50mb/s", "1,000 kB", "50 megabytes", "7 gigs", "3 KIBI", "50 MBB", "12 kbs"]) {
      const proposal = /Did you mean "([^"]+)"/u.exec(refusal(value).hint)?.[1];
      if (proposal !== undefined) expect(() => parseSize(proposal)).not.toThrow();
    }
  });

  test("a long string is shown shortened, on one line", () => {
    const error = refusal(`${"x".repeat(500)}\n`);
    expect(error.message.split("\n")[0]?.length).toBeLessThan(100);
  });

  test("a long string of digits is refused without quadratic work", () => {
    expect(refusal("9".repeat(1_000_000)).code).toBe("MEMSPEC_INVALID_SIZE");
    expect(refusal(`1${",000".repeat(300_000)} MB`).code).toBe("MEMSPEC_INVALID_SIZE");
  });
});
