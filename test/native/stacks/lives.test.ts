import { beforeAll, describe, expect, it } from "vitest";
import { type Frame, marked, runFixture, type Stack } from "./run-fixture.js";

interface Results {
  readonly before: number;
  readonly after: number;
  readonly frames: readonly (Stack & { readonly id: number })[];
  readonly foreign: Stack;
  readonly taken: number;
  readonly free: number;
  readonly stopped: number;
  readonly again: Stack;
}

describe("isolates that come and go", () => {
  let results: Results;
  beforeAll(async () => {
    results = await runFixture<Results>("lives.cjs");
  });
  const named = (frames: readonly Frame[], name: string) => frames.find((frame) => frame.function === name);

  it("have stacks with lines of their own", () => {
    const position = marked("lives.cjs", "in a worker", "capture(");
    for (const { frames } of results.frames) expect(named(frames, "inWorker")).toMatchObject(position);
  });

  it("leave nothing behind but the code that stacks name", () => {
    // Some thousand pieces of code in each worker, a few of them captured.
    expect(results.after - results.before).toBeLessThan(500);
  });

  it("leave stacks that others can still resolve to functions", () => {
    expect(named(results.foreign.frames, "inWorker")).toMatchObject({
      ...marked("lives.cjs", "in a worker", "capture("),
      line: marked("lives.cjs", "in a worker", "capture(").line - 1,
      column: "function inWorker".length + 1,
      lineIsFunction: true,
    });
  });

  it("say that somebody else has V8's sampler, and take it when it is free", () => {
    expect(results).toMatchObject({ taken: 2, free: 1 });
  });

  it("capture nothing while nobody listens, and begin again", () => {
    expect(results.stopped).toBe(0);
    expect(results.again.frames.find((frame) => frame.kind === "javascript")).toMatchObject({
      line: 3,
      column: 21,
      lineIsFunction: false,
    });
  });
});
