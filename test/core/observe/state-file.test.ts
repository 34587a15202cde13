import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  makeStateFile,
  parseStateFile,
  readStateFiles,
  removeStateFile,
} from "../../../core/src/observe/state-file.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "memspec-state-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const header = { file: "/project/ä.test.ts", project: "unit", pid: 12, threadId: 3, began: 1_700_000_000_000 };

/** What the addon stores, see native/capture/state_file.h. */
function stored(name: string): Buffer {
  const bytes = Buffer.alloc(4096);
  bytes.write("MSPC", "latin1");
  bytes.writeUInt32LE(Buffer.byteLength(name), 4);
  bytes.writeDoubleLE(1_700_000_001_000, 8);
  bytes.writeDoubleLE(1000, 16);
  bytes.writeDoubleLE(200, 24);
  bytes.writeDoubleLE(30, 32);
  bytes.writeDoubleLE(4_000_000, 40);
  bytes.writeUInt32LE(2, 48);
  bytes.writeUInt32LE(1, 52);
  bytes.write(name, 64);
  return Buffer.concat([bytes, Buffer.from(JSON.stringify(header))]);
}

test("a file that is made is read back with the header, and no level", () => {
  const file = makeStateFile(folder, header);
  expect(readFileSync(file).length).toBeGreaterThan(4096);
  expect(readStateFiles(folder)).toEqual([
    { ...header, test: null, last: null, nearHeapLimit: false, cap: null, sites: null },
  ]);
  removeStateFile(file);
  expect(readStateFiles(folder)).toEqual([]);
});

test("what the addon stored is told: the test's names, levels, and the heap's limit", () => {
  expect(parseStateFile(stored("outer\u0000größer"))).toEqual([
    {
      ...header,
      test: ["outer", "größer"],
      last: {
        at: 1_700_000_001_000,
        heapBytes: 1000,
        buffersBytes: 200,
        nativeBytes: 30,
        rssBytes: 4_000_000,
        gc: "major",
      },
      nearHeapLimit: true,
      cap: null,
      sites: null,
    },
  ]);
  expect(parseStateFile(stored(""))[0]?.test).toBeNull();
});

test("other files, and files that are cut, say nothing", () => {
  writeFileSync(path.join(folder, "other.txt"), "x");
  const file = makeStateFile(folder, header);
  truncateSync(file, 100);
  appendFileSync(makeStateFile(folder, { ...header, pid: 13 }), "}");
  expect(readStateFiles(folder)).toEqual([]);
  expect(readStateFiles(path.join(folder, "missing"))).toEqual([]);
  expect(parseStateFile(Buffer.alloc(4096))).toEqual([]);
});

test("where no file can be made there is none", () => {
  expect(makeStateFile(path.join(folder, "missing"), header)).toBe("");
  removeStateFile("");
});
