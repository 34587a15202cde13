/** `toNotLeak`, `noLeaks`, `limitLeaks` and limits on what is leaked, in workers and in band. */

import { afterAll, describe, expect, test, vi } from "vitest";
import { failureOf, failures } from "./failures.js";
import { installJest, jestProject, MODES, runJest, TRANSFORMS } from "./run-jest.js";

vi.setConfig({ testTimeout: 240_000 });

const installation = installJest();
const project = jestProject(installation, "leak-checks", {
  preset: "@memspec/jest",
  transform: TRANSFORMS.swc,
});

afterAll(() => installation.remove());

const FILE = "./leaks.test.ts";
const FAILED = [
  "leak",
  "not, of a clean one",
  "its own error",
  "noLeaks, leak",
  "limitLeaks, too little",
  "limitMemory, leaked",
  "a wrong option",
];

describe.each(MODES)("%s", (_, flag) => {
  test("every verdict is right, and a leak says what, where and why", async () => {
    const run = await runJest(installation, project, { args: [flag] });
    expect(failures(run.text)).toEqual({ [FILE]: FAILED });
    const message = failureOf(run.text, FILE, "leak");
    expect(message).toContain("expect(fn).toNotLeak()");
    expect(message).toMatch(/● Session +\S*sessions\.ts/u);
    expect(message).toMatch(/grows +1 a call/u);
    expect(message).toMatch(/allocated +openSession +\S*sessions\.ts:8:/u);
    expect(message).toMatch(/alive by .*sessions\.ts.*sessions.*Map.*Session/su);
    expect(failureOf(run.text, FILE, "noLeaks, leak")).toMatch(/noLeaks\(\).*Session/su);
    expect(failureOf(run.text, FILE, "limitMemory, leaked")).toMatch(/limitMemory\(\).*Session/su);
    expect(failureOf(run.text, FILE, "its own error")).toContain("its own");
    expect(failureOf(run.text, FILE, "a wrong option")).toContain('Did you mean "runs"?');
  });
});
