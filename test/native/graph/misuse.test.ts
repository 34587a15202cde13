// What could go wrong if the addon's functions on graphs are called otherwise than meant, and what they cost a measurement.
import { runInThisContext } from "node:vm";
import { expect, test } from "vitest";
import type { NativeBinding } from "../../../core/src/capture/binding.js";
import type { RawGroups } from "../../../core/src/capture/graph-binding.js";
import { load } from "../../../native/index.cjs";

const binding = load().binding as NativeBinding;
const query = { boundaries: [1], avoid: [], avoidIds: [], limit: 5, members: 5 };

function codeOf(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return "none";
}

test("a graph that was closed, or never was, is refused; closing again is not", () => {
  const graph = binding.takeGraph();
  binding.closeGraph(graph);
  binding.closeGraph(graph);
  for (const handle of [graph, 4_000_000_000]) {
    expect(codeOf(() => binding.graphSummary(handle))).toBe("MEMSPEC_INVALID_OPTION");
    expect(codeOf(() => binding.graphGroups(handle, query))).toBe("MEMSPEC_INVALID_OPTION");
    expect(codeOf(() => binding.graphPaths(handle, [], query))).toBe("MEMSPEC_INVALID_OPTION");
    expect(codeOf(() => binding.storeBytes(handle, []))).toBe("MEMSPEC_INVALID_OPTION");
    expect(codeOf(() => binding.biggestBuffer(handle, query))).toBe("MEMSPEC_INVALID_OPTION");
  }
});

test("a query that makes no sense is refused", () => {
  const graph = binding.takeGraph();
  const wrong: readonly object[] = [
    { boundaries: [] },
    { boundaries: [3, 2] },
    { boundaries: [1.5] },
    { boundaries: [-1] },
    { boundaries: [2 ** 32] },
    { boundaries: "1" },
    { avoid: "x" },
    { avoid: [1] },
    { avoidIds: [{}] },
    { temporary: "x" },
    { temporary: [1] },
    { temporaryIds: ["1"] },
    { limit: -1 },
    { limit: Number.NaN },
    { members: 1e7 },
  ];
  for (const part of wrong) {
    expect(codeOf(() => binding.graphGroups(graph, { ...query, ...part }))).toBe("MEMSPEC_INVALID_OPTION");
  }
  expect(codeOf(() => binding.graphGroups(graph, query))).toBe("none");
  expect(codeOf(() => binding.graphPaths(graph, [-1], query))).toBe("MEMSPEC_INVALID_OPTION");
  expect(codeOf(() => binding.objectId(1 as never))).toBe("MEMSPEC_INVALID_OPTION");
  expect(codeOf(() => binding.analyzeSnapshotFile(1 as never, query))).toBe("MEMSPEC_INVALID_OPTION");
  expect(codeOf(() => binding.diffSnapshotFiles("a", 1 as never, query))).toBe("MEMSPEC_INVALID_OPTION");
  expect(binding.graphPaths(graph, [4_294_967_295], query)).toEqual([null]);
  binding.closeGraph(graph);
});

test("an object has its id once a graph has seen it, and the same one ever after", () => {
  const object = { made: "now" };
  expect(binding.objectId(object)).toBeNull();
  const first = binding.takeGraph();
  const id = binding.objectId(object);
  binding.closeGraph(first);
  const second = binding.takeGraph();
  expect(binding.objectId(object)).toBe(id);
  const [path] = binding.graphPaths(second, [id ?? 0], query);
  expect(path?.steps.at(-1)).toMatchObject({ type: "Object", detail: "{made}", objectId: id });
  binding.closeGraph(second);
});

test("what must be avoided is led through only if there is no other way", () => {
  const globals = globalThis as Record<string, unknown>;
  const target = { end: true };
  const holder = { keptBy: [target] };
  globals["memspecLong"] = { a: { b: { c: { d: holder } } } };
  globals["memspecShort"] = { holder };
  const names = (avoided: readonly object[]) => {
    const graph = binding.takeGraph();
    const [id = 0, ...avoidIds] = [target, ...avoided].map((object) => binding.objectId(object) ?? 0);
    const [path] = binding.graphPaths(graph, [id], { avoid: [], avoidIds });
    binding.closeGraph(graph);
    return [path?.avoided, ...(path?.steps.map(({ name }) => name) ?? [])];
  };
  expect(names([])).toEqual([false, "memspecShort", "holder", "keptBy", "0"]);
  const short = globals["memspecShort"] as object;
  expect(names([short])).toEqual([false, "memspecLong", "a", "b", "c", "d", "keptBy", "0"]);
  expect(names([holder])).toEqual([true, "memspecShort", "holder", "keptBy", "0"]);
  delete globals["memspecShort"];
  delete globals["memspecLong"];
});

test("what is kept for a time only, by an object or by a script's closures, is no survivor", () => {
  class OfTask {}
  class OfMock {}
  class OfList {}
  class OfBoth {}
  const task = { hooks: [] as object[] };
  const list: object[] = [];
  const mock = runInThisContext("(() => { const calls = []; return (call) => calls.push(call); })()", {
    filename: "/node_modules/@mocks/spy/index.js",
  }) as (call: object) => number;
  (globalThis as Record<string, unknown>)["memspecHeld"] = { task, mock, list };
  const first = binding.takeGraph();
  const boundaries = [binding.graphSummary(first).lastObjectId];
  binding.closeGraph(first);
  const both = new OfBoth();
  task.hooks.push(new OfTask(), both);
  mock(new OfMock());
  list.push(new OfList(), both);
  const graph = binding.takeGraph();
  const groupsOf = (temporary: object) =>
    binding.graphGroups(graph, { ...query, boundaries, limit: 10_000, ...temporary });
  const typesIn = ({ groups }: RawGroups) =>
    groups
      .map(({ type }) => type)
      .filter((type) => /^Of[A-Z]/u.test(type))
      .sort();
  const holders = { temporary: ["/@mocks/spy/"], temporaryIds: [binding.objectId(task) ?? 0] };
  const [all, lasting] = [groupsOf({}), groupsOf(holders)];
  expect(typesIn(all)).toEqual(["OfBoth", "OfList", "OfMock", "OfTask"]);
  expect(typesIn(lasting)).toEqual(["OfBoth", "OfList"]);
  expect(typesIn(groupsOf({ temporary: ["/@mocks/spy/"] }))).toEqual(["OfBoth", "OfList", "OfTask"]);
  // Two instances, and the new store of each array that they are in.
  expect((all.births[0]?.count ?? 0) - (lasting.births[0]?.count ?? 0)).toBe(4);
  binding.closeGraph(graph);
  delete (globalThis as Record<string, unknown>)["memspecHeld"];
});

test("nor is a registration of what is kept for a time only; memory off the heap that this has is told apart", () => {
  class OfTask {}
  class OfList {}
  const task = { hooks: [] as object[] };
  const list: object[] = [];
  const registry = new FinalizationRegistry<object>(() => undefined);
  (globalThis as Record<string, unknown>)["memspecHeld"] = { task, list, registry };
  const first = binding.takeGraph();
  const boundaries = [binding.graphSummary(first).lastObjectId];
  binding.closeGraph(first);
  // What is made here has left the stack.
  const addTo = (kept: object[], Of: new () => object, sizes: readonly number[]): void => {
    const one = new Of();
    registry.register(one, { of: one.constructor.name });
    kept.push(one, ...sizes.map((size) => new ArrayBuffer(size)));
  };
  addTo(task.hooks, OfTask, [1000, 2000]);
  addTo(list, OfList, [3000]);
  // V8 has them in a list, the last one first: those behind and before it are found.
  addTo(task.hooks, OfTask, []);
  addTo(task.hooks, OfTask, []);
  // One that its own registration keeps.
  const keepItself = (one: object): void => registry.register(one, { one });
  keepItself(new OfList());
  const graph = binding.takeGraph();
  const groupsOf = (temporary: object) =>
    binding.graphGroups(graph, { ...query, boundaries, limit: 10_000, ...temporary });
  const registrations = ({ groups }: RawGroups) =>
    groups.filter(({ type }) => type.startsWith("registration")).map(({ count }) => count);
  const [all, lasting] = [groupsOf({}), groupsOf({ temporary: [], temporaryIds: [binding.objectId(task) ?? 0] })];
  expect([registrations(all), registrations(lasting)]).toEqual([[5], [2]]);
  expect([all.temporary, lasting.temporary].map(([kept]) => kept?.count)).toEqual([0, 5]);
  binding.closeGraph(graph);
  delete (globalThis as Record<string, unknown>)["memspecHeld"];
});

test("what is kept for a time only is none either where Node lists its C++ object", () => {
  const task = { hooks: [] as object[] };
  const list: object[] = [];
  (globalThis as Record<string, unknown>)["memspecHeld"] = { task, list };
  // Node loads the class when it is first used; what is made here has left the stack.
  const addTo = (kept: object[], count: number): void => {
    for (let made = 0; made < count; made += 1) kept.push(new ReadableStream());
  };
  addTo([], 1);
  const first = binding.takeGraph();
  const boundaries = [binding.graphSummary(first).lastObjectId];
  binding.closeGraph(first);
  addTo(task.hooks, 2);
  addTo(list, 1);
  const graph = binding.takeGraph();
  const countWith = (temporary: object) =>
    binding
      .graphGroups(graph, { ...query, boundaries, limit: 10_000, ...temporary })
      .groups.filter(({ type }) => type === "ReadableStream")
      .reduce((sum, { count }) => sum + count, 0);
  expect([countWith({}), countWith({ temporaryIds: [binding.objectId(task) ?? 0] })]).toEqual([3, 1]);
  binding.closeGraph(graph);
  delete (globalThis as Record<string, unknown>)["memspecHeld"];
});

test("taking a heap apart is in no figure of native memory or buffers", () => {
  const handle = binding.open({ sampleInterval: 0, threads: "isolate", retained: false, settle: true });
  binding.call(
    handle,
    () => {
      const graph = binding.takeGraph();
      binding.graphGroups(graph, query);
      binding.closeGraph(graph);
    },
    undefined,
    [],
  );
  const { spaces } = binding.read(handle);
  binding.close(handle);
  const [, buffers, native] = spaces;
  expect([buffers.allocatedBytes, native.allocatedBytes]).toEqual([0, 0]);
});
