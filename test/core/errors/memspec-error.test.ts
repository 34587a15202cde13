import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { isMemspecError, MemspecError } from "../../../core/src/errors/memspec-error.js";
import { nearest } from "../../../core/src/errors/nearest.js";
import { showValue } from "../../../core/src/errors/show-value.js";
import { measure } from "../../../core/src/measure/measure.js";
import { parseSize } from "../../../core/src/sizes/parse-size.js";

test("an error tells its fact, the way out, its code and where the code is explained", () => {
  const error = new MemspecError("MEMSPEC_INVALID_SIZE", '"x" is not a size.', { value: "x", hint: "Write a unit." });
  expect(error.message).toBe(
    '"x" is not a size.\nWrite a unit.\n(MEMSPEC_INVALID_SIZE, see docs/errors.md#memspec_invalid_size)',
  );
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: "MemspecError",
    code: "MEMSPEC_INVALID_SIZE",
    value: "x",
    hint: "Write a unit.",
    docs: "docs/errors.md#memspec_invalid_size",
  });
});

test("an error without a hint leaves its line out", () => {
  expect(new MemspecError("MEMSPEC_NOT_AWAITED", "Fact.").message.split("\n")).toHaveLength(2);
});

test("a cause is kept, and there is none where none was given", () => {
  const cause = new Error("inner");
  expect(new MemspecError("MEMSPEC_UNAVAILABLE", "Fact.", { cause }).cause).toBe(cause);
  expect("cause" in new MemspecError("MEMSPEC_UNAVAILABLE", "Fact.")).toBe(false);
});

test("an error of another realm is known for what it is", () => {
  const foreign: unknown = runInNewContext(
    `Object.assign(new Error("x"), { name: "MemspecError", code: "MEMSPEC_INVALID_SIZE" })`,
  );
  expect(foreign).not.toBeInstanceOf(Error);
  expect(isMemspecError(foreign)).toBe(true);
  for (const other of [new Error("x"), null, undefined, "MemspecError", { code: "MEMSPEC_INVALID_SIZE" }]) {
    expect(isMemspecError(other)).toBe(false);
  }
});

test("the nearest word is found through slips of the fingers, and only near ones", () => {
  const words = ["space", "warmup", "runs", "ignore", "stacks", "sampleInterval"];
  expect(nearest("warmUp", words)).toBe("warmup");
  expect(nearest("wramup", words)).toBe("warmup");
  expect(nearest("spaces", words)).toBe("space");
  expect(nearest("sampelInterval", words)).toBe("sampleInterval");
  expect(nearest("run", words)).toBe("runs");
  expect(nearest("timeout", words)).toBeUndefined();
  expect(nearest("", words)).toBeUndefined();
});

test("a value is shown on one line without running code of its own", () => {
  const trap = {
    toString(): string {
      throw new Error("ran");
    },
    toJSON(): string {
      throw new Error("ran");
    },
  };
  expect([trap, [1], null, undefined, -0, Number.NaN, 5n, () => 1, Symbol("s"), "a\nb"].map(showValue)).toEqual([
    "an object",
    "an array",
    "null",
    "undefined",
    "-0",
    "NaN",
    "5n",
    "a function",
    "a symbol",
    '"a\\nb"',
  ]);
});

describe("the stack of an error", () => {
  const first = (run: () => unknown): string => {
    try {
      run();
    } catch (error) {
      return (error as Error).stack?.split("\n").find((line) => /^\s+at /.test(line)) ?? "";
    }
    return "";
  };

  test("begins where memspec was called, however deep in memspec it was made", () => {
    expect(first(() => parseSize("50"))).toContain("memspec-error.test.ts");
    expect(first(() => measure(1 as never))).toContain("memspec-error.test.ts");
  });

  test("keeps the name, the message, and the user's frames that memspec's had pushed out", () => {
    const depth = Error.stackTraceLimit;
    Error.stackTraceLimit = 2;
    try {
      parseSize("50");
    } catch (error) {
      const stack = (error as Error).stack ?? "";
      expect(stack.startsWith(`MemspecError: ${(error as Error).message}\n`)).toBe(true);
      expect(stack.split("\n").filter((line) => /^\s+at /.test(line))).toHaveLength(2);
    } finally {
      Error.stackTraceLimit = depth;
    }
  });

  test("is left alone where stacks are switched off or are no text", () => {
    const { prepareStackTrace, stackTraceLimit } = Error;
    try {
      Error.stackTraceLimit = 0;
      expect(() => parseSize("50")).toThrow("not a size");
      Error.stackTraceLimit = stackTraceLimit;
      Error.prepareStackTrace = (_, sites) => sites;
      expect(() => parseSize("50")).toThrow("not a size");
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
      Error.prepareStackTrace = prepareStackTrace;
    }
  });
});
