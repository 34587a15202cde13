/** What the forgotten await is held to, for the real `expect` of one runner. */

import { afterEach, describe, expect, test } from "vitest";
import type { PendingRegistry } from "../../../core/src/matchers/pending.js";

export interface Later {
  readonly not: Later;
  toAllocateLessThan(size: string): Promise<void>;
}

export type Expect = (fn: () => unknown) => Later;

/** Async, so that the matcher's answer is a promise, and cheap: nothing is collected. */
const nothing = async (): Promise<void> => {};
const hoard: unknown[] = [];
const hoarding = async (): Promise<void> => void hoard.push(Buffer.alloc(2_000_000));

export function holdForgottenAwaits(runner: string, memory: Expect, pending: PendingRegistry): void {
  describe(`with ${runner}, a matcher's promise`, () => {
    afterEach(() => {
      hoard.length = 0;
      pending.finish("1", "failed");
    });

    test("that is awaited is no error", async () => {
      await memory(nothing).toAllocateLessThan("1 MB");
      expect(pending.finish("1", "passed")).toEqual([]);
    });

    test("that is returned from the body is no error", async () => {
      await (() => memory(nothing).toAllocateLessThan("1 MB"))();
      await (async () => memory(nothing).toAllocateLessThan("1 MB"))();
      expect(pending.finish("1", "passed")).toEqual([]);
    });

    test("that Promise.all waits for is no error", async () => {
      await Promise.all([memory(nothing).toAllocateLessThan("1 MB")]);
      expect(pending.finish("1", "passed")).toEqual([]);
    });

    test("that is awaited later is no error", async () => {
      const promise = memory(nothing).toAllocateLessThan("1 MB");
      await new Promise((resolve) => setTimeout(resolve, 50));
      await promise;
      expect(pending.finish("1", "passed")).toEqual([]);
    });

    test("fails for the one who awaits it", async () => {
      await expect(memory(hoarding).toAllocateLessThan("1 MB")).rejects.toThrow("expect(fn).toAllocateLessThan");
      expect(pending.finish("1", "passed")).toEqual([]);
    });

    test("that nobody awaits is told with the corrected line, at the place of the call", () => {
      memory(nothing).not.toAllocateLessThan("1 MB");
      const [error, ...others] = pending.finish("1", "passed");
      expect(others).toEqual([]);
      expect(error?.code).toBe("MEMSPEC_NOT_AWAITED");
      expect(error?.message).toMatch(
        /^toAllocateLessThan\(\) returned a promise that was not awaited\.\nWrite \(test\/core\/matchers\/pending-suite\.ts:\d+\):\n\n {4}await expect\(…\)\.toAllocateLessThan\(…\)\n/u,
      );
      expect(error?.stack?.split("\n").find((line) => line.includes("    at "))).toContain("pending-suite.ts");
      expect(pending.finish("1", "passed")).toEqual([]);
    });

    test("that nobody awaits shows the line as it stands in the source", () => {
      const { expect } = { expect: memory };
      expect(nothing).toAllocateLessThan("1 MB");
      const [error] = pending.finish("1", "passed");
      if (error === undefined) throw new Error("the forgotten await was not found");
      if (!error.message.includes('    await expect(nothing).toAllocateLessThan("1 MB");\n')) throw error;
    });

    test("that nobody awaits is told also when it has settled, and when the test failed", async () => {
      memory(nothing).toAllocateLessThan("1 MB");
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(pending.finish("1", "failed")).toHaveLength(1);
    });

    test("that nobody awaits and that fails is no unhandled rejection, and is the error's cause", async () => {
      const unhandled: unknown[] = [];
      const note = (reason: unknown): void => void unhandled.push(reason);
      process.on("unhandledRejection", note);
      memory(hoarding).toAllocateLessThan("1 MB");
      await new Promise((resolve) => setTimeout(resolve, 50));
      process.off("unhandledRejection", note);
      expect(unhandled).toEqual([]);
      expect(pending.finish("1", "passed")).toHaveLength(1);
    });

    // What is said of the first is memory that the second measures: the limit has room for it.
    test("whose wait nobody awaits is told when the body passed, and not when it failed", () => {
      void memory(nothing)
        .toAllocateLessThan("1 GB")
        .then(() => {});
      expect(pending.finish("1", "failed")).toEqual([]);
      void memory(nothing)
        .toAllocateLessThan("1 GB")
        .then(() => {});
      const [error] = pending.finish("1", "passed");
      expect(error?.message).toMatch(/^The test ended before toAllocateLessThan\(\) did\./u);
    });

    test("that has not ended keeps another matcher from measuring the same memory", async () => {
      const first = memory(nothing).toAllocateLessThan("1 MB");
      expect(() => memory(nothing).toAllocateLessThan("1 MB")).toThrow(
        expect.objectContaining({
          code: "MEMSPEC_NOT_AWAITED",
          message: expect.stringContaining("is still measuring"),
        }),
      );
      await first;
      await memory(nothing).toAllocateLessThan("1 MB");
      expect(pending.finish("1", "passed")).toEqual([]);
    });
  });
}
