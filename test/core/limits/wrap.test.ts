import { describe, expect, test, vi } from "vitest";
import { isLimitError, type MemspecLimitError } from "../../../core/src/limits/limit-error.js";
import { runWithLimits } from "../../../core/src/limits/run.js";
import { createLimits } from "../../../core/src/limits/wrap.js";
import { CONCURRENT, testHost } from "./host.js";

// Settled collections are slow on a machine that is busy.
vi.setConfig({ testTimeout: 120_000 });

const MB = 1_000_000;
const host = testHost();
const limitMemory = createLimits(host).limitMemory;

/** Never emptied: a peak is above the level at the start, and what is freed later from before it would lower it. */
const kept: unknown[] = [];

function allocate(bytes: number): void {
  kept.push(Buffer.alloc(bytes));
}

function limitErrorOf(run: () => unknown): MemspecLimitError {
  try {
    run();
  } catch (error) {
    if (isLimitError(error)) return error;
    throw error;
  }
  throw new Error("no limit was exceeded");
}

async function asyncLimitErrorOf(run: () => unknown): Promise<MemspecLimitError> {
  try {
    await run();
  } catch (error) {
    if (isLimitError(error)) return error;
    throw error;
  }
  throw new Error("no limit was exceeded");
}

describe("a wrapped body", () => {
  test("within its limit runs once, with its this and arguments, and gives its value", () => {
    const calls: unknown[] = [];
    const body = limitMemory("50 MB", function (this: unknown, ...args: unknown[]) {
      calls.push([this, args]);
      return "value";
    });
    const self = {};
    expect(body.call(self, 1, 2)).toBe("value");
    expect(calls).toEqual([[self, [1, 2]]]);
  });

  test("over its limit fails with the figure, the limit and the source", () => {
    const error = limitErrorOf(limitMemory("500 kB", () => allocate(8 * MB)));
    expect(error.code).toBe("MEMSPEC_LIMIT_EXCEEDED");
    expect(error.failures).toHaveLength(1);
    expect(error.failures[0]).toMatchObject({ source: "limitMemory()", figure: "peak", limitBytes: MB / 2 });
    expect(error.failures[0]?.figureBytes).toBeGreaterThanOrEqual(8 * MB);
    expect(error.message).toContain("memory limit of this test: peak, from limitMemory()");
    expect(error.message).toContain("docs/errors.md#memspec_limit_exceeded");
  });

  test("fails at the line where the limit was declared", () => {
    const body = limitMemory(0, () => allocate(8 * MB));
    const first = limitErrorOf(body)
      .stack?.split("\n")
      .find((line) => line.includes("    at "));
    expect(first).toMatch(/wrap\.test\.ts:\d+:\d+/u);
  });

  test("that is async is awaited before it is judged", async () => {
    const body = limitMemory("500 kB", async () => {
      await Promise.resolve();
      allocate(8 * MB);
      await Promise.resolve();
      return 7;
    });
    expect((await asyncLimitErrorOf(body)).failures).toHaveLength(1);
    await expect(limitMemory("50 MB", async () => 7)()).resolves.toBe(7);
  });

  test("that fails for its own reason is not blamed for its memory", async () => {
    const own = new Error("its own");
    const body = limitMemory(0, () => {
      allocate(8 * MB);
      throw own;
    });
    expect(body).toThrow(own);
    const asyncBody = limitMemory(0, async () => {
      allocate(8 * MB);
      throw own;
    });
    await expect(asyncBody()).rejects.toBe(own);
  });

  test("can be run again after it failed", () => {
    const body = limitMemory("500 kB", allocate);
    limitErrorOf(() => body(8 * MB));
    expect(() => body(1)).not.toThrow();
  });

  test("with a limit on retained memory gives a promise, and counts only what stays", async () => {
    const hoard: unknown[] = [];
    const body = limitMemory({ retained: "500 kB" }, (keep: boolean) => {
      const buffer = Buffer.alloc(8 * MB);
      if (keep) hoard.push(buffer);
    });
    await expect(body(false)).resolves.toBeUndefined();
    const error = await asyncLimitErrorOf(() => body(true));
    expect(error.failures[0]).toMatchObject({ figure: "retained", limitBytes: MB / 2 });
  });

  test("keeps parameters, name and length for runners that look at them", () => {
    const body = async ({ page, db: _db }: { page: string; db: string }, second: number) => `${page}${second}`;
    const wrapped = limitMemory("500 kB", limitMemory("6 MB", body));
    expect(String(wrapped)).toBe(String(body));
    expect(wrapped.name).toBe("body");
    expect(wrapped.length).toBe(2);
  });

  test("of a concurrent test is refused when it runs", () => {
    host.test = CONCURRENT;
    try {
      expect(limitMemory("500 kB", () => {})).toThrow(
        expect.objectContaining({
          code: "MEMSPEC_CONCURRENT_TEST",
          message: expect.stringContaining("suite > at once"),
        }),
      );
    } finally {
      host.test = testHost().test;
    }
  });
});

describe("several limits on one body", () => {
  test("are checked and told together", () => {
    const body = limitMemory(
      "500 kB",
      limitMemory({ allocated: "100 kB", peak: "900 MB" }, () => allocate(8 * MB)),
    );
    const error = limitErrorOf(body);
    expect(error.failures.map((failure) => [failure.figure, failure.limitBytes])).toEqual([
      ["peak", MB / 2],
      ["allocated", MB / 10],
    ]);
    expect(error.message).toMatch(/^2 memory limits of this test were exceeded:\n\n {2}peak /mu);
    expect(error.message).toContain("The one that is furthest over:\n\nmemory limit of this test: allocated");
  });

  test("are told together also when another function stands between them", async () => {
    const inner = limitMemory({ allocated: "100 kB" }, async () => allocate(8 * MB));
    const table = [{ limit: "1 MB", source: "limits.default" }];
    const error = await asyncLimitErrorOf(() => runWithLimits(host, table, async () => await inner()));
    expect(error.failures.map((failure) => failure.source)).toEqual(["limitMemory()", "limits.default"]);
  });

  test("an inner one alone comes through as it is", () => {
    const inner = limitMemory("100 kB", () => allocate(8 * MB));
    const error = limitErrorOf(() =>
      runWithLimits(host, [{ limit: "900 MB", source: "limits.default" }], () => inner()),
    );
    expect(error.failures.map((failure) => failure.source)).toEqual(["limitMemory()"]);
  });

  test("on different spaces are measured apart", () => {
    const body = limitMemory(
      { peak: "100 kB", space: "heap" },
      limitMemory({ peak: "100 kB", space: "buffers" }, () => allocate(8 * MB)),
    );
    const error = limitErrorOf(body);
    expect(error.failures).toHaveLength(1);
    expect(error.failures[0]?.text).toContain("buffers");
    expect(error.failures[0]?.text).not.toContain("heap ");
  });

  test("of nothing at all the body just runs", () => {
    expect(runWithLimits(host, [], () => 3)).toBe(3);
  });
});

describe("wrong use", () => {
  test.each([
    ["a wrong size", () => limitMemory("5 XB", () => {}), "MEMSPEC_INVALID_SIZE"],
    ["a wrong size of a decorator", () => limitMemory("5 XB"), "MEMSPEC_INVALID_SIZE"],
    ["no body", () => limitMemory("500 kB", undefined as never), "MEMSPEC_NOT_A_FUNCTION"],
    ["a promise for a body", () => limitMemory("500 kB", Promise.resolve() as never), "MEMSPEC_NOT_A_FUNCTION"],
    [
      "a decorator used as a wrapper",
      () => limitMemory("500 kB")((() => {}) as never, undefined as never),
      "MEMSPEC_NOT_A_FUNCTION",
    ],
  ])("%s is refused at once", (_name, use, code) => {
    expect(use).toThrow(expect.objectContaining({ code }));
  });
});

describe("the decorator", () => {
  class Plain {
    size = 8 * MB;
    static size = 8 * MB;
    heavy(times: number) {
      allocate(this.size * times);
    }
    static heavyToo() {
      allocate(Plain.size);
    }
  }

  test("of TC39 wraps methods, instance and static", () => {
    const decorate = limitMemory("500 kB");
    const context = { kind: "method", name: "heavy" } as ClassMethodDecoratorContext;
    const { heavy } = Plain.prototype;
    const wrapped = decorate(heavy, context);
    expect(wrapped.name).toBe("heavy");
    expect(wrapped.length).toBe(1);
    expect(limitErrorOf(() => wrapped.call(new Plain(), 1)).failures).toHaveLength(1);
    const wrappedStatic = decorate(Plain.heavyToo, { ...context, static: true, name: "heavyToo" } as never);
    expect(limitErrorOf(() => wrappedStatic.call(Plain)).failures).toHaveLength(1);
  });

  test("of TypeScript's experimentalDecorators wraps the descriptor's value", () => {
    const given = Object.getOwnPropertyDescriptor(Plain.prototype, "heavy") ?? {};
    const made = limitMemory("500 kB")(Plain.prototype, "heavy", given);
    expect(made).toMatchObject({ enumerable: given.enumerable, writable: given.writable });
    expect(limitErrorOf(() => made.value.call(new Plain(), 1)).failures).toHaveLength(1);
  });

  test.each(["field", "getter", "class", "accessor"])("refuses to decorate a %s", (kind) => {
    expect(() => limitMemory("500 kB")((() => {}) as never, { kind } as never)).toThrow(
      expect.objectContaining({ code: "MEMSPEC_NOT_A_FUNCTION", message: expect.stringContaining(kind) }),
    );
  });

  test("refuses a legacy accessor", () => {
    expect(() => limitMemory("500 kB")({}, "size", { get: () => 1 })).toThrow(
      expect.objectContaining({ code: "MEMSPEC_NOT_A_FUNCTION" }),
    );
  });
});

describe("a body that ends by calling done", () => {
  /** What Jest passes: a function of one parameter, named done. */
  function jestDone(): {
    readonly done: (reason?: unknown) => void;
    readonly reasons: unknown[];
    ended: Promise<void>;
  } {
    const reasons: unknown[] = [];
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const done = (reason?: unknown): void => {
      reasons.push(reason);
      end();
    };
    return { done, reasons, ended };
  }

  test("is judged when done is called", async () => {
    const { done, reasons, ended } = jestDone();
    const body = limitMemory("500 kB", (callback: (reason?: unknown) => void) => {
      setImmediate(() => {
        allocate(8 * MB);
        callback();
      });
    });
    expect(body(done)).toBeUndefined();
    await ended;
    expect(isLimitError(reasons[0])).toBe(true);
  });

  test("within its limit is done without a reason", async () => {
    const { done, reasons, ended } = jestDone();
    limitMemory("50 MB", (callback: () => void) => void setImmediate(callback))(done);
    await ended;
    expect(reasons).toEqual([undefined]);
  });

  test("that fails by a reason gives that reason, whatever its memory", async () => {
    const { done, reasons, ended } = jestDone();
    limitMemory(0, (callback: (reason: unknown) => void) => {
      allocate(8 * MB);
      callback("its own");
    })(done);
    await ended;
    expect(reasons).toEqual(["its own"]);
  });

  test("that throws gives what it threw", async () => {
    const { done, reasons, ended } = jestDone();
    const own = new Error("its own");
    limitMemory(0, (_callback: () => void) => {
      throw own;
    })(done);
    await ended;
    expect(reasons).toEqual([own]);
  });

  test("and returns something hands that to the runner, which refuses it", async () => {
    const { done, ended } = jestDone();
    const answer = limitMemory("50 MB", (callback: () => void) => {
      callback();
      return 5;
    })(done);
    expect(answer).toBe(5);
    await ended;
  });

  test("a function of test.each is no done", () => {
    const given = (): void => {};
    const seen: unknown[] = [];
    limitMemory("50 MB", (value: () => void) => void seen.push(value))(given);
    expect(seen).toEqual([given]);
  });
});
