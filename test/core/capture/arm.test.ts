import { type BrotliCompress, createBrotliCompress } from "node:zlib";
import { load } from "@memspec/native";
import { describe, expect, test, vi } from "vitest";

/** Makes a stream's native state in one measurement and frees it in the next. */
async function freesUnknownLater(arm: boolean): Promise<boolean> {
  vi.resetModules();
  const { armTrackerOnUse } = await import("../../../core/src/capture/arm.js");
  const { measure } = await import("../../../core/src/measure/measure.js");
  if (arm) armTrackerOnUse();
  let made: BrotliCompress | undefined;
  measure(() => {
    made = createBrotliCompress();
  });
  return measure(() => made?.close()).truncated.unknownFrees > 0;
}

describe.runIf(load().error === undefined)("armed on use", () => {
  test("the tracker stays from the first measurement on, so that what that left is known when a later one frees it", async () => {
    expect(await freesUnknownLater(false)).toBe(true);
    expect(await freesUnknownLater(true)).toBe(false);
  });
});
