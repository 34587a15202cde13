import { describe, expect, it } from "vitest";
import { runFixture, runFixtureRaw, type Totals, type Truth } from "./run-fixture.js";

describe("what the hooks must survive", () => {
  it("children by fork while other threads allocate, by vfork, and by Node", async () => {
    expect(await runFixture("processes.cjs")).toEqual({
      fork: true,
      vfork: true,
      synchronous: "42",
      message: "hello",
      code: 0,
    });
  });

  it("keeps errno, whatever the sink leaves in it", async () => {
    const results = await runFixture<readonly { before: number; after: number }[]>("errno.cjs");
    expect(results).toHaveLength(9);
    for (const { before, after } of results) expect(after).toBe(before);
  });

  it.each([
    ["process.exit", "exit", 7],
    ["an uncaught error", "throw", 1],
  ])("%s with the hooks in and threads at work", async (_name, how, status) => {
    const run = await runFixtureRaw("exit.cjs", { arguments: [how] });
    expect(run.signal).toBeNull();
    expect(run.status).toBe(status);
  });

  it("workers that start and end while the hooks go in and out", async () => {
    const result = await runFixture<{ codes: number[]; truth: Truth; allocated: Totals; installed: boolean }>(
      "workers.cjs",
    );
    expect(result.codes).toEqual(Array.from({ length: 12 }, () => 0));
    expect(result.allocated).toEqual({ count: result.truth.count, bytes: result.truth.bytes });
    expect(result.installed).toBe(false);
  });

  it("an addon that only a worker loaded, after the worker's end", async () => {
    expect(await runFixture("worker-only.cjs")).toEqual({ code: 0, installed: true, removed: true });
  });

  it("Node over a preloaded allocator, whose blocks must not meet libc's", async () => {
    const { probeFolder } = await import("./run-fixture.js");
    const env = { LD_PRELOAD: `${probeFolder}/probe_malloc.node` };
    expect(await runFixture("workers.cjs", { env })).toMatchObject({ installed: false });
  });
});
