import { beforeAll, describe, expect, it } from "vitest";
import { type Counts, runFixture, type Totals, type Truth } from "./run-fixture.js";

interface Slots {
  readonly slots: number;
  readonly first: {
    readonly ok: boolean;
    readonly slots: number;
    readonly objects: number;
    readonly engineSymbols: boolean;
    readonly heapSampleSymbol: boolean;
  };
  readonly nested: { readonly slots: number };
  readonly during: number;
  readonly stillDuring: number;
  readonly installedInside: boolean;
  readonly after: number;
  readonly afterThousand: number;
  readonly unknownRemove: boolean;
  readonly quiet: Totals;
  readonly truth: Truth;
  readonly loud: Totals;
}

describe("installing and removing", () => {
  let slots: Slots;
  beforeAll(async () => {
    slots = await runFixture("slots.cjs", { env: { LD_BIND_NOW: "1" } });
  });

  it("patches slots of Node, libc, libstdc++ and the addons", () => {
    expect(slots.first.ok).toBe(true);
    expect(slots.first.objects).toBeGreaterThan(5);
    expect(slots.first.slots).toBeGreaterThan(40);
    expect(slots.during).toBe(slots.first.slots);
  });

  it("finds V8's functions and the place where heap samples are made", () => {
    expect(slots.first).toMatchObject({ engineSymbols: true, heapSampleSymbol: true });
  });

  it("counts references: the inner removal takes nothing out", () => {
    expect(slots.nested.slots).toBe(slots.first.slots);
    expect(slots.stillDuring).toBe(slots.during);
    expect(slots.installedInside).toBe(true);
  });

  it("restores every slot of every object after the last removal", () => {
    expect(slots.slots).toBeGreaterThan(1000);
    expect(slots.after).toBe(0);
  });

  it("restores every slot after a thousand times, with libraries opened and closed in between", () => {
    expect(slots.afterThousand).toBe(0);
    expect(slots.unknownRemove).toBe(false);
  });

  it("counts nothing while it is out, and everything when it is in again", () => {
    expect(slots.quiet).toEqual({ count: 0, bytes: 0 });
    expect(slots.loud).toEqual({ count: slots.truth.count, bytes: slots.truth.bytes });
  });
});

describe("libraries that are opened later", () => {
  it("counts their allocations, whoever finds them, and leaves the caller's search path in force", async () => {
    const runs = await runFixture<readonly { how: string; result: Truth; counts: Counts }[]>("libraries.cjs");
    expect(runs.map(({ how, result }) => [how, result.ok])).toEqual([
      ["process.dlopen", true],
      ["path", true],
      ["name", true],
      ["name", true],
      ["path", true],
      ["missing", false],
      ["name", true],
    ]);
    for (const { how, result, counts } of runs) {
      if (how === "missing") continue; // libc keeps the text of the error for its caller
      expect(counts.native.allocated, how).toEqual({ count: result.count, bytes: result.bytes });
      expect(counts.native.liveBytes, how).toBe(0);
    }
  });
});
