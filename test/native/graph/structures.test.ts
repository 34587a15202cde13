// Ways of being kept alive that a person would name, and the names the graph gives them: asserted against the fixtures' sources.
import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { RawGraphSummary, RawPath } from "../../../core/src/capture/graph-binding.js";
import { runFixture } from "./run-fixture.js";
import { showPath } from "./show-path.js";

const source = readFileSync(path.join(import.meta.dirname, "fixtures/structures.cjs"), "utf8").split("\n");

interface Structures {
  readonly summary: RawGraphSummary;
  readonly paths: Readonly<Record<string, RawPath | null>>;
}

const MODULE = "module structures.cjs: module variable ";
const EXPECTED: Readonly<Record<string, string>> = {
  "module variable": `${MODULE}moduleVariable: Kept`,
  property: `${MODULE}box: Object -> property inner: Kept`,
  element: `${MODULE}list: Array -> element 1: Kept`,
  "map value": `${MODULE}byKey: Map -> value the key: Kept`,
  "map key": `${MODULE}byKey: Map -> key: Kept`,
  "set entry": `${MODULE}members: Set -> entry: Kept`,
  "weak map value": `${MODULE}key: Object -> weak key WeakMap: Kept`,
  "one listener": `${MODULE}emitter: EventEmitter -> listener data: closure handler -> variable value: Kept`,
  "two listeners": `${MODULE}emitter: EventEmitter -> listener end: closure handler -> variable value: Kept`,
  "event target": `${MODULE}target: EventTarget -> listener ping: closure handler -> variable value: Kept`,
  timer: `${MODULE}timer: Timeout -> property _onTimeout: closure handler -> variable value: Kept`,
  "private field": `${MODULE}owner: Owner -> property #secret: Kept`,
  "static field": `${MODULE}owner: Owner -> property __proto__: Object -> property constructor: closure Owner -> property shared: Kept`,
  symbol: `${MODULE}tagged: Object -> property <symbol tag>: Kept`,
  getter: `${MODULE}getter: Object -> property get answer: closure get answer -> variable value: Kept`,
  "bound this": `${MODULE}bound: bound function dispatchEvent -> internal bound_this: Kept`,
  "bound argument": `${MODULE}bound: bound function dispatchEvent -> internal bound argument 0: Kept`,
  reaction: `${MODULE}never: Promise -> internal reaction: closure handler -> variable value: Kept`,
  "settled value": `${MODULE}resolved: Promise -> internal result: Kept`,
  "async local": `${MODULE}never: Promise -> internal reaction: async call of waits -> variable: Kept`,
  "generator local": `${MODULE}steps: generator walk -> variable: Kept`,
  buffer: `${MODULE}buffer: ArrayBuffer`,
  global: "global: property globalVariable: Kept",
  chain: `${MODULE}chain: Object -> property next ×999: Object -> property end: Kept`,
  dictionary: `${MODULE}dictionary: Object -> property key 7: Kept`,
  "behind a prototype":
    `${MODULE}far: Object -> property a: Object -> property b: Object -> property c: Object -> property d: Object` +
    " -> property classes: Object -> property Registry: closure Registry -> property behind: Kept",
  "anonymous function": `${MODULE}nested: closure (anonymous) -> variable inner: Array -> element 0: Kept`,
  "wrapped module": "module wrapped.js: module variable cache: Array -> element 0: Kept",
  "variable among nulls": "module mixed.js: module variable early: Array -> element 0: Kept",
  // It could be any of two variables.
  "variable beside an integer": "module mixed.js: module variable: Array -> element 0: Kept",
  "variable after an integer": "module mixed.js: module variable late: Array -> element 0: Kept",
  "block variable": `${MODULE}blockVariable: Kept`,
};

describe("the path to an object kept by", () => {
  let structures: Structures;
  beforeAll(async () => {
    structures = await runFixture<Structures>("structures.cjs");
  });

  test.each(Object.entries(EXPECTED))("a %s", (name, path) => {
    expect(showPath(structures.paths[name] ?? null)).toBe(path);
  });

  test("all of them is asserted", () => {
    expect(Object.keys(structures.paths).sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  test("an object has the place of its constructor", () => {
    const step = structures.paths["property"]?.steps.at(-1);
    expect(step?.place?.url).toMatch(/structures\.cjs$/u);
    expect(step?.place?.line).toBe(source.indexOf("  constructor(name) {") + 1);
  });

  test("the whole heap is reachable, and its size is the sum of all nodes", () => {
    const { nodes, edges, bytes, reachableBytes, lastObjectId, traces, ownBytes } = structures.summary;
    expect(edges).toBeGreaterThan(nodes);
    expect(reachableBytes).toBeGreaterThan(0.99 * bytes);
    expect(reachableBytes).toBeLessThanOrEqual(bytes);
    expect(lastObjectId).toBeGreaterThan(nodes);
    expect(traces).toBe(false);
    expect(ownBytes / nodes).toBeLessThan(150);
  });
});

test("variables of an ES module have their names, exported or not", async () => {
  const { exported, inner } = await runFixture<Record<"exported" | "inner", RawPath>>("module.mjs");
  expect(showPath(exported)).toBe("module module.mjs: module variable exported: Array -> element 0: Kept");
  expect(showPath(inner)).toBe("module module.mjs: module variable inner: Array -> element 0: Kept");
});
