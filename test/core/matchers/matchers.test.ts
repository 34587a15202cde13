import { afterEach, describe, expect, test, vi } from "vitest";
import { currentTracker } from "../../../core/src/capture/current-tracker.js";
import { createMatchers } from "../../../core/src/matchers/create.js";
import type { MatcherResult, MatcherThis } from "../../../core/src/matchers/host.js";
import { createPending } from "../../../core/src/matchers/pending.js";
import type { MemoryMatchers } from "../../../core/src/matchers/types.js";
import { CONCURRENT, testHost } from "../limits/host.js";

// Settled collections are slow on a machine that is busy.
vi.setConfig({ testTimeout: 120_000 });

const MB = 1_000_000;
const host = testHost();
const pending = createPending(host);
const matchers = createMatchers(host, {}, pending);
const is: MatcherThis = { isNot: false };
const isNot: MatcherThis = { isNot: true };

afterEach(() => {
  host.test = testHost().test;
  pending.finish("1", "failed");
});

/** Never emptied: a peak is above the level at the start, and what is freed later from before it would lower it. */
const kept: unknown[] = [];

function allocate(): void {
  kept.push(Buffer.alloc(2 * MB));
}

/** A sync matcher's answer: a promise here is a fault. */
function now(answer: MatcherResult | Promise<MatcherResult>): MatcherResult {
  if (answer instanceof Promise) throw new Error("a synchronous function has a synchronous answer");
  return answer;
}

const NAMES = [
  "toAllocateLessThan",
  "toAllocateNothing",
  "toPeakBelow",
  "toRetainLessThan",
  "toRetainInstances",
  "toBeCollected",
  "toNotLeak",
] as const;

/** Each matcher with arguments that are right. */
function call(name: keyof MemoryMatchers, that: MatcherThis, received: unknown, options?: unknown): unknown {
  const given = options as never;
  switch (name) {
    case "toAllocateNothing":
    case "toBeCollected":
    case "toNotLeak":
    case "toMatchMemoryBaseline":
      return matchers[name].call(that, received, given);
    case "toRetainInstances":
      return matchers[name].call(that, received, { Session: 0 }, given);
    default:
      return matchers[name].call(that, received, "1 MB", given);
  }
}

describe.each(NAMES)("%s", (name) => {
  test.each([
    ["a value", 7],
    ["nothing", undefined],
    ["a promise", Promise.resolve()],
  ])("refuses %s in place of a function", (_what, received) => {
    expect(() => call(name, is, received)).toThrow(
      expect.objectContaining({
        code: "MEMSPEC_NOT_A_FUNCTION",
        message: expect.stringContaining(`expect(…).${name}()`),
        hint: expect.stringContaining("() =>"),
      }),
    );
  });

  test.each(["resolves", "rejects"])("refuses to follow .%s", (promise) => {
    expect(() => call(name, { isNot: false, promise }, () => {})).toThrow(
      expect.objectContaining({ code: "MEMSPEC_NOT_A_FUNCTION", message: expect.stringContaining(`.${promise}`) }),
    );
  });

  test("refuses an unknown option, and names the right one", () => {
    expect(() => call(name, is, () => {}, { warmpu: 1 })).toThrow(
      expect.objectContaining({ code: "MEMSPEC_UNKNOWN_OPTION", hint: 'Did you mean "warmup"?' }),
    );
  });

  test("refuses a wrong option", () => {
    expect(() => call(name, is, () => {}, { warmup: -1 })).toThrow(
      expect.objectContaining({ code: "MEMSPEC_INVALID_OPTION" }),
    );
  });

  test("refuses to attribute memory to a concurrent test", () => {
    host.test = CONCURRENT;
    expect(() => call(name, is, () => {})).toThrow(
      expect.objectContaining({ code: "MEMSPEC_CONCURRENT_TEST", message: expect.stringContaining(`${name}()`) }),
    );
  });

  test("lets the function's own error through unchanged", async () => {
    const own = new Error("its own");
    const failing = () => {
      throw own;
    };
    await expect((async () => await call(name, is, failing))()).rejects.toBe(own);
    await expect((async () => await call(name, is, async () => failing()))()).rejects.toBe(own);
  });

  test("works outside of a test", async () => {
    host.test = undefined;
    const answer = (await call(name, is, () => ({}))) as MatcherResult;
    expect(typeof answer.pass).toBe("boolean");
  });
});

describe.each(["toAllocateLessThan", "toPeakBelow", "toRetainLessThan"] as const)("the size of %s", (name) => {
  test.each(["5 XB", -1, Number.NaN, undefined, {}])("%j is refused", (size) => {
    expect(() => matchers[name].call(is, () => {}, size as never)).toThrow(
      expect.objectContaining({ code: "MEMSPEC_INVALID_SIZE" }),
    );
  });
});

describe("sizing matchers", () => {
  test.each(["toAllocateLessThan", "toPeakBelow"] as const)("%s passes below its limit and fails above", (name) => {
    expect(now(matchers[name].call(is, allocate, "50 MB")).pass).toBe(true);
    const failed = now(matchers[name].call(is, allocate, "1 MB"));
    expect(failed.pass).toBe(false);
    expect(failed.message()).toContain(`expect(fn).${name}("1 MB")`);
    expect(failed.message()).toContain("limit      less than 1 MB".slice(0, 5));
  });

  test("an async function gets a promise", async () => {
    const answer = matchers.toAllocateLessThan.call(
      is,
      async () => {
        await Promise.resolve();
        allocate();
      },
      "1 MB",
    );
    expect(answer).toBeInstanceOf(Promise);
    expect((await answer).pass).toBe(false);
  });

  test("with .not the message is that of the contrary", () => {
    const { pass, message } = now(matchers.toAllocateLessThan.call(isNot, allocate, "50 MB"));
    expect(pass).toBe(true);
    expect(message()).toContain('expect(fn).not.toAllocateLessThan("50 MB")');
    expect(message()).toContain("50 MB (50,000,000 B) or more");
  });

  test("call the function once, unless warmup and runs say otherwise", () => {
    let calls = 0;
    const count = (): void => {
      calls += 1;
    };
    now(matchers.toAllocateLessThan.call(is, count, "50 MB"));
    expect(calls).toBe(1);
    now(matchers.toPeakBelow.call(is, count, "50 MB", { warmup: 2, runs: 3 }));
    expect(calls).toBe(1 + 5);
  });

  test("toAllocateNothing warms up 100 times, or as told by the call or the configuration", () => {
    let calls = 0;
    const count = (): void => {
      calls += 1;
    };
    now(matchers.toAllocateNothing.call(is, count));
    expect(calls).toBe(101);
    calls = 0;
    now(matchers.toAllocateNothing.call(is, count, { warmup: 0 }));
    expect(calls).toBe(1);
    calls = 0;
    const configured = createMatchers(host, { warmup: 4 }, pending);
    now(configured.toAllocateNothing.call(is, count));
    expect(calls).toBe(5);
  });

  test("toAllocateNothing passes for a function that allocates nothing, and fails for one that does", () => {
    let sum = 0;
    const add = (): void => {
      sum = (sum + 1) % 1000;
    };
    expect(now(matchers.toAllocateNothing.call(is, add, { space: "buffers" })).pass).toBe(true);
    expect(now(matchers.toAllocateNothing.call(is, allocate, { space: "buffers", warmup: 0 })).pass).toBe(false);
  });

  test("naming native memory where it cannot be counted is an error", () => {
    const available = currentTracker().capabilities({
      sampleInterval: 0,
      threads: "isolate",
      retained: false,
      settle: false,
    }).native.available;
    const assert = (): unknown => matchers.toAllocateLessThan.call(is, () => {}, "1 MB", { space: "native" });
    if (available) expect(now(assert() as MatcherResult).pass).toBe(true);
    else expect(assert).toThrow(expect.objectContaining({ code: "MEMSPEC_UNAVAILABLE" }));
  });

  test("toRetainLessThan counts what stays alive, and nothing that went", async () => {
    const hoard: unknown[] = [];
    const stays = await matchers.toRetainLessThan.call(is, () => void hoard.push(Buffer.alloc(2 * MB)), "1 MB");
    expect(stays.pass).toBe(false);
    expect(stays.message()).toContain("retained");
    const goes = await matchers.toRetainLessThan.call(is, () => void Buffer.alloc(2 * MB), "1 MB");
    expect(goes.pass).toBe(true);
  });
});

class Session {
  readonly id = 1;
}

describe("toRetainInstances", () => {
  test.each([
    ["nothing", undefined],
    ["a list", [["Session", 0]]],
    ["no class", {}],
    ["a class without a name", { "": 0 }],
    ["a negative number", { Session: -1 }],
    ["a fraction", { Session: 0.5 }],
    ["a word", { Session: "none" }],
  ])("refuses %s", (_what, limits) => {
    expect(() => matchers.toRetainInstances.call(is, () => {}, limits as never)).toThrow(
      expect.objectContaining({ code: "MEMSPEC_INVALID_LIMIT" }),
    );
  });

  test("counts the instances that are new and alive", async () => {
    const hoard: Session[] = [new Session()];
    const fn = (): void => {
      hoard.push(new Session(), new Session());
      new Session();
    };
    expect((await matchers.toRetainInstances.call(is, fn, { Session: 2 })).pass).toBe(true);
    const failed = await matchers.toRetainInstances.call(is, fn, { Session: 1 });
    expect(failed.pass).toBe(false);
    expect(failed.message()).toContain("Session  2 alive  1 allowed  1 too many");
    expect(failed.message()).toContain("expect(fn).toRetainInstances({ Session: 1 })");
  });
});

describe("toBeCollected", () => {
  test.each([
    ["a number", () => 7],
    ["nothing", () => undefined],
    ["a string, later", async () => "late"],
  ])("refuses a factory that returns %s", async (_what, factory) => {
    await expect(matchers.toBeCollected.call(is, factory)).rejects.toMatchObject({ code: "MEMSPEC_NOT_AN_OBJECT" });
  });

  test("passes for what nobody keeps, made at once or later", async () => {
    expect((await matchers.toBeCollected.call(is, () => new Session())).pass).toBe(true);
    expect((await matchers.toBeCollected.call(is, async () => new Session())).pass).toBe(true);
  });

  test("fails for what somebody keeps, and names it", async () => {
    const hoard: Session[] = [];
    const factory = (): Session => {
      const session = new Session();
      hoard.push(session);
      return session;
    };
    const { pass, message } = await matchers.toBeCollected.call(is, factory);
    expect(pass).toBe(false);
    expect(message()).toContain("object  a Session");
  });
});
