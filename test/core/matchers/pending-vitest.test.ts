import { describe, expect, test } from "vitest";
import { createMatchers } from "../../../core/src/matchers/create.js";
import { createPending } from "../../../core/src/matchers/pending.js";
import { testHost } from "../limits/host.js";
import { type Expect, holdForgottenAwaits } from "./pending-suite.js";

const host = testHost("vitest");
const pending = createPending(host);
expect.extend(createMatchers(host, {}, pending) as never);

holdForgottenAwaits("Vitest", expect as unknown as Expect, pending);

const soft = expect.soft as unknown as Expect;
const nothing = async (): Promise<void> => {};

describe("with expect.soft of Vitest, a matcher's promise", () => {
  test("that is awaited is no error", async () => {
    await soft(nothing).toAllocateLessThan("1 MB");
    expect(pending.finish("1", "passed")).toEqual([]);
  });

  test("that nobody awaits is told", () => {
    soft(nothing).toAllocateLessThan("1 MB");
    expect(pending.finish("1", "passed")).toHaveLength(1);
  });
});

describe("outside of a test", () => {
  test("a matcher's promise is the plain one", () => {
    const host = testHost();
    host.test = undefined;
    const registry = createPending(host);
    const promise = Promise.resolve(1);
    expect(registry.watch("toBeCollected", promise, nothing as never, 1)).toBe(promise);
    expect(registry.finish("1", "passed")).toEqual([]);
  });
});
