import { expect, test } from "vitest";
import { loadAddon } from "../../core/src/capture/load-addon.js";
import { leakSelfTest } from "../../core/src/leaks/self-test.js";

test("a planted leak is found in every space, and the same work without it is clean", async () => {
  const { passed, planted } = await leakSelfTest();
  expect(planted.filter(({ right }) => !right)).toEqual([]);
  expect(passed).toBe(true);
  if (loadAddon().binding === null) return;
  expect(new Set(planted.filter(({ expected }) => expected === "leak").map(({ space }) => space))).toEqual(
    new Set(["heap", "buffers", "native", "handles"]),
  );
});
