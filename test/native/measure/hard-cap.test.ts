// A process, or a worker thread, that holds more than a hard cap allows is ended, and says so; below it nothing happens.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { makeStateFile, readStateFiles, type WorkerState } from "../../../core/src/observe/state-file.js";
import { addonPath } from "./tracker.js";

const CAP = 80_000_000;

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly error: string;
  readonly state: WorkerState;
}

function run(scenario: string): Ended {
  const folder = mkdtempSync(path.join(tmpdir(), "memspec-cap-"));
  try {
    const header = { file: "/project/a.test.js", project: null, pid: 1, threadId: 0, began: 1 };
    const stateFile = makeStateFile(folder, header);
    const probe = path.resolve(import.meta.dirname, "../probe/build/Release/probe.node");
    const program = path.join(import.meta.dirname, "fixtures/above-cap.mjs");
    const ended = spawnSync(process.execPath, [program, addonPath, probe, stateFile, scenario, String(CAP)], {
      encoding: "utf8",
      timeout: 60_000,
    });
    const [state] = readStateFiles(folder);
    if (state === undefined) throw new Error("no state file");
    return { code: ended.status, output: ended.stdout, error: ended.stderr, state };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("native memory of this thread ends the process, with the test, the levels and the site", () => {
  const { code, error, state } = run("native memory of this thread");
  expect(code).toBe(137);
  expect(error).toMatch(
    /memspec: process stopped at the hard cap: a total of 1\d\d\.\d MB is more than hardCap, 80\.0 MB \(\d+\.\d MB heap, \d+\.\d MB buffers, 10\d\.\d MB native, \d+\.\d MB RSS\), in a\.test\.js > outer > inner\n/u,
  );
  expect(state).toMatchObject({ test: ["outer", "inner"], cap: { of: "total", bytes: CAP } });
  expect(state.last?.nativeBytes).toBeGreaterThanOrEqual(100_000_000);
  const [hottest] = state.sites?.sites ?? [];
  expect(hottest?.[0]).toBe("native");
  expect(hottest?.[4]).toBeGreaterThan(90_000_000);
  const frames = (state.sites?.stacks[hottest?.[1] ?? -1] ?? []).map((frame) => state.sites?.frames[frame]);
  const line = readFileSync(path.join(import.meta.dirname, "fixtures/above-cap.mjs"), "utf8")
    .split("\n")
    .findIndex((text) => text.includes("100_000_000, 1, 1, 0"));
  expect(frames.find((frame) => frame?.owner === "user")?.line).toBe(line + 1);
});

test("memory of other threads, while JavaScript does not come back, ends the process", () => {
  const { code, error, state } = run("native memory of other threads, in code that does not return");
  expect(code).toBe(137);
  expect(error).toContain("memspec: process stopped at the hard cap");
  expect(state.cap).toEqual({ of: "total", bytes: CAP });
  expect(state.last?.nativeBytes).toBeGreaterThanOrEqual(100_000_000);
});

test("a worker thread ends alone, and the process goes on", () => {
  const { code, output, error, state } = run("thread: buffers");
  expect(error).toContain("memspec: worker thread stopped at the hard cap");
  expect(output).toBe("the thread ended\n");
  expect(code).toBe(0);
  expect(state.cap?.of).toBe("total");
  expect(state.sites?.sites[0]?.[0]).toBe("buffers");
});

test("a worker thread that does not come back takes its process with it", () => {
  const { code, output, error } = run("thread: native memory, in code that does not return");
  expect(error).toContain("memspec: worker thread stopped at the hard cap");
  expect(output).toBe("");
  expect(code).toBe(137);
});

test("as much, freed in between, ends nothing", () => {
  const { code, output, error, state } = run("freed before it was too much");
  expect({ code, output, error }).toEqual({ code: 0, output: "went on\n", error: "" });
  expect(state.cap).toBeNull();
});
