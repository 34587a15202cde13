/** Every matcher passes and fails where it should, as itself and as `.not`, and says so in whole messages. */

import { expect, test } from "vitest";
import { withoutSizes } from "../harness/normalise.js";
import { messagesOf, runVitest, statesOf } from "./run-vitest.js";

const files = {
  "src/work.ts": `
export class Session {
  readonly data = new Array(100).fill(0);
}
const kept: Session[] = [];
export function keepSession(): void {
  kept.push(new Session());
}
export function makeBuffer(bytes: number): Buffer {
  return Buffer.alloc(bytes);
}
const buffers: Buffer[] = [];
export function keepBuffer(bytes: number): void {
  buffers.push(makeBuffer(bytes));
}
export async function makeBufferLater(bytes: number): Promise<Buffer> {
  await Promise.resolve();
  return makeBuffer(bytes);
}
let last: object | undefined;
export function remembered(): object {
  last = { name: "remembered" };
  return last;
}
`,
  "passing.test.ts": `
import { expect, test } from "vitest";
import { keepBuffer, keepSession, makeBuffer, makeBufferLater, remembered, Session } from "./src/work.js";
const buffers = { space: "buffers" } as const;

test("toAllocateLessThan", () => { expect(() => makeBuffer(999_999)).toAllocateLessThan("1MB", buffers); });
test("not toAllocateLessThan", () => { expect(() => makeBuffer(1_000_000)).not.toAllocateLessThan("1MB", buffers); });
test("toAllocateLessThan, async", async () => { await expect(() => makeBufferLater(999_999)).toAllocateLessThan("1MB", buffers); });
test("toAllocateNothing", () => { expect(() => {}).toAllocateNothing(); });
test("not toAllocateNothing", () => { expect(() => makeBuffer(9_000)).not.toAllocateNothing(); });
test("toPeakBelow", () => { expect(() => makeBuffer(999_999)).toPeakBelow("1MB", buffers); });
test("not toPeakBelow", () => { expect(() => makeBuffer(1_000_000)).not.toPeakBelow("1MB", buffers); });
test("toRetainLessThan", async () => { await expect(() => void makeBuffer(5_000_000)).toRetainLessThan("1MB"); });
test("not toRetainLessThan", async () => { await expect(() => keepBuffer(5_000_000)).not.toRetainLessThan("1MB"); });
test("toRetainInstances", async () => { await expect(() => void new Session()).toRetainInstances({ Session: 0 }); });
test("not toRetainInstances", async () => { await expect(() => keepSession()).not.toRetainInstances({ Session: 0 }); });
test("toBeCollected", async () => { await expect(() => new Session()).toBeCollected(); });
test("not toBeCollected", async () => { await expect(() => remembered()).not.toBeCollected(); });
test("what the function throws comes through", () => {
  expect(() => expect(() => { throw new RangeError("its own"); }).toPeakBelow("1MB")).toThrow(new RangeError("its own"));
});
`,
  "failing.test.ts": `
import { expect, test } from "vitest";
import { keepBuffer, keepSession, makeBuffer, makeBufferLater, remembered, Session } from "./src/work.js";
const buffers = { space: "buffers" } as const;

test("toAllocateLessThan", () => { expect(() => makeBuffer(1_000_000)).toAllocateLessThan("1MB", buffers); });
test("not toAllocateLessThan", () => { expect(() => makeBuffer(999_999)).not.toAllocateLessThan("1MB", buffers); });
test("toAllocateLessThan, async", async () => { await expect(() => makeBufferLater(1_000_000)).toAllocateLessThan("1MB", buffers); });
test("toAllocateNothing", () => { expect(() => makeBuffer(9_000)).toAllocateNothing(buffers); });
test("not toAllocateNothing", () => { expect(() => {}).not.toAllocateNothing(); });
test("toPeakBelow", () => { expect(() => makeBuffer(1_000_000)).toPeakBelow("1MB", buffers); });
test("not toPeakBelow", () => { expect(() => makeBuffer(999_999)).not.toPeakBelow("1MB", buffers); });
test("toRetainLessThan", async () => { await expect(() => keepBuffer(5_000_000)).toRetainLessThan("1MB", buffers); });
test("not toRetainLessThan", async () => { await expect(() => void makeBuffer(5_000_000)).not.toRetainLessThan("1MB", buffers); });
test("toRetainInstances", async () => { await expect(() => keepSession()).toRetainInstances({ Session: 0 }); });
test("not toRetainInstances", async () => { await expect(() => void new Session()).not.toRetainInstances({ Session: 0 }); });
test("toBeCollected", async () => { await expect(() => remembered()).toBeCollected(); });
test("not toBeCollected", async () => { await expect(() => new Session()).not.toBeCollected(); });
`,
};

test("each matcher passes and fails where it should, and its message is whole", async () => {
  const run = await runVitest({ files });
  expect(run.unhandled).toEqual([]);
  expect(run.exitCode).toBe(1);
  expect(statesOf(run)).toMatchInlineSnapshot(`
    [
      "failing.test.ts > toAllocateLessThan: failed",
      "failing.test.ts > not toAllocateLessThan: failed",
      "failing.test.ts > toAllocateLessThan, async: failed",
      "failing.test.ts > toAllocateNothing: failed",
      "failing.test.ts > not toAllocateNothing: failed",
      "failing.test.ts > toPeakBelow: failed",
      "failing.test.ts > not toPeakBelow: failed",
      "failing.test.ts > toRetainLessThan: failed",
      "failing.test.ts > not toRetainLessThan: failed",
      "failing.test.ts > toRetainInstances: failed",
      "failing.test.ts > not toRetainInstances: failed",
      "failing.test.ts > toBeCollected: failed",
      "failing.test.ts > not toBeCollected: failed",
      "passing.test.ts > toAllocateLessThan: passed",
      "passing.test.ts > not toAllocateLessThan: passed",
      "passing.test.ts > toAllocateLessThan, async: passed",
      "passing.test.ts > toAllocateNothing: passed",
      "passing.test.ts > not toAllocateNothing: passed",
      "passing.test.ts > toPeakBelow: passed",
      "passing.test.ts > not toPeakBelow: passed",
      "passing.test.ts > toRetainLessThan: passed",
      "passing.test.ts > not toRetainLessThan: passed",
      "passing.test.ts > toRetainInstances: passed",
      "passing.test.ts > not toRetainInstances: passed",
      "passing.test.ts > toBeCollected: passed",
      "passing.test.ts > not toBeCollected: passed",
      "passing.test.ts > what the function throws comes through: passed",
    ]
  `);
  expect(withoutSizes(messagesOf(run))).toMatchInlineSnapshot(`
    "### failing.test.ts > toAllocateLessThan
    Error: expect(fn).toAllocateLessThan("1MB")

      allocated  <size>
      limit      less than <size>
      over by    <size>: the limit itself is too much

      buffers  <size>  100%  ████████████████████

      No stacks were taken, so no place can be named.

      Next: see docs/matchers/toAllocateLessThan.md for what can be measured here.
        at <project>/failing.test.ts:6:72

    ### failing.test.ts > not toAllocateLessThan
    Error: expect(fn).not.toAllocateLessThan("1MB")

      allocated  <size>
      limit      <size> or more
      under by   <size>

      buffers  <size>  100%  ████████████████████
        at <project>/failing.test.ts:7:78

    ### failing.test.ts > toAllocateLessThan, async
    Error: expect(fn).toAllocateLessThan("1MB")

      allocated  <size>
      limit      less than <size>
      over by    <size>: the limit itself is too much

      buffers  <size>  100%  ████████████████████

      No stacks were taken, so no place can be named.

      Next: see docs/matchers/toAllocateLessThan.md for what can be measured here.

    ### failing.test.ts > toAllocateNothing
    Error: expect(fn).toAllocateNothing()

      allocated  <size>
      limit      nothing
      over by    <size>

      buffers  <size>  100%  ████████████████████

      No stacks were taken, so no place can be named.

      Next: see docs/matchers/toAllocateNothing.md for what can be measured here.
        at <project>/failing.test.ts:9:67

    ### failing.test.ts > not toAllocateNothing
    Error: Native memory is not counted: the native tracker is switched off (MEMSPEC_ADDON=off).
    expect(fn).not.toAllocateNothing()

      allocated  <size>
      limit      at least <size>
      under by   <size>: it is the limit

      heap     <size>
      buffers  <size>
      native   n/a
        at <project>/failing.test.ts:10:60

    ### failing.test.ts > toPeakBelow
    Error: expect(fn).toPeakBelow("1MB")

      peak     <size>
      limit    less than <size>
      over by  <size>: the limit itself is too much

      buffers  <size>  100%  ████████████████████

      No stacks were taken, so no place can be named.

      Next: see docs/matchers/toPeakBelow.md for what can be measured here.
        at <project>/failing.test.ts:11:65

    ### failing.test.ts > not toPeakBelow
    Error: expect(fn).not.toPeakBelow("1MB")

      peak      <size>
      limit     <size> or more
      under by  <size>

      buffers  <size>  100%  ████████████████████
        at <project>/failing.test.ts:12:71

    ### failing.test.ts > toRetainLessThan
    Error: expect(fn).toRetainLessThan("1MB")

      retained  <size>
      limit     less than <size>
      over by   <size>, 5.00 times the limit

      buffers  <size>  100%  ████████████████████

      No stacks were taken, so no place can be named.

      Next: see docs/matchers/toRetainLessThan.md for what can be measured here.

    ### failing.test.ts > not toRetainLessThan
    Error: expect(fn).not.toRetainLessThan("1MB")

      retained  <size>
      limit     <size> or more
      under by  <size>, less than 0.01 times the limit

      buffers  <size>

    ### failing.test.ts > toRetainInstances
    Error: expect(fn).toRetainInstances({ Session: 0 })

      Session  1 alive  0 allowed  1 too many

      Next: look for what still refers to the Session instances; docs/matchers/toRetainInstances.md
            explains what counts as alive.

    ### failing.test.ts > not toRetainInstances
    Error: expect(fn).not.toRetainInstances({ Session: 0 })

      Session  0 alive  0 allowed

      \`.not\` asserts that at least one class has more live instances than named.

    ### failing.test.ts > toBeCollected
    Error: expect(factory).toBeCollected()

      object  a Object
      state   still alive after it was dropped and collections had settled

      Next: look for what still refers to it: a module-level collection, a listener, a timer, a closure;
            docs/matchers/toBeCollected.md lists them.

    ### failing.test.ts > not toBeCollected
    Error: expect(factory).not.toBeCollected()

      object  a Session
      state   collected after it was dropped

      \`.not\` asserts that something keeps the object alive."
  `);
});
