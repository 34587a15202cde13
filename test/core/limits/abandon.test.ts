import { expect, test } from "vitest";
import { abandonSpans } from "../../../core/src/limits/open-spans.js";
import { createLimits } from "../../../core/src/limits/wrap.js";
import { createMatchers } from "../../../core/src/matchers/create.js";
import { createPending } from "../../../core/src/matchers/pending.js";
import { testHost } from "./host.js";

const hoard: unknown[] = [];

function gated(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** Over its limit, and running until the gate opens. */
function running(gate: Promise<void>): Promise<string> {
  const host = testHost();
  return createLimits(host).limitMemory({ peak: "1MB", space: "buffers" }, async () => {
    hoard.push(Buffer.alloc(3_000_000));
    await gate;
    return "value";
  })();
}

test("a body that is still running when its test is over is judged no more", async () => {
  const { opened, open } = gated();
  const ended = running(opened);
  abandonSpans("1");
  open();
  await expect(ended).resolves.toBe("value");
});

test("what such a body throws comes through", async () => {
  const { opened, open } = gated();
  const ended = running(opened.then(() => Promise.reject(new Error("own reason"))));
  abandonSpans("1");
  open();
  await expect(ended).rejects.toThrow("own reason");
});

test("the end of another test, or of the same one twice, abandons nothing more", async () => {
  const { opened, open } = gated();
  abandonSpans("1");
  const ended = running(opened);
  abandonSpans("2");
  open();
  await expect(ended).rejects.toMatchObject({ code: "MEMSPEC_LIMIT_EXCEEDED" });
  abandonSpans("1");
});

test("a body that threw at once is forgotten", () => {
  const host = testHost();
  const body = createLimits(host).limitMemory("1MB", () => {
    throw new Error("own reason");
  });
  expect(body).toThrow("own reason");
  abandonSpans("1");
});

test.each(["toAllocateLessThan", "toRetainInstances"] as const)(
  "%s that is still measuring when its test is over is closed",
  async (name) => {
    const host = testHost();
    const matchers = createMatchers(host, {}, createPending(host));
    const { opened, open } = gated();
    let called = (): void => {};
    const begun = new Promise<void>((resolve) => {
      called = resolve;
    });
    const waits = (): Promise<void> => {
      called();
      return opened;
    };
    const is = { isNot: false };
    const answer =
      name === "toRetainInstances"
        ? matchers.toRetainInstances.call(is, waits, { Session: 0 })
        : matchers.toAllocateLessThan.call(is, waits, "1 MB");
    await begun;
    abandonSpans("1");
    open();
    await expect(answer).rejects.toMatchObject({ code: "MEMSPEC_MEASUREMENT_CLOSED" });
  },
);
