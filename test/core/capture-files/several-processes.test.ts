import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { CaptureRecord } from "../../../core/src/capture-files/model/capture.js";
import { mergeCaptures } from "../../../core/src/capture-files/reading/merge-captures.js";
import { openCapture } from "../../../core/src/capture-files/reading/open-capture.js";
import type { TestEvent } from "./harness/events.js";
import { fileOf } from "./harness/files.js";
import { DEFINITIONS } from "./harness/random-program.js";
import { captureFile, END, META, type TestMeta } from "./harness/write-capture.js";

const PROCESS = META["process"] as object;
const metaOf = (pid: number, parentPid: number, startedAt: string): TestMeta => ({
  ...META,
  run: "run-1",
  startedAt,
  process: { ...PROCESS, pid, parentPid },
});
const malloc = (address: number, bytes: number): TestEvent => ({
  do: "allocate",
  thread: 1,
  space: "native",
  allocator: 1,
  address,
  bytes,
  stack: 1,
});
const levels = (timeUs: number, used: number): TestEvent => ({
  do: "levels",
  timeUs,
  rss: used,
  buffers: 0,
  native: 0,
  engine: 0,
  heaps: [{ isolate: 1, used, committed: used }],
});

/** The child begins two milliseconds after its parent, and has the same addresses. */
const CHILD = captureFile({
  meta: metaOf(200, 100, "2026-01-02T03:04:05.002Z"),
  definitions: DEFINITIONS,
  events: [[malloc(16, 700), levels(1000, 20), { do: "free", thread: 1, address: 16 }]],
  end: { ...END, time: 5000 },
});
const PARENT = captureFile({
  meta: metaOf(100, 1, "2026-01-02T03:04:05.000Z"),
  definitions: DEFINITIONS,
  events: [[malloc(16, 50), levels(2000, 1), levels(4000, 2)]],
  end: { ...END, time: 9000 },
});

async function recordsOf(records: AsyncIterable<CaptureRecord>): Promise<readonly CaptureRecord[]> {
  const list: CaptureRecord[] = [];
  for await (const record of records) list.push(record);
  return list;
}

test("captures of one run are read as one, in whatever order they are named", async () => {
  const capture = await openCapture([fileOf(CHILD), fileOf(PARENT)]);
  expect(capture.info.processes.map(({ meta }) => meta.process.pid)).toEqual([100, 200]);
  const [main, other] = capture.info.threads.filter(({ name }) => name === "main");
  expect([main?.process, other?.process]).toEqual([0, 1]);
  expect(main?.id).toBe(1);
  expect(other?.id).not.toBe(1);
  const { views, statistics, timeline } = await capture.read({
    views: [
      { kind: "peak", spaces: ["native"] },
      { kind: "leaked" },
      { kind: "peak", process: 1, spaces: ["native"] },
      { kind: "allocated", thread: other?.id ?? 0 },
      { kind: "window", fromUs: 2500, toUs: 3500 },
    ],
  });
  expect(views.map(({ bytes, time }) => [bytes, time])).toEqual([
    // No moment: the sum of each process's own peak.
    [750, null],
    [50, null],
    [700, 2000],
    [700, null],
    [0, null],
  ]);
  expect(views[0]?.rows.map(({ thread, bytes }) => [thread, bytes])).toEqual([
    [other?.id, 700],
    [1, 50],
  ]);
  expect(statistics.offHeapPeak).toMatchObject({ timeUs: null, nativeBytes: 750 });
  expect(statistics.spaces.native).toMatchObject({ allocatedBytes: 750, leakedBytes: 50, peakBytes: null });
  expect(statistics.durationUs).toBe(9000);
  expect([...timeline.timeUs]).toEqual([2000, 3000, 4000, 7000, 9000]);
  expect([...timeline.heapUsed]).toEqual([1, 21, 22, 2, 0]);
});

test("records say whose they are", async () => {
  const records = await recordsOf((await openCapture([fileOf(CHILD), fileOf(PARENT)])).records());
  expect(records.map(({ type }) => type)).toEqual([
    "process",
    "allocation",
    "levels",
    "levels",
    "process",
    "allocation",
    "levels",
    "free",
  ]);
  expect(records[4]).toEqual({ type: "process", process: 1 });
});

test("a merged file says what its files said together", async () => {
  const files = [fileOf(PARENT), fileOf(CHILD)];
  const merged = `${files[0]}.merged`;
  await mergeCaptures(files, merged);
  const views = [{ kind: "peak" }, { kind: "allocated" }] as const;
  const together = await (await openCapture(files)).read({ views });
  const capture = await openCapture(merged);
  expect(await capture.read({ views })).toEqual(together);
  expect(capture.info.damage).toBeNull();
  expect(await recordsOf(capture.records())).toEqual(await recordsOf((await openCapture(files)).records()));
});

test("what can be read of a file that is cut off is merged, and what follows it is not lost", async () => {
  const files = [fileOf(PARENT.subarray(0, PARENT.length - 5)), fileOf(CHILD)];
  const merged = `${files[0]}.merged`;
  const info = await mergeCaptures(files, merged);
  expect(info.processes.map(({ damage }) => damage === null)).toEqual([false, true]);
  const { info: after } = await openCapture(merged);
  expect(after.processes.map(({ end }) => end?.time ?? null)).toEqual([null, 5000]);
});

test("a file that is there is not overwritten unless that is said", async () => {
  const files = [fileOf(PARENT), fileOf(CHILD)];
  const there = fileOf(Buffer.from("mine"));
  await expect(mergeCaptures(files, there)).rejects.toMatchObject({ code: "MEMSPEC_FILE_EXISTS" });
  expect(readFileSync(there, "utf8")).toBe("mine");
  await mergeCaptures(files, there, { overwrite: true });
  expect((await openCapture(there)).info.processes.length).toBe(2);
  const nowhere = `${there}.folder/merged.memspec`;
  await expect(mergeCaptures(files, nowhere)).rejects.toMatchObject({ code: "MEMSPEC_FILE_UNWRITABLE" });
  expect(existsSync(nowhere)).toBe(false);
});

test("files that are not of one run, and one process twice, are refused", async () => {
  const stranger = captureFile({ meta: { ...metaOf(300, 1, "2026-01-02T03:04:05.000Z"), run: "run-2" }, events: [] });
  const alone = captureFile({ meta: { ...metaOf(300, 1, "2026-01-02T03:04:05.000Z"), run: null }, events: [] });
  for (const files of [
    [PARENT, stranger],
    [alone, alone],
    [PARENT, CHILD, PARENT],
  ]) {
    await expect(openCapture(files.map(fileOf))).rejects.toMatchObject({ code: "MEMSPEC_CAPTURES_DIFFER" });
  }
});
