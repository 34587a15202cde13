// The largest memory off the heap, and whose it is: the leak of a buffer that grows has nothing new on the heap to be found by.
import { afterEach, expect, test } from "vitest";
import type { NativeBinding } from "../../../core/src/capture/binding.js";
import { load } from "../../../native/index.cjs";

const binding = load().binding as NativeBinding;
const PAGE = 65_536;
const MANY = 1_000;

/** What is kept alive, by a module variable. */
let kept: object[] = [];

afterEach(() => {
  kept = [];
});

function biggest() {
  const graph = binding.takeGraph();
  const found = binding.biggestBuffer(graph, { avoid: [], avoidIds: [] });
  binding.closeGraph(graph);
  return found;
}

function grownMemory(): WebAssembly.Memory {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536 });
  memory.grow(MANY - 1);
  return memory;
}

test("a buffer, and the way to it", () => {
  const buffer = new ArrayBuffer(MANY * PAGE);
  kept.push(buffer);
  const found = biggest();
  expect(found).toMatchObject({ type: "ArrayBuffer", bytes: MANY * PAGE });
  expect(found?.objectId).toBe(binding.objectId(buffer));
});

test("a memory of WebAssembly that grew, whose buffer nobody has asked for since", () => {
  kept.push(grownMemory());
  const found = biggest();
  expect(found?.bytes).toBe(MANY * PAGE);
  expect(found?.path?.steps.map(({ type }) => type)).toContain("Memory");
});

test("something else of that name has none", () => {
  class Memory {
    readonly size = MANY * PAGE;
  }
  kept.push(new Memory(), new ArrayBuffer(MANY * PAGE + 1));
  expect(biggest()).toMatchObject({ type: "ArrayBuffer", bytes: MANY * PAGE + 1 });
});
