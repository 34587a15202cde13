import { expect, test } from "vitest";
import { isMemspecError } from "../../../core/src/errors/memspec-error.js";
import { selectSites, toHeapProfile } from "../../../core/src/reports/heap-profile.js";
import type { HeapProfileNode } from "../../../core/src/reports/heap-profile-builder.js";
import { testName } from "../../../core/src/reports/run-summary.js";
import { sampleRun } from "./sample-run.js";
import { frameOf } from "./sample-stacks.js";

const report = sampleRun({ files: 6, testsPerFile: 8 });

function nodesOf(node: HeapProfileNode): readonly HeapProfileNode[] {
  return [node, ...node.children.flatMap(nodesOf)];
}

test("sizes of the nodes, sizes of the samples and bytes of the sites are one sum", () => {
  const sites = selectSites(report, {});
  const { head, samples } = toHeapProfile(sites, report);
  const bytes = sites.reduce((sum, site) => sum + site.bytes, 0);
  expect(bytes).toBeGreaterThan(0);
  expect(nodesOf(head).reduce((sum, node) => sum + node.selfSize, 0)).toBe(bytes);
  expect(samples.reduce((sum, sample) => sum + sample.size, 0)).toBe(bytes);
});

test("ids are unique, and every sample is of a node", () => {
  const { head, samples } = toHeapProfile(selectSites(report, {}), report);
  const ids = nodesOf(head).map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { nodeId } of samples) expect(ids).toContain(nodeId);
});

test("a stack is a path from the root, outermost first, with positions that begin at 0", () => {
  const tables = {
    frames: [
      frameOf({ functionName: "inner", file: "src/a.ts", line: 3, column: 7 }),
      frameOf({ functionName: "", file: "src/b.ts", line: 1, column: 1 }),
      frameOf({ functionName: "unplaced" }),
    ],
    stacks: [
      [0, 1],
      [0, 2, 1],
    ],
  };
  const site = { stack: 0, bytes: 100, count: 1, estimated: false, peakBytes: null };
  const { head } = toHeapProfile(
    [
      { ...site, space: "heap" },
      { ...site, space: "heap", bytes: 11, stack: 1 },
      { ...site, space: "buffers" },
    ],
    tables,
  );
  const seen = nodesOf(head).map(({ callFrame: { functionName, url, lineNumber, columnNumber }, selfSize }) =>
    [functionName, url, lineNumber, columnNumber, selfSize].join(" "),
  );
  expect(seen).toEqual([
    "(root)  -1 -1 0",
    "(anonymous) src/b.ts 0 0 0",
    "inner src/a.ts 2 6 100",
    "unplaced  -1 -1 0",
    "inner src/a.ts 2 6 11",
    "(buffers)  -1 -1 0",
    "(anonymous) src/b.ts 0 0 0",
    "inner src/a.ts 2 6 100",
  ]);
});

test("sites of one file and of one test can be chosen; what is not there is an error", () => {
  const file = report.files.find(({ tests }) => tests.some(({ sites }) => sites.length > 0));
  const of = file?.tests.find(({ sites }) => sites.length > 0);
  expect(selectSites(report, { file: file?.path ?? "" })).toEqual(file?.sites);
  expect(selectSites(report, { file: file?.path ?? "", test: testName(of?.name ?? []) })).toEqual(of?.sites);
  for (const selection of [{ file: "no.test.ts" }, { test: "no such" }]) {
    try {
      selectSites(report, selection);
      expect.unreachable();
    } catch (error) {
      expect(isMemspecError(error) && error.code).toBe("MEMSPEC_INVALID_OPTION");
    }
  }
});
