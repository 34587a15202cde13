/** Right uses compile and wrong uses do not, with the globals of `@types/jest`. */

import { limitMemory } from "@memspec/jest";

class Session {}
const load = async (): Promise<Buffer> => Buffer.alloc(1);

/** A promise is not assignable to `void`: which one a matcher gives is checked. */
function is<T>(value: T): T {
  return value;
}

test("right uses", async () => {
  is<void>(expect(() => Buffer.alloc(1)).toAllocateLessThan("1MB"));
  is<void>(expect(() => {}).toAllocateLessThan(100, { space: ["heap", "buffers"], warmup: 1, runs: 3 }));
  is<void>(expect(() => {}).toAllocateNothing());
  is<void>(expect(() => {}).not.toPeakBelow("1 GiB", { stacks: "none", verbose: true }));
  await is<Promise<void>>(expect(load).toAllocateLessThan("1MB"));
  await is<Promise<void>>(expect(load).not.toPeakBelow("1MB"));
  is<void>(expect(() => {}).toMatchMemoryBaseline());
  await is<Promise<void>>(expect(load).toMatchMemoryBaseline({ name: "a", tolerance: { relative: 0.1, absolute: 1 } }));
  await is<Promise<void>>(expect(() => new Session()).toRetainLessThan(1_000));
  await is<Promise<void>>(expect(() => new Session()).toRetainInstances({ Session: 0 }));
  await is<Promise<void>>(expect(() => new Session()).not.toBeCollected({ warmup: 1 }));
  await is<Promise<void>>(expect(() => new Session()).toNotLeak({ strict: true }));
});

test(
  "a synchronous body",
  limitMemory("24 MB", () => {}),
);
test(
  "an asynchronous body",
  limitMemory({ peak: "24 MB", allocated: 1, space: "heap" }, async () => {}),
);
test(
  "a body with done",
  limitMemory(1_000, (done: () => void) => done()),
);

class Suite {
  @limitMemory("1MB")
  method(): number {
    return 1;
  }
}
new Suite().method();

test("wrong uses", () => {
  // @ts-expect-error a number is no function
  expect(42).toAllocateLessThan("1MB");
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
