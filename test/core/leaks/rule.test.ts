import { describe, expect, test } from "vitest";
import {
  isSuspicious,
  judgeShares,
  leastShare,
  leastSurvivors,
  type Suspicion,
  screen,
  stillSuspected,
  withoutEngines,
} from "../../../core/src/leaks/rule.js";
import { seeded, tableOf } from "./tables.js";

const judged = (shares: readonly number[], calls = 512) => judgeShares(shares, leastShare(calls));

describe("the least that a batch has to leave", () => {
  test("one in sixteen calls is looked for in large batches, a single survivor in small ones", () => {
    expect([3, 16, 17, 31, 32, 512].map(leastSurvivors)).toEqual([1, 1, 1, 1, 2, 32]);
  });

  test.each([
    [31, "none"],
    [32, "steady"],
    [33, "steady"],
  ])("%i survivors of each batch of 512 calls are %s", (share, growth) => {
    expect(judged([share, share, share, share])).toBe(growth);
  });
});

test("one survivor of each batch is noise in the confirming run, two are a share", () => {
  expect([6, 16, 32, 47, 48].map(leastShare)).toEqual([2, 2, 2, 2, 3]);
  expect(judged([1, 1, 1, 1], 16)).toBe("none");
  expect(judged([2, 2, 2, 2], 16)).toBe("steady");
});

describe("how a row of equal batches grew", () => {
  test.each([
    ["nothing stays", [0, 0, 0, 0], "none"],
    ["noise stays of some", [3, 0, 12, 0], "none"],
    ["one object of every call", [512, 512, 512, 512], "steady"],
    ["one object of every third call", [171, 170, 171, 171], "steady"],
    ["a cache that is full in the second batch", [512, 8, 0, 0], "ended"],
    ["a cache that is full in the last batch but one", [512, 512, 300, 0], "ended"],
    ["the last thousand are kept", [0, 0, 488, 512], "ended"],
    ["only what the newest batch used is kept", [0, 0, 0, 100], "ended"],
    ["it slows down but goes on", [512, 300, 200, 120], "uneven"],
    ["it gets faster", [40, 100, 250, 500], "uneven"],
  ] as const)("%s", (_name, shares, growth) => {
    expect(judged(shares)).toBe(growth);
  });

  test("twice as much in one batch as in another is even, more is not", () => {
    expect(judged([100, 200, 100, 100])).toBe("steady");
    expect(judged([100, 201, 100, 100])).toBe("uneven");
  });
});

describe("properties, on a thousand made-up functions each", () => {
  test("what leaves something of every n-th call, n up to three, is steady, whatever noise comes on top", () => {
    const random = seeded(1);
    for (let trial = 0; trial < 1000; trial += 1) {
      const calls = 48 + Math.floor(random() * 500);
      const every = 1 + Math.floor(random() * 3);
      const size = 1 + Math.floor(random() * 5);
      const noise = () => Math.floor(random() * leastSurvivors(calls));
      const shares = Array.from({ length: 4 }, () => Math.floor(calls / every) * size + noise());
      expect(judged(shares, calls), shares.join(" ")).toBe("steady");
    }
  });

  test("what leaves something by chance, one call in three, is steady", () => {
    const random = seeded(2);
    for (let trial = 0; trial < 1000; trial += 1) {
      const shares = Array.from({ length: 4 }, () =>
        Array.from({ length: 512 }, () => (random() < 1 / 3 ? 1 : 0)).reduce<number>((sum, one) => sum + one, 0),
      );
      expect(judged(shares), shares.join(" ")).toBe("steady");
    }
  });

  test("a cache that is full before the last batch begins is never steady, whatever its size", () => {
    const random = seeded(3);
    for (let trial = 0; trial < 1000; trial += 1) {
      const calls = 512;
      let room = Math.floor(random() * calls * 3);
      const shares = Array.from({ length: 4 }, () => {
        const filled = Math.min(room, calls);
        room -= filled;
        return filled;
      });
      expect(["none", "ended"], shares.join(" ")).toContain(judged(shares, calls));
    }
  });

  test("a window on the newest entries that is smaller than the batches but one is never steady", () => {
    const random = seeded(4);
    for (let trial = 0; trial < 1000; trial += 1) {
      let window = Math.floor(random() * 512 * 3);
      const shares = [0, 0, 0, 0].map(() => {
        const kept = Math.min(window, 512);
        window -= kept;
        return kept;
      });
      expect(["none", "ended"], shares.join(" ")).toContain(judged(shares.toReversed()));
    }
  });
});

describe("what the first batches make suspicious", () => {
  const suspicious = (made: Parameters<typeof tableOf>[0]): boolean => isSuspicious(screen(tableOf(made)));

  test("nothing that stays is no suspicion", () => {
    expect(suspicious({ alive: [0, 0, 0, 0], calls: 16 })).toBe(false);
  });

  test("what the first batch pays for once, and what the newest still holds, are none", () => {
    expect(suspicious({ alive: [40, 0, 0, 30], calls: 16, size: 1 })).toBe(false);
  });

  test("one survivor of every batch of 16 calls is one", () => {
    expect(screen(tableOf({ alive: [1, 1, 1, 30], calls: 16, size: 1 })).spaces).toEqual(["heap"]);
    expect(screen(tableOf({ alive: [1, 0, 1, 30], calls: 16, size: 1 })).spaces).toEqual([]);
    expect(screen(tableOf({ alive: [1, 1, 1, 0], calls: 16, size: 1 })).spaces).toEqual(["heap"]);
  });

  describe("a container that is made anew, 4 bytes a call larger after the first batch, is one", () => {
    const least = 4 * 48;
    const grows = (alive: readonly number[]) => screen(tableOf({ alive, calls: 16, size: 1 })).containers;

    test.each([
      ["in an older batch", [9000, 0, least, 0], [9000, 0, least - 1, 0]],
      ["in the newest batch, beyond what another one had of its own", [9000, 50, 50, least - 50], [9000, 50, 50, 141]],
    ])("%s", (_name, enough, tooLittle) => {
      expect(grows(enough)).toEqual(["heap"]);
      expect(grows(tooLittle)).toEqual([]);
    });

    test("whatever V8 throws away meanwhile", () => {
      const thrownAway = { alive: [0, 0, least, 0], calls: 16, size: 1, used: [0, -5000, -5000, -5000] };
      expect(screen(tableOf(thrownAway)).containers).toEqual(["heap"]);
    });

    test("and by the level, where births are not told", () => {
      const byLevel = (bytes: number) => {
        const table = tableOf({ alive: [0, 0, 0, 0], calls: 16, used: [9000, 0, 0, bytes] });
        return { ...table, readings: table.readings.map((reading) => ({ ...reading, heap: null })) };
      };
      expect(screen(byLevel(least)).containers).toEqual(["heap"]);
      expect(screen(byLevel(least - 1)).containers).toEqual([]);
    });
  });

  test("a handle of every batch is one; a handle of some is none", () => {
    const alive = [0, 0, 0, 0];
    expect(screen(tableOf({ alive, calls: 16, handles: [5, 6, 7, 8, 9] })).handles).toEqual(["tcp"]);
    expect(screen(tableOf({ alive, calls: 16, handles: [5, 6, 6, 7, 8] })).handles).toEqual([]);
  });
});

const suspicion = (part: Partial<Suspicion>): Suspicion => ({ spaces: [], containers: [], handles: [], ...part });

describe("what is left of a suspicion where V8's own code and shapes do not count", () => {
  const all = suspicion({ spaces: ["heap", "native"], containers: ["heap", "buffers"], handles: ["tcp"] });
  const left = (counts: readonly number[], bytes: readonly number[]) =>
    withoutEngines(
      all,
      counts.map((count, index) => ({ count, bytes: bytes[index] ?? 0, calls: 48 })),
    );

  test("nothing of the heap where some batch left nothing, and all else", () => {
    expect(left([6, 0, 0, 8], [304, 0, 0, 384])).toEqual({
      spaces: ["native"],
      containers: ["buffers"],
      handles: ["tcp"],
    });
    expect(left([3, 3, 2, 48], [0, 0, 0, 0]).spaces).toEqual(["native"]);
  });

  test("what one call in 16 left in every batch but the newest", () => {
    expect(left([3, 3, 3, 0], [0, 0, 0, 0]).spaces).toEqual(["heap", "native"]);
  });

  test("a container, where 4 bytes of each call after the first batch are there, whenever it was made anew", () => {
    expect(left([9, 0, 0, 1], [9_000, 0, 0, 576]).containers).toEqual(["heap", "buffers"]);
    expect(left([9, 0, 0, 1], [9_000, 0, 0, 575]).containers).toEqual(["buffers"]);
    expect(left([0, 1, 0, 0], [0, 576, 0, 0]).containers).toEqual(["heap", "buffers"]);
  });

  test("what was not suspected is not suspected for that", () => {
    const handles = suspicion({ handles: ["tcp"] });
    expect(withoutEngines(handles, [{ count: 99, bytes: 9_000, calls: 16 }])).toEqual(handles);
  });
});

describe("what a second look leaves of a suspicion", () => {
  test("what is suspected once is none", () => {
    const once = suspicion({ spaces: ["heap"], containers: ["buffers"], handles: ["tcp"] });
    expect(isSuspicious(stillSuspected(once, suspicion({ spaces: ["native"], handles: ["udp"] })))).toBe(false);
  });

  test("what is suspected twice stays, also as a container first and by its contents then", () => {
    const once = suspicion({ containers: ["heap"], handles: ["tcp"] });
    const again = suspicion({ spaces: ["heap"], containers: ["heap", "native"], handles: ["tcp"] });
    expect(stillSuspected(once, again)).toEqual({ spaces: ["heap"], containers: ["heap"], handles: ["tcp"] });
  });
});
