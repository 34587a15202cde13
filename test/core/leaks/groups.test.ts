import { expect, test } from "vitest";
import type { ObjectGroup } from "../../../core/src/graph/types.js";
import { NO_EVIDENCE } from "../../../core/src/leaks/evidence.js";
import type { Finding } from "../../../core/src/leaks/finding.js";
import { toGroups } from "../../../core/src/leaks/groups.js";

const path = (name: string) =>
  ({
    root: "module",
    place: null,
    native: false,
    avoided: false,
    steps: [{ edge: "module variable", name }],
  }) as unknown;

const onHeap = (type: string, holdsBuffers: boolean): Finding => {
  const holds = holdsBuffers ? [{ kind: "buffer", type: "memory of an ArrayBuffer", count: 5, bytes: 5000 }] : [];
  const group = { kind: "object", type, place: null, path: path(type), holds, traces: [] } as unknown as ObjectGroup;
  return { ...BASE, space: "heap", group };
};
const BASE: Omit<Finding, "space"> = {
  ...{ kind: "", growth: "steady", countPerCall: 1, bytesPerCall: 100, retainedPerCall: 100 },
  ...{ group: null, store: null },
};
const BUFFERS: Finding = { ...BASE, space: "buffers" };

const pathOfBuffers = (...heap: readonly Finding[]): unknown =>
  toGroups([...heap, BUFFERS], NO_EVIDENCE, 20).find(({ space }) => space === "buffers")?.path;

test("buffers are kept by the one group that holds them, or by the one that is made of them", () => {
  expect(pathOfBuffers(onHeap("Session", true), onHeap("Map", false))).toEqual(path("Session"));
  expect(pathOfBuffers(onHeap("Session", false), onHeap("Buffer", false))).toEqual(path("Buffer"));
});

test("where two groups hold buffers, nobody says which of them keeps these", () => {
  expect(pathOfBuffers(onHeap("Gunzip", true), onHeap("Buffer", true))).toBeNull();
});

test("buffers that grew by themselves are kept by the one that is as large", () => {
  const journal = { kind: "object", type: "SharedArrayBuffer", path: path("journal") };
  const evidence = { ...NO_EVIDENCE, grownBuffer: journal } as unknown as typeof NO_EVIDENCE;
  const [group] = toGroups([BUFFERS], evidence, 20);
  expect(group).toMatchObject({ space: "buffers", type: "SharedArrayBuffer", path: path("journal") });
});

test("of samples of one function, with its line and without, an object without a trace has the site of both", () => {
  const sample = (functionName: string, line: number, lineIsFunction: boolean, retainedBytes: number) => ({
    space: "heap",
    stack: [{ kind: "javascript", functionName, file: "cache.js", line, lineIsFunction, owner: "user" }],
    ...{ bytes: retainedBytes, count: retainedBytes / 16_000, retainedBytes },
  });
  const row = { kind: "array", type: "Array", place: null, path: path("rows"), holds: [], traces: [] };
  const rows = { ...row, detail: "", count: 3, shallowBytes: 96, retainedBytes: 48_000 } as unknown as ObjectGroup;
  const siteOf = (...sites: readonly unknown[]) => {
    const evidence = { ...NO_EVIDENCE, sites, groups: [rows] } as unknown as typeof NO_EVIDENCE;
    return toGroups([{ ...BASE, space: "heap", group: rows }], evidence, 20)[0];
  };
  const found = siteOf(sample("keepRow", 7, false, 32_000), sample("keepRow", 5, true, 16_000));
  expect(found).toMatchObject({ siteInferred: "bytes", site: { retainedBytes: 48_000, stack: [{ line: 7 }] } });
  // Of two functions nobody knows which it was.
  expect(siteOf(sample("keepRow", 7, false, 32_000), sample("log", 5, true, 16_000))?.site).toBeNull();
});

test("descriptors that no object owns were opened where most of them were", () => {
  const place = (functionName: string, count: number) => ({
    space: "native",
    stack: [{ functionName }],
    bytes: 0,
    count,
  });
  const opened = [place("load", 5), place("save", 1)];
  const evidence = { ...NO_EVIDENCE, opened } as unknown as typeof NO_EVIDENCE;
  const descriptors: Finding = { ...BASE, space: "handles", kind: "fd" };
  const [group] = toGroups([descriptors], evidence, 20);
  expect(group).toMatchObject({ space: "handles", type: "file descriptor", site: opened[0] });
  const [socket] = toGroups([{ ...BASE, space: "handles", kind: "tcp" }], evidence, 20);
  expect(socket?.site).toBeNull();
  const owned = toGroups([descriptors, onHeap("FileHandle", false)], evidence, 20).find(
    ({ space }) => space === "handles",
  );
  expect(owned).toMatchObject({ type: "FileHandle", site: null });
});
