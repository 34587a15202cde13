import { execFileSync } from "node:child_process";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { loadAddon } from "../../core/src/capture/load-addon.js";
import { isMemspecError } from "../../core/src/errors/memspec-error.js";
import { abandonLeakChecks, findLeaks } from "../../core/src/leaks/find-leaks.js";
import { track } from "../../core/src/measure/track.js";

const withAddon = loadAddon().binding !== null;
let kept: unknown[] = [];

class Session {
  readonly opened = [1, 2, 3];
}

function openSession(): void {
  kept.push(new Session());
}

/** A leak of one native handle of a timer a call, given back by `clearTimers`. */
let timers: NodeJS.Timeout[] = [];

beforeEach(() => {
  kept = [];
});
afterEach(() => {
  for (const timer of timers.splice(0)) clearTimeout(timer);
  timers = [];
});

async function codeOf(check: Promise<unknown>): Promise<string> {
  const error = await check.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return isMemspecError(error) ? error.code : `not memspec's: ${String(error)}`;
}

describe("what is said", () => {
  test.skipIf(!withAddon)("a leaking class is named with its count, its place, and what keeps it", async () => {
    const report = await findLeaks(openSession);
    expect(report.verdict).toBe("leak");
    const group = report.groups.find(({ type }) => type === "Session");
    expect(group).toMatchObject({ space: "heap", countPerCall: 1, hint: "module-collection" });
    expect(group?.site?.stack.map(({ functionName }) => functionName)).toContain("openSession");
    expect(group?.site?.stack[0]).toMatchObject({ owner: "user" });
    expect(group?.path?.root).toBe("module");
    expect(group?.path?.steps.map(({ type }) => type)).toEqual(["Array", "Session"]);
    expect(group?.holds.map(({ type }) => type)).toEqual(["Array"]);
  });

  test.skipIf(!withAddon)(
    "inside of a measurement that samples, the site is the check's own: every allocation of its calls",
    async () => {
      const span = track();
      const { groups, calls } = await findLeaks(openSession);
      span.stop();
      const site = groups.find(({ type }) => type === "Session")?.site;
      expect(site?.stack.map(({ functionName }) => functionName)).toContain("openSession");
      expect(site).toMatchObject({ estimated: false, count: calls.evidence });
    },
  );

  test.skipIf(!withAddon)(
    "inside of a measurement of what is retained no place can be had, and none is told",
    async () => {
      const span = track({ retained: true });
      const { groups } = await findLeaks(openSession);
      span.stop();
      expect(groups.find(({ type }) => type === "Session")).toMatchObject({ countPerCall: 1, site: null });
    },
  );

  test("the report is frozen all through and can be cloned", async () => {
    const report = await findLeaks(openSession);
    expect(structuredClone(report)).toEqual(report);
    expect(Object.isFrozen(report.groups)).toBe(true);
    expect(Object.isFrozen(report.calls)).toBe(true);
  });

  test("a clean function is clean, and its calls are told", async () => {
    let calls = 0;
    const report = await findLeaks(() => {
      calls += 1;
    });
    expect(report).toMatchObject({ verdict: "clean", groups: [] });
    expect(report.calls.total).toBe(calls);
  });

  // A runner's messages and timers are suspected now and then, which costs more calls: here nothing else happens.
  test.skipIf(!withAddon)("where nothing else happens, a clean function is called 96 times and no more", () => {
    const fixture = path.join(import.meta.dirname, "fixtures/quiet-checks.mjs");
    const { verdicts, calls } = JSON.parse(execFileSync(process.execPath, [fixture], { encoding: "utf8" }));
    expect(verdicts).toEqual(["clean"]);
    // The first checks of a process make V8 compile memspec itself: most of them, not all.
    expect([calls[0], calls[Math.floor(calls.length / 2)]]).toEqual([96, 96]);
  });

  test.skipIf(!withAddon)("what V8 compiles for a function with much code costs no confirming run", () => {
    const fixture = path.join(import.meta.dirname, "fixtures/kept-connection.mjs");
    const { verdicts, confirming } = JSON.parse(execFileSync(process.execPath, [fixture], { encoding: "utf8" }));
    expect(verdicts).toEqual(["clean"]);
    // A few hundred bytes that one batch left may still cost one.
    expect(Math.min(...confirming)).toBe(0);
  });

  test("what teardown gives back is no leak, and without it is one", async () => {
    const teardown = () => {
      kept = [];
    };
    expect((await findLeaks(openSession, { teardown })).verdict).toBe("clean");
    expect((await findLeaks(openSession)).verdict).toBe("leak");
  });

  test.skipIf(!withAddon)("what setup leaves behind is not the function's", async () => {
    const setup = () => {
      for (let made = 0; made < 64; made += 1) openSession();
    };
    const report = await findLeaks(() => {}, { setup, space: "heap" });
    expect(report.groups).toEqual([]);
  });
});

describe.skipIf(!withAddon)("what is left out", () => {
  test("an ignored type is no leak, and is told with its reason", async () => {
    const report = await findLeaks(openSession, { ignore: { type: "Session", reason: "a pool" } });
    expect(report.verdict).toBe("clean");
    expect(report.ignored.map(({ group, reason }) => [group.type, reason])).toEqual([["Session", "a pool"]]);
  });

  test("an ignored function, file or group likewise; another one does not help", async () => {
    const verdict = async (ignore: Parameters<typeof findLeaks>[1]) => (await findLeaks(openSession, ignore)).verdict;
    expect(await verdict({ ignore: { function: "openSession", reason: "x" } })).toBe("clean");
    expect(await verdict({ ignore: { file: "find-leaks.test", reason: "x" } })).toBe("clean");
    expect(await verdict({ ignore: { group: ({ type }) => type === "Session", reason: "x" } })).toBe("clean");
    expect(await verdict({ ignore: { type: "Sess", reason: "x" } })).toBe("leak");
  });

  test("as many instances a call as are allowed are no leak, one fewer allowed is", async () => {
    const two = () => {
      openSession();
      openSession();
    };
    expect((await findLeaks(two, { allow: { instances: 2 } })).verdict).toBe("clean");
    expect((await findLeaks(two, { allow: { instances: 1 } })).verdict).toBe("leak");
  });

  test("a space that is not named is not looked at", async () => {
    expect((await findLeaks(openSession, { space: "buffers" })).verdict).toBe("clean");
    expect((await findLeaks(openSession, { space: ["heap", "buffers"] })).verdict).toBe("leak");
  });

  test("a timer is a handle, also where only handles are looked at", async () => {
    const report = await findLeaks(() => timers.push(setTimeout(() => undefined, 1e8).unref()), { space: "handles" });
    expect(report.groups.map(({ space, type, hint }) => [space, type, hint])).toContainEqual([
      "handles",
      "Timeout",
      "timer",
    ]);
  });
});

describe("what goes wrong", () => {
  test("what the function throws comes through as it is", async () => {
    const own = new Error("own");
    await expect(findLeaks(() => Promise.reject(own))).rejects.toBe(own);
    await expect(
      findLeaks(() => {
        throw own;
      }),
    ).rejects.toBe(own);
  });

  test("a call that never settles ends with the timeout, also under fake timers", async () => {
    const pending = () => new Promise(() => {});
    expect(await codeOf(findLeaks(pending, { timeout: 50 }))).toBe("MEMSPEC_LEAK_TIMEOUT");
    vi.useFakeTimers();
    try {
      expect(await codeOf(findLeaks(pending, { timeout: 50 }))).toBe("MEMSPEC_LEAK_TIMEOUT");
    } finally {
      vi.useRealTimers();
    }
    expect((await findLeaks(() => {})).verdict).toBe("clean");
  });

  test("a thenable that is no promise is refused", async () => {
    // biome-ignore lint/suspicious/noThenProperty: it is what is tested
    expect(await codeOf(findLeaks(() => ({ then() {} })))).toBe("MEMSPEC_FOREIGN_PROMISE");
  });

  test("two checks at once are refused, one after the other are not", async () => {
    const first = findLeaks(() => {});
    expect(await codeOf(findLeaks(() => {}))).toBe("MEMSPEC_MEASUREMENT_OPEN");
    expect((await first).verdict).toBe("clean");
    expect((await findLeaks(() => {})).verdict).toBe("clean");
  });

  test("an abandoned check ends at once, and the next one can begin", async () => {
    let settle: () => void = () => undefined;
    const stuck = findLeaks(
      () =>
        new Promise<void>((resolve) => {
          settle = resolve;
        }),
    );
    const code = codeOf(stuck);
    await new Promise((resolve) => setImmediate(resolve));
    abandonLeakChecks();
    expect(await code).toBe("MEMSPEC_MEASUREMENT_CLOSED");
    const next = findLeaks(() => {});
    settle();
    expect((await next).verdict).toBe("clean");
  });

  test.skipIf(!withAddon)("a function that fills the heap is stopped, within a call and between calls", () => {
    const fixture = path.join(import.meta.dirname, "fixtures/fills-the-heap.mjs");
    const output = execFileSync(process.execPath, ["--max-old-space-size=120", fixture], { encoding: "utf8" });
    expect(JSON.parse(output)).toEqual({
      endless: "MEMSPEC_LEAK_OUT_OF_MEMORY",
      byAndBy: "MEMSPEC_LEAK_OUT_OF_MEMORY",
      clean: "clean",
    });
  });
});
