import { expect, test } from "vitest";
import { parseOptions } from "../../../core/src/limits/parse-options.js";
import { parseHardCap } from "../../../core/src/observe/hard-cap.js";

test("a size is the cap on the total, an object names what is capped", () => {
  expect(parseHardCap(undefined, "memspec")).toBeNull();
  expect(parseHardCap(false, "memspec")).toBeNull();
  expect(parseHardCap("2 GB", "memspec")).toEqual({ total: 2_000_000_000, rss: 0 });
  expect(parseHardCap(1 << 30, "memspec")).toEqual({ total: 1 << 30, rss: 0 });
  expect(parseHardCap({ rss: "3 GiB" }, "memspec")).toEqual({ total: 0, rss: 3 * 1024 ** 3 });
  expect(parseHardCap({ total: "1 GB", rss: "3 GB" }, "memspec")).toEqual({ total: 1e9, rss: 3e9 });
});

test("16 MiB is the least", () => {
  expect(parseHardCap(16 * 1024 * 1024, "memspec")).toEqual({ total: 16 * 1024 * 1024, rss: 0 });
  expect(() => parseHardCap(16 * 1024 * 1024 - 1, "memspec")).toThrow(/MEMSPEC_INVALID_OPTION|no valid "hardCap"/u);
});

test.each([
  [{ heap: "1 GB" }, /there is no option "heap"/u],
  [{}, /no valid "hardCap"/u],
  ["much", /MEMSPEC_INVALID_SIZE|much/u],
  [true, /true/u],
])("%o is an error of the configuration", (cap, message) => {
  expect(() => parseOptions({ hardCap: cap as never })).toThrow(message);
});

test("without the observation there is nobody to watch", () => {
  expect(() => parseOptions({ hardCap: "1 GB", observe: false })).toThrow(/observe: false/u);
  expect(parseOptions({ hardCap: "1 GB" })).toEqual({ hardCap: "1 GB" });
});
