import { afterAll, describe, expect, test } from "vitest";
import { type PlayedExample, playExample } from "./example-page.js";

const played: PlayedExample[] = [];
afterAll(() => {
  for (const example of played) example.remove();
});

function play(name: string): PlayedExample {
  const example = playExample(name);
  played.push(example);
  return example;
}

const names = (frames: readonly { readonly functionName: string }[]): string =>
  frames.map(({ functionName }) => functionName).join(" < ");

describe("frames", () => {
  const example = play("frames");

  test("makeRows allocates most of the heap, called by two functions", async () => {
    const { functions, stacks } = await example.read("frames.memspec", "leaked", ["heap"]);
    expect(functions[0]?.[0]).toMatch(/makeRows/u);
  });
});
