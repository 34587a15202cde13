import { describe, expect, test } from "vitest";
import { formatBytesExact, formatSize, groupDigits } from "../../../core/src/sizes/format-size.js";
import { parseSize } from "../../../core/src/sizes/parse-size.js";

/** Powers of two and of ten and their neighbours, and values spread over all magnitudes by a fixed generator. */
function manySizes(): number[] {
  const sizes = new Set<number>([0, Number.MAX_SAFE_INTEGER]);
  for (let power = 0; power < 53; power += 1) {
    for (const near of [2 ** power - 1, 2 ** power, 2 ** power + 1]) sizes.add(near);
  }
  for (let power = 0; power < 16; power += 1) {
    for (const near of [10 ** power - 1, 10 ** power, 10 ** power + 1, 9.995 * 10 ** power])
      sizes.add(Math.round(near));
  }
  let seed = 1;
  for (let n = 0; n < 20_000; n += 1) {
    seed = (seed * 48_271) % 2_147_483_647;
    sizes.add(Math.floor(2 ** ((seed / 2_147_483_647) * 53)));
  }
  return [...sizes].filter(Number.isSafeInteger);
}

test.each([
  [0, "0 B"],
  [1, "1 B"],
  [999, "999 B"],
  [1000, "1 kB"],
  [1001, "1 kB"],
  [1234, "1.23 kB"],
  [999_499, "999 kB"],
  [999_999, "1 MB"],
  [61_310_448, "61.3 MB"],
  [50_000_000, "50 MB"],
  [2 ** 30, "1.07 GB"],
  [1e12, "1 TB"],
  [-61_310_448, "-61.3 MB"],
  [null, "n/a"],
])("%s bytes is %j", (bytes, text) => {
  expect(formatSize(bytes)).toBe(text);
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1 kB (1,000 B)"],
  [61_310_448, "61.3 MB (61,310,448 B)"],
  [-1234, "-1.23 kB (-1,234 B)"],
  [null, "n/a"],
])("%s bytes with the exact figure is %j", (bytes, text) => {
  expect(formatBytesExact(bytes)).toBe(text);
});

describe("what memspec prints it also parses", () => {
  const sizes = manySizes();

  test("the exact form, to the byte", () => {
    for (const bytes of sizes) expect(parseSize(formatBytesExact(bytes))).toBe(bytes);
  });

  test("the human form, within half a unit of its third digit", () => {
    for (const bytes of sizes) {
      const parsed = parseSize(formatSize(bytes));
      expect(Math.abs(parsed - bytes)).toBeLessThanOrEqual(bytes / 199);
      expect(formatSize(parsed)).toBe(formatSize(bytes));
    }
  });
});

test("sizes are the same in every locale", () => {
  const original = Number.prototype.toLocaleString;
  Number.prototype.toLocaleString = () => "wrong";
  try {
    expect(formatBytesExact(61_310_448)).toBe("61.3 MB (61,310,448 B)");
    expect(groupDigits(1_234_567)).toBe("1,234,567");
  } finally {
    Number.prototype.toLocaleString = original;
  }
});
