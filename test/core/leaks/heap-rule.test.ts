import { describe, expect, test } from "vitest";
import type { GrownStore, ObjectGroup, ObjectGroups, RetainingPath } from "../../../core/src/graph/types.js";
import { grewAgain, grownStores, judgeGroups } from "../../../core/src/leaks/heap-rule.js";

const batches = [0, 1, 2, 3].map((index) => ({ calls: 512, interval: index, from: index, to: index + 1 }));
const path: RetainingPath = { root: "module", place: null, native: false, avoided: false, steps: [] };

/** So many objects of 32 B born in each interval. */
function contents(counts: readonly number[]): ObjectGroup["contents"] {
  return counts.map((count) => ({ count, bytes: 32 * count }));
}

function group(type: string, births: readonly number[], more: Partial<ObjectGroup> = {}): ObjectGroup {
  const count = births.reduce((sum, born) => sum + born, 0);
  return {
    kind: "object",
    type,
    detail: "",
    place: null,
    count,
    shallowBytes: 32 * count,
    retainedBytes: 32 * count,
    births: births.map((born) => ({ count: born, bytes: 32 * born })),
    contents: contents(births),
    objectIds: [],
    path,
    holds: [],
    traces: [],
    ...more,
  };
}

function found(groups: readonly ObjectGroup[], grown: readonly GrownStore[] = []): ObjectGroups {
  const births = batches.map((_, index) => {
    const count = groups.reduce((sum, one) => sum + (one.births[index]?.count ?? 0), 0);
    return { count, bytes: 32 * count };
  });
  return { groups, grown, births, temporary: [], omitted: { groups: 0, count: 0, bytes: 0 } };
}

const steady = (groups: ObjectGroups) =>
  judgeGroups(groups, batches, null)
    .filter(({ growth }) => growth === "steady")
    .map((finding) => [finding.group?.type, finding.countPerCall]);

describe("groups", () => {
  test("a group that every batch has its share of leaks; what is there beside it does not", () => {
    const all = found([
      group("Session", [512, 512, 512, 512]),
      group("compiled code", [7, 0, 3, 7]),
      group("Late", [0, 0, 0, 512]),
    ]);
    expect(steady(all)).toEqual([["Session", 1]]);
  });

  test("a group that nothing keeps is garbage that is yet to go", () => {
    expect(steady(found([group("Session", [512, 512, 512, 512], { path: null })]))).toEqual([]);
  });

  test("a type of its own for every call is found by its kind", () => {
    const own = Array.from({ length: 2048 }, (_, index) =>
      group(
        `closure made${index}`,
        batches.map((_batch, batch) => (index % 4 === batch ? 1 : 0)),
        { kind: "closure" },
      ),
    );
    expect(steady(found(own))).toEqual([["closure made0", 1]]);
  });

  test("V8's own code and shapes leak when a quarter of the calls leaves some, not when a few do", () => {
    for (const kind of ["code", "shape", "system"] as const) {
      expect(steady(found([group("x", [127, 127, 127, 127], { kind })]))).toEqual([]);
      expect(steady(found([group("x", [128, 128, 128, 128], { kind })]))).toEqual([["x", 0.25]]);
    }
    expect(steady(found([group("x", [32, 32, 32, 32])]))).toEqual([["x", 32 / 512]]);
  });

  test("a chain of what a newest promise holds is counted by what was born and lives", () => {
    const newest = group("Promise", [0, 0, 0, 1], {
      // Also links from before the batches.
      retainedBytes: 2336 * 32,
      contents: contents([512, 512, 512, 512]),
      holds: [{ kind: "object", type: "Object", detail: "", place: null, count: 2336, bytes: 2336 * 32 }],
    });
    const births = batches.map(() => ({ count: 512, bytes: 512 * 32 }));
    expect(steady({ ...found([newest]), births })).toEqual([["Promise", 1]]);
  });

  test("a chain hangs on its newest link, which holds the links of all batches", () => {
    const link = group("Promise", [0, 0, 0, 1], {
      retainedBytes: 2048 * 32,
      contents: contents([512, 512, 512, 512]),
      holds: [{ kind: "object", type: "Promise", detail: "", place: null, count: 2047, bytes: 2047 * 32 }],
    });
    const births = batches.map(() => ({ count: 512, bytes: 512 * 32 }));
    expect(steady({ ...found([link]), births })).toEqual([["Promise", 1]]);
    // Less than half of what is new hangs on it.
    expect(steady({ ...found([{ ...link, contents: contents([255, 255, 255, 255]) }]), births })).toEqual([]);
  });

  test("a chain's links are those of the batches, though each has several objects and older links hang on it, too", () => {
    const held = (type: string) =>
      ({ kind: "object", type, detail: "", place: null, count: 2352, bytes: 2352 * 32 }) as const;
    const link = group("Thing", [0, 0, 0, 1, 0], {
      retainedBytes: 3 * 2352 * 32,
      contents: contents([1536, 1536, 1536, 1536, 48]),
      holds: [held("closure method"), held("Array"), held("Object")],
    });
    const births = contents([1536, 1536, 1536, 1536, 48]);
    expect(judgeGroups({ ...found([link]), births }, batches, null)[0]?.countPerCall).toBeCloseTo(1, 3);
  });

  test("on a task that is under way hangs what was made between the batches: it is no chain, however even the batches", () => {
    const task = group("async call of (anonymous)", [0, 0, 0, 0], {
      count: 1,
      retainedBytes: 200_000,
      contents: contents([0, 0, 1, 0]),
    });
    const births = [40, 36, 44, 38].map((count) => ({ count, bytes: count * 32 }));
    expect(steady({ ...found([task]), births })).toEqual([]);
  });

  test("a queue grows by what comes less what goes: its oldest entries are of the run before", () => {
    const newest = group("Job", [1024, 1024, 1024, 1024]);
    const rise = {
      before: found([group("Job", [0, 304, 1024, 1024])]),
      after: found([group("Job", [4400])]),
      calls: 2048,
    };
    expect(judgeGroups(found([newest]), batches, rise)[0]).toMatchObject({
      growth: "steady",
      countPerCall: 1,
      bytesPerCall: 32,
      retainedPerCall: 32,
    });
    // Two groups of one shape: which of them it was is not known.
    const two = { ...rise, before: found([group("Job", [0, 304, 1024, 1024]), group("Job", [0, 9, 9, 9])]) };
    expect(judgeGroups(found([newest]), batches, two)[0]?.countPerCall).toBe(2);
    // Nothing went.
    const all = { ...rise, before: found([group("Job", [1024])]), after: found([group("Job", [5120])]) };
    expect(judgeGroups(found([newest]), batches, all)[0]?.countPerCall).toBe(2);
  });

  test("what was recorded after the batches is in no batch's share", () => {
    const recorded = found([group("Session", [512, 512, 512, 512, 16])]);
    expect(steady(recorded)).toEqual([["Session", 1]]);
    expect(judgeGroups(recorded, batches, null)[0]).toMatchObject({ bytesPerCall: 32, retainedPerCall: 32 });
    expect(steady(found([group("Session", [512, 512, 512, 0, 16])]))).toEqual([]);
    const link = group("Promise", [0, 0, 0, 0, 1], {
      retainedBytes: 2064 * 32,
      contents: contents([512, 512, 512, 512, 16]),
      holds: [{ kind: "object", type: "Promise", detail: "", place: null, count: 2063, bytes: 2063 * 32 }],
    });
    const births = [512, 512, 512, 512, 16].map((count) => ({ count, bytes: count * 32 }));
    expect(judgeGroups({ ...found([link]), births }, batches, null)[0]).toMatchObject({
      countPerCall: 1,
      retainedPerCall: 32,
    });
  });
});

describe("containers", () => {
  /** One group, and what hangs on it of all that was born in the third batch; and 100 kB more of after the batches. */
  const of = (group: ObjectGroup, bornBytes: number): ObjectGroups =>
    found([{ ...group, contents: [0, 0, bornBytes, 0, 100_000].map((bytes) => ({ count: 1, bytes })) }]);
  const store = (objectId: number, bytes: number): GrownStore => ({
    kind: "array",
    type: "Map",
    detail: "",
    place: null,
    objectId,
    store: "table",
    bytes,
    interval: 3,
    path,
  });

  test("a store with room for 4 bytes of every call is looked at again, one byte less is not", () => {
    expect(grownStores(found([], [store(1, 4 * 2048)]), batches)).toHaveLength(1);
    expect(grownStores(found([], [store(1, 4 * 2048 - 1)]), batches)).toHaveLength(0);
  });

  test("a weak list of V8's own keeps nothing, however long it gets", () => {
    const list = group("V8's WeakArrayList", [1, 0, 0, 0], { kind: "system", retainedBytes: 40_000 });
    expect(grownStores(of(list, 40_000), batches)).toHaveLength(0);
    expect(grownStores(of({ ...list, type: "V8's EphemeronHashTable" }, 40_000), batches)).toHaveLength(1);
  });

  test("a new object holds what was made in the batches; what is older, or came after them, is not counted", () => {
    const task = group("async call of (anonymous)", [0, 0, 1, 0], { kind: "object", retainedBytes: 200_000 });
    // However much else is born in the batches, and lives.
    const beside = group("Session", [512, 512, 512, 512]);
    expect(grownStores(found([{ ...task, contents: contents([0, 0, 1, 0]) }, beside]), batches)).toEqual([]);
    expect(grownStores(of(task, 4 * 2048 - 1), batches)).toEqual([]);
    const [first, second] = [10_000, 30_000].map((born) => grownStores(of(task, born), batches));
    expect(grewAgain(first ?? [], second ?? [], 2000).map(({ bytesPerCall }) => bytesPerCall)).toEqual([10]);
  });

  test("what grew by less than a container of the calls' contents can have grown by does not leak", () => {
    // 8 kB that hang on one new object in the first run, and 11 kB in the second: another object's business.
    const task = group("ArrayBuffer", [0, 0, 1, 0], { retainedBytes: 200_000 });
    const of8000 = grownStores(of(task, 8_200), batches);
    expect(of8000).toHaveLength(1);
    expect(grewAgain(of8000, grownStores(of(task, 8_200 + 2 * 2560 - 1), batches), 2560)).toEqual([]);
    expect(grewAgain(of8000, grownStores(of(task, 8_200 + 2 * 2560), batches), 2560)).toHaveLength(1);
  });

  test("only what grew in both runs leaks", () => {
    const first = grownStores(found([], [store(1, 20_000), store(2, 20_000), store(3, 20_000)]), batches);
    const second = grownStores(found([], [store(1, 40_000), store(2, 20_000), store(4, 40_000)]), batches);
    expect(grewAgain(first, second, 2000).map((finding) => [finding.store?.objectId, finding.bytesPerCall])).toEqual([
      [1, 10],
    ]);
  });
});
