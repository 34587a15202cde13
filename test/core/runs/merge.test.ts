import { expect, test } from "vitest";
import type { SourceFrame } from "../../../core/src/capture/measurement.js";
import { isMemspecError } from "../../../core/src/errors/memspec-error.js";
import { mergeRunReports } from "../../../core/src/runs/merge.js";
import { parseRunReport } from "../../../core/src/runs/parse-run-report.js";
import type { RunReport, RunSite } from "../../../core/src/runs/run-report.js";
import { sampleRun } from "../reports/sample-run.js";

const sample = sampleRun({ files: 9, testsPerFile: 3, leakEvery: 3, deathEvery: 2 });
/** With what is told of failed assertions alone. */
const whole: RunReport = {
  ...sample,
  files: sample.files.map((file) => ({
    ...file,
    tests: file.tests.map((one) => ({ ...one, checkSites: one.sites })),
  })),
};

/** Every third file, with its tables in another order, so that no index stays what it was. */
function shard(index: number, count: number, change: Partial<RunReport> = {}): RunReport {
  const toFrame = (frame: number): number => (frame + 5 * index) % whole.frames.length;
  const frames: SourceFrame[] = [];
  whole.frames.forEach((frame, at) => {
    frames[toFrame(at)] = frame;
  });
  const rotate = index * 3;
  const toStack = (stack: number): number => (stack + rotate) % whole.stacks.length;
  const stacks: number[][] = [];
  whole.stacks.forEach((stack, at) => {
    stacks[toStack(at)] = stack.map(toFrame);
  });
  const files = whole.files.filter((_, at) => at % count === index - 1);
  const moved: unknown = JSON.parse(JSON.stringify(files), (key, value: unknown) =>
    key === "stack" ? toStack(value as number) : value,
  );
  return { ...whole, frames, stacks, files: moved as RunReport["files"], shards: [{ index, count }], ...change };
}

/** Sites with their stacks as texts, so that reports with other tables can be compared. */
function readable(report: RunReport): unknown {
  return JSON.parse(JSON.stringify(report.files), (key, value: unknown) => {
    if (key === "shard") return undefined;
    if (key !== "stack") return value;
    return report.stacks[value as number]?.map((frame) => JSON.stringify(report.frames[frame]));
  });
}

function named(...reports: readonly RunReport[]) {
  return reports.map((report, index) => ({ name: `shard-${index + 1}.json`, report }));
}

function refusal(...reports: readonly RunReport[]): { readonly code: string; readonly message: string } {
  try {
    mergeRunReports(named(...reports));
  } catch (error) {
    if (isMemspecError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error("they were merged");
}

test("three shards, in any order, give the report of one run", () => {
  const merged = mergeRunReports(named(shard(3, 3), shard(1, 3), shard(2, 3)));
  expect(readable(merged)).toEqual(readable(whole));
  expect(merged.shards).toEqual([
    { index: 1, count: 3 },
    { index: 2, count: 3 },
    { index: 3, count: 3 },
  ]);
  expect(merged.notes).toEqual([]);
  expect(parseRunReport(JSON.stringify(merged))).toEqual(merged);
});

test("frames and stacks are in the merged tables once", () => {
  const merged = mergeRunReports(named(shard(1, 3), shard(2, 3), shard(3, 3)));
  expect(merged.frames).toHaveLength(whole.frames.length);
  expect(merged.stacks).toHaveLength(whole.stacks.length);
  expect(new Set(merged.stacks.map(String)).size).toBe(merged.stacks.length);
});

test("merging in two steps gives what merging in one does", () => {
  const once = mergeRunReports(named(shard(1, 3), shard(2, 3), shard(3, 3)));
  const twice = mergeRunReports(named(mergeRunReports(named(shard(1, 3), shard(3, 3))), shard(2, 3)));
  expect(readable(twice)).toEqual(readable(once));
  expect(twice.shards).toEqual(once.shards);
  expect(twice.files.map((file) => file.shard)).toEqual(once.files.map((file) => file.shard));
});

test("files know the shard that ran them, for machines give the same process ids", () => {
  const merged = mergeRunReports(named(shard(1, 3), shard(2, 3), shard(3, 3)));
  expect(merged.files.map((file) => file.shard)).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3]);
});

test("times become those since the earliest start, the duration is the longest", () => {
  const late = shard(2, 2, { startedAt: "2026-03-01T10:00:07.500Z", durationMs: 90_000 });
  const merged = mergeRunReports(named(late, shard(1, 2)));
  expect(merged.startedAt).toBe("2026-03-01T10:00:00.000Z");
  expect(merged.durationMs).toBe(90_000);
  const moved = merged.files.find((file) => file.path === late.files[0]?.path);
  expect(moved?.startedMs).toBe((late.files[0]?.startedMs ?? 0) + 7500);
  expect(moved?.timeline[0]?.ms).toBe((late.files[0]?.timeline[0]?.ms ?? 0) + 7500);
  const before = late.files.find(({ death }) => death !== null);
  const died = merged.files.find(({ path }) => path === before?.path);
  expect(before?.death?.last).not.toBeNull();
  expect(died?.death?.last?.ms).toBe((before?.death?.last?.ms ?? 0) + 7500);
});

test("a shard that is missing is told", () => {
  expect(mergeRunReports(named(shard(1, 4), shard(3, 4))).notes).toEqual(["Shards 2, 4 of 4 are not in this report."]);
  expect(mergeRunReports(named(shard(1, 2))).notes).toEqual(["Shard 2 of 2 is not in this report."]);
});

test("native memory is known of the whole only where every part knew it", () => {
  const without = { ...whole.machine, native: { available: false, reason: "no addon" } as const };
  const merged = mergeRunReports(named(shard(1, 2), shard(2, 2, { machine: without })));
  expect(merged.machine.native).toEqual({ available: false, reason: "no addon" });
});

test("an unknown duration stays unknown", () => {
  expect(mergeRunReports(named(shard(1, 2), shard(2, 2, { durationMs: null }))).durationMs).toBeNull();
});

test("packages of a repository, without shards, are merged too", () => {
  const other = shard(2, 2, { shards: [] });
  const merged = mergeRunReports(named(shard(1, 2, { shards: [] }), other));
  expect(merged.files).toHaveLength(whole.files.length);
  expect(merged.shards).toEqual([]);
});

test.each<[what: string, change: Partial<RunReport>, told: string]>([
  [
    "runners",
    { runner: { name: "jest", version: "30.5.2" } },
    "the runner is vitest 4.1.12 in the first and jest 30.5.2 in the second",
  ],
  [
    "versions of the runner",
    { runner: { name: "vitest", version: "5.1.0" } },
    "vitest 4.1.12 in the first and vitest 5.1.0",
  ],
  ["versions of memspec", { memspec: "0.2.0" }, "memspec is 0.1.0 in the first and 0.2.0"],
  ["platforms", { machine: { ...whole.machine, platform: "darwin" } }, "linux x64 in the first and darwin x64"],
  ["versions of Node", { machine: { ...whole.machine, node: "22.1.0" } }, "Node is 20.20 in the first and 22.1"],
])("different %s are refused by name", (_what, change, told) => {
  const { code, message } = refusal(shard(1, 2), shard(2, 2, change));
  expect(code).toBe("MEMSPEC_REPORTS_DIFFER");
  expect(message).toContain("shard-1.json and shard-2.json");
  expect(message).toContain(told);
});

test("patch versions of Node are the same Node", () => {
  const merged = mergeRunReports(named(shard(1, 2), shard(2, 2, { machine: { ...whole.machine, node: "20.20.9" } })));
  expect(merged.files).toHaveLength(9);
});

test("the same shard twice, the same file twice, and shards of other counts are refused", () => {
  expect(refusal(shard(1, 3), shard(1, 3))).toMatchObject({
    code: "MEMSPEC_REPORTS_OVERLAP",
    message: expect.stringContaining("Shard 1 of 3 is in shard-1.json and in shard-2.json"),
  });
  const file = shard(1, 3).files[0]?.path ?? "";
  expect(refusal(shard(1, 3), { ...shard(1, 3), shards: [{ index: 2, count: 3 }] })).toMatchObject({
    code: "MEMSPEC_REPORTS_OVERLAP",
    message: expect.stringContaining(file),
  });
  expect(refusal(shard(1, 3), shard(2, 2)).code).toBe("MEMSPEC_REPORTS_DIFFER");
});

test("every site of the parts is a site of the whole", () => {
  const bytes = (report: RunReport): number => {
    const sites: readonly RunSite[] = report.files.flatMap((file) => [
      ...file.sites,
      ...file.tests.flatMap((one) => one.sites),
    ]);
    return sites.reduce((sum, site) => sum + site.bytes, 0);
  };
  expect(bytes(mergeRunReports(named(shard(1, 3), shard(2, 3), shard(3, 3))))).toBe(bytes(whole));
});
