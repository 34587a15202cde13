import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runProgram } from "../e2e/harness/run-program.js";
import { makeWorkplace, type Workplace } from "./run-memspec.js";

/** 100 sessions of some 10 kB each are there in the second snapshot alone. */
const PROGRAM = `
import { writeHeapSnapshot } from "node:v8";
class Session { constructor(id) { this.id = id; this.data = Array.from({ length: 1250 }, (_, index) => index + 0.5); } }
const sessions = new Map();
writeHeapSnapshot("before.heapsnapshot");
for (let id = 0; id < 100; id += 1) sessions.set("session " + id, new Session(id));
writeHeapSnapshot("after.heapsnapshot");
globalThis.use = () => sessions.size;
`;

let here: Workplace;
beforeAll(async () => {
  here = makeWorkplace();
  here.write("app.mjs", PROGRAM);
  expect((await runProgram(["app.mjs"], { cwd: here.folder })).exitCode).toBe(0);
});
afterAll(() => here.remove());

describe("memspec leaks", () => {
  test("of one snapshot tells what retains most, and what keeps it alive", async () => {
    const { exitCode, stdout } = await here.memspec("leaks", "after.heapsnapshot");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("Objects that retain most");
    expect(stdout).toMatch(/ 1\.\d+ MB +\d+% {2}Map/u);
    expect(stdout).toContain("variable sessions");
  });

  test("of two tells the new objects and their way", async () => {
    const { exitCode, stdout } = await here.memspec("leaks", "before.heapsnapshot", "after.heapsnapshot");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("before.heapsnapshot → after.heapsnapshot");
    expect(stdout).toMatch(/ 1\.\d+ MB +100 × Session/u);
    expect(stdout).toContain("app.mjs → variable sessions");
  });

  test("has an exit code for growth beyond a size", async () => {
    const both = ["leaks", "before.heapsnapshot", "after.heapsnapshot"];
    expect((await here.memspec(...both, "--fail-above", "500kB")).exitCode).toBe(2);
    expect((await here.memspec(...both, "--fail-above", "50MB")).exitCode).toBe(0);
  });

  test("as JSON", async () => {
    const { stdout } = await here.memspec(
      "leaks",
      "before.heapsnapshot",
      "after.heapsnapshot",
      "--json",
      "--limit",
      "3",
    );
    const { sameProcess, groups } = JSON.parse(stdout) as { sameProcess: boolean; groups: readonly unknown[] };
    expect({ sameProcess, count: groups.length <= 3 }).toEqual({ sameProcess: true, count: true });
  });

  test.each([
    [["leaks", "nothing.heapsnapshot"], "MEMSPEC_SNAPSHOT_UNREADABLE"],
    [["leaks", "app.mjs"], "MEMSPEC_SNAPSHOT_INVALID"],
    [["leaks", "after.heapsnapshot", "--fail-above", "1MB"], "--fail-above compares two snapshots"],
    [["leaks"], "missing required argument 'snapshot'"],
  ])("%j is an error", async (args, told) => {
    const { exitCode, stdout, stderr } = await here.memspec(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain(told);
  });
});
