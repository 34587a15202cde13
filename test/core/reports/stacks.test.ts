import { expect, test } from "vitest";
import type { SourceFrame } from "../../../core/src/capture/measurement.js";
import { hottestPlace } from "../../../core/src/reports/stacks.js";
import type { RunSite } from "../../../core/src/runs/run-report.js";

function frame(owner: SourceFrame["owner"], file: string, line: number): SourceFrame {
  return {
    kind: "javascript",
    functionName: "work",
    file,
    line,
    column: 3,
    lineIsFunction: false,
    inlined: false,
    owner,
  };
}

function site(stack: number, bytes: number): RunSite {
  return { space: "heap", stack, bytes, count: 1, estimated: true, peakBytes: null };
}

const tables = {
  frames: [frame("runner", "node_modules/vitest/run.js", 9), frame("user", "src/parse.ts", 30)],
  stacks: [[0], [1, 0]],
};

test("the hottest place is the program's, also where its runner allocated more", () => {
  expect(hottestPlace([site(0, 5_000_000), site(1, 1_000)], tables)).toBe("src/parse.ts:30");
});

test("there is no hottest place where the runner alone was seen to allocate", () => {
  expect(hottestPlace([site(0, 5_000_000)], tables)).toBe("");
  expect(hottestPlace([], tables)).toBe("");
});
