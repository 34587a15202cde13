/** Every matcher passes and fails where it should, as itself and as `.not`, and says so in whole messages. */

import { expect, test } from "vitest";
import { withoutSizes, withoutSurroundings } from "../harness/normalise.js";
import { messagesOf, runVitest, statesOf } from "./run-vitest.js";
import { matcherCalls, namesIn, shownOf } from "./shown.js";

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
  expect(statesOf(run).filter((line) => line.startsWith("passing") !== line.endsWith(": passed"))).toEqual([]);
  expect(run.tests.size).toBe(27);
  expect(withoutSizes(withoutSurroundings(messagesOf(run)))).toMatchSnapshot();
  const failing = files["failing.test.ts"];
  expect(shownOf(run)).toEqual(matcherCalls("failing.test.ts", failing, namesIn(failing)));
});
