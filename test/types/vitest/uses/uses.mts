/** Right uses compile, with exact result types, and wrong uses do not. */

import { limitLeaks, limitMemory, type MemoryLimit, noLeaks } from "@memspec/vitest";
import { describe, expect, test } from "vitest";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Compiles only for a value of exactly this type: `void` would take anything else for granted. */
function exactly<T>() {
  return <V,>(_value: V, _same: Same<V, T>): void => {};
}
const isVoid = exactly<void>();
const isPromise = exactly<Promise<void>>();
const isEither = exactly<void | Promise<void>>();

class Session {
  readonly id: number = 1;
}
const load = async (): Promise<Uint8Array> => new Uint8Array(1);

test("a matcher is synchronous for a synchronous function", ({ expect: local }) => {
  isVoid(expect(() => new Uint8Array(1)).toAllocateLessThan("1MB"), true);
  isVoid(expect(() => {}).toAllocateLessThan(100, { space: ["heap", "buffers"], warmup: 1, runs: 3 }), true);
  isVoid(expect(() => {}).toAllocateNothing(), true);
  isVoid(expect(() => {}).toPeakBelow("1 GiB", { stacks: "none", verbose: true }), true);
  isVoid(expect(() => {}).not.toPeakBelow("1 GiB"), true);
  isVoid(expect(() => JSON.parse("1")).toPeakBelow("1 GiB"), true);
  isVoid(expect((): never => process.exit()).toPeakBelow("1 GiB"), true);
  isVoid(local(() => {}).toAllocateNothing(), true);
  isVoid(expect.soft(() => {}).toAllocateNothing(), true);
  isVoid(expect(() => {}).toMatchMemoryBaseline(), true);
  isVoid(expect(() => {}).not.toMatchMemoryBaseline({ name: "a", warmup: 1, tolerance: { absolute: "1 kB" } }), true);
});

test("a matcher gives a promise for an async function", async () => {
  isPromise(expect(load).toAllocateLessThan("1MB"), true);
  isPromise(expect(load).toAllocateNothing(), true);
  isPromise(expect(load).toMatchMemoryBaseline({ tolerance: { relative: 0.1 } }), true);
  isPromise(expect(load).not.toPeakBelow("1MB"), true);
  isEither(expect(() => (Math.random() < 2 ? load() : 1)).toPeakBelow("1MB"), true);
  await expect(load).toAllocateLessThan("1MB");
});

test("a matcher that collects gives a promise", async () => {
  isPromise(expect(() => new Session()).toRetainLessThan(1_000), true);
  isPromise(expect(load).toRetainLessThan(1_000), true);
  isPromise(expect(() => new Session()).toRetainInstances({ Session: 0 }), true);
  isPromise(expect(() => new Session()).not.toBeCollected({ warmup: 1 }), true);
  isPromise(
    expect(load).toNotLeak({ runs: 8, allow: { instances: 0.5 }, ignore: { type: /^Pool/, reason: "a pool" } }),
    true,
  );
});

test(
  "a synchronous body",
  limitMemory("24 MB", () => {}),
);

test(
  "no leaks",
  noLeaks(async ({ task }) => void task.name, { setup: () => {} }),
);
test(
  "few leaks",
  limitLeaks({ bytes: "64 B" }, () => {}),
);
test(
  "limited leaks",
  limitMemory({ peak: "1MB", leaked: 0 }, () => {}),
);
test(
  "an asynchronous body",
  limitMemory({ peak: "24 MB", allocated: 1, space: "heap" }, async () => {}),
);
test(
  "a body with its context",
  limitMemory("24 MB", ({ expect: local }) => local(1).toBe(1)),
);

const withSession = test.extend<{ session: Session }>({
  session: async ({ task: _task }, use) => {
    await use(new Session());
  },
});
withSession(
  "a body with fixtures",
  limitMemory("24 MB", ({ session, task }) => void [session, task.name]),
);
withSession(
  "a body that types its fixtures",
  limitMemory("24 MB", ({ session }: { session: Session }) => void exactly<Session>()(session, true)),
);
withSession(
  "a body that types its fixtures wrongly",
  // @ts-expect-error the fixture has another type
  limitMemory("24 MB", ({ session }: { session: string }) => void session),
);
test.for([1, 2])(
  "a body with a case",
  limitMemory("24 MB", (n, { task }) => void [exactly<number>()(n, true), task.name]),
);
test.each([[1, "a"] as const])(
  "a body with cases",
  limitMemory("24 MB", (n, text) => void [exactly<1>()(n, true), exactly<"a">()(text, true)]),
);
test(
  "a context is typed",
  limitMemory("24 MB", ({ task }) => {
    // @ts-expect-error no such property
    return task.nothing;
  }),
);

class Suite {
  @limitMemory("1MB")
  method(): number {
    return 1;
  }
}
new Suite().method();

test("a limit in meta", { meta: { memory: "5MB" } }, () => {});
test("limits in meta", { meta: { memory: { peak: "5MB", retained: 100, space: ["heap"] } } }, () => {});
describe("a limit for each test of a suite", { meta: { memory: 5_000 } }, () => {});
const limit: MemoryLimit = { allocated: "1MB" };
test(
  "a limit of its own type",
  limitMemory(limit, () => {}),
);

test("wrong uses", () => {
  // @ts-expect-error a number is no function
  expect(42).toAllocateLessThan("1MB");
  // @ts-expect-error the promise of a function's work is no function
  expect(load()).toPeakBelow("1MB");
  // @ts-expect-error a tolerance is an object
  expect(() => {}).toMatchMemoryBaseline({ tolerance: "10%" });
  // @ts-expect-error a number is no function
  expect(42).toMatchMemoryBaseline();
  // @ts-expect-error a size is needed
  expect(() => {}).toAllocateLessThan();
  // @ts-expect-error a size is a number or a string
  expect(() => {}).toPeakBelow({ peak: "1MB" });
  // @ts-expect-error no such option
  expect(() => {}).toAllocateLessThan("1MB", { spaces: "heap" });
  // @ts-expect-error no such space
  expect(() => {}).toAllocateLessThan("1MB", { space: "stack" });
  // @ts-expect-error counts are numbers
  expect(() => {}).toRetainInstances({ Session: "0" });
  // @ts-expect-error engine memory cannot be asserted
  expect(() => {}).toAllocateNothing({ space: "engine" });
  // @ts-expect-error no such limit
  limitMemory({ peek: "1MB" }, () => {});
  // @ts-expect-error a body is a function
  limitMemory("1MB", 42);
});

// @ts-expect-error a limit is a size or limits
test("a wrong limit in meta", { meta: { memory: true } }, () => {});
// @ts-expect-error no such limit
test("a misspelt limit in meta", { meta: { memory: { peek: "5MB" } } }, () => {});
