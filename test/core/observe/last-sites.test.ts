import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFailedTests } from "../../../core/src/observe/failed-tests.js";
import { readLastSites } from "../../../core/src/observe/last-sites.js";
import { makeStateFile, readStateFiles, removeStateFile } from "../../../core/src/observe/state-file.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "memspec-sites-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const header = { file: "/project/a.test.ts", project: null, pid: 12, threadId: 0, began: 1_700_000_000_000 };
/** Line 2 of the generated code is line 9 of the source. */
const MAP = { version: 3, sources: ["a.ts"], names: [], mappings: ";AAQA" };
const frame = (scriptId: number, url: string) => ({
  ...{ kind: "javascript", functionName: "f", url, scriptId, line: 2, column: 1 },
  ...{ lineIsFunction: false, inlined: false },
});
const written = {
  frames: [frame(1, "/project/a.js"), frame(2, "/project/b.js"), frame(3, "/project/c.js")],
  stacks: [[0], [1], [2]],
  // Space, stack, bytes, count, alive.
  sites: [
    [0, 0, 900, 3, null],
    [1, 1, 5000, 2, 100],
    [2, 2, 1000, 1, 1000],
  ],
  maps: { "1": `data:application/json;base64,${Buffer.from(JSON.stringify(MAP)).toString("base64")}` },
};

test("sites of a dead worker have their places in the source; what is alive counts, and on the heap what was allocated", () => {
  const file = makeStateFile(folder, header);
  writeFileSync(`${file}.sites`, JSON.stringify(written));
  const kept = (script: string): string | null => (script === "/project/b.js" ? JSON.stringify(MAP) : null);
  const [state] = readStateFiles(folder, kept);
  const sites = state?.sites;
  const placeOf = (stack: number): string => {
    const at = sites?.frames[sites.stacks[stack]?.[0] ?? -1];
    return `${at?.file}:${at?.line}`;
  };
  expect(sites?.sites.map(([space, stack, bytes, , alive]) => [space, placeOf(stack), bytes, alive])).toEqual([
    ["native", "/project/c.js:2", 1000, 1000],
    ["heap", "/project/a.ts:9", 900, null],
    ["buffers", "/project/a.ts:9", 5000, 100],
  ]);
  removeStateFile(file);
  expect(readLastSites(file)).toBeNull();
});

test.each(["", "{", '{"frames":[]}', "null"])("%j in their place is nothing known, and the rest is told", (text) => {
  const file = makeStateFile(folder, header);
  writeFileSync(`${file}.sites`, text);
  expect(readStateFiles(folder)).toMatchObject([{ pid: 12, sites: null }]);
});

test("of a test file at most three snapshots are taken, one for each failed test, and a retry begins anew", () => {
  const taken: string[] = [];
  const failed = createFailedTests((file) => taken.push(file) > 0, "/tmp/x", "7-0-1");
  const site = (bytes: number) => ({
    ...{ space: "heap", stack: [], bytes, count: 1, estimated: true, peakBytes: null, retainedBytes: null },
  });
  for (const name of ["a", "a", "b", "c", "d"]) failed.failed(name, [site(name === "b" ? 5 : 1) as never]);
  expect([...failed.byTest].map(([name, { sites, snapshot }]) => [name, sites.length, snapshot])).toEqual([
    ["a", 2, "/tmp/x/7-0-1-1.heapsnapshot"],
    ["b", 1, "/tmp/x/7-0-1-2.heapsnapshot"],
    ["c", 1, "/tmp/x/7-0-1-3.heapsnapshot"],
    ["d", 1, null],
  ]);
  expect(taken).toHaveLength(3);
  failed.forget("a");
  expect([...failed.byTest.keys()]).toEqual(["b", "c", "d"]);
  const refused = createFailedTests(() => false, "/tmp/x", "t");
  refused.failed("a", []);
  expect(refused.byTest.get("a")).toEqual({ sites: [], snapshot: null });
});
