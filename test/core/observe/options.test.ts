import { expect, test } from "vitest";
import { parseOptions } from "../../../core/src/limits/parse-options.js";
import { parseObserve } from "../../../core/src/observe/options.js";

test("everything is observed unless it is said otherwise", () => {
  expect(parseObserve(undefined, "memspec")).toEqual({ sampleInterval: 524_288 });
  expect(parseObserve(true, "memspec")).toEqual({ sampleInterval: 524_288 });
  expect(parseObserve({ sampleInterval: "1 MB" }, "memspec")).toEqual({ sampleInterval: 1_000_000 });
  expect(parseObserve({ sampleInterval: 0 }, "memspec")).toEqual({ sampleInterval: 0 });
  expect(parseObserve(false, "memspec")).toBeNull();
});

test.each([
  [{ observe: { sampelInterval: 1 } }, "MEMSPEC_UNKNOWN_OPTION", /"sampelInterval"/],
  [{ observe: "yes" }, "MEMSPEC_INVALID_OPTION", /"yes"/],
  [{ observe: { sampleInterval: "1 potato" } }, "MEMSPEC_INVALID_SIZE", /1 potato/],
  [{ observed: true }, "MEMSPEC_UNKNOWN_OPTION", /"observed"/],
])("%j is refused when the configuration is read", (options, code, message) => {
  expect(() => parseOptions(options)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) as string }),
  );
});

test("the nearest right name is told", () => {
  const hint = { hint: expect.stringContaining('"sampleInterval"') as string };
  expect(() => parseObserve({ sampelInterval: 1 }, "memspec")).toThrow(expect.objectContaining(hint));
});
