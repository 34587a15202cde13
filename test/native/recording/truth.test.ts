// What a file says of a program, against what the program did.
import { spawnSync } from "node:child_process";
import { mkdirSync, statfsSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type Capture, type CaptureReading, openCapture } from "../../../core/src/captures.js";
import {
  captureFolder,
  isPrefix,
  killed,
  ofProbe,
  record,
  recordedTruth,
  recordsOf,
  type Sum,
  sequenceIn,
} from "./programs.js";

interface Truth {
  readonly ok: boolean;
  readonly count: number;
  readonly bytes: number;
  readonly peakBytes: number;
  readonly liveBytes: number;
  readonly liveBlocks: number;
}

interface Step {
  readonly name: string;
  readonly threads: number;
  readonly bytes: number;
  readonly count: number;
  readonly keep: number;
  readonly truth: Truth;
}

interface EveryFunction {
  readonly steps: readonly Step[];
  /** After so many steps, what was kept was freed. */
  readonly freed: { readonly steps: number; readonly blocks: number };
  readonly failed: Truth;
  readonly chain: Truth;
  readonly every: Truth;
  readonly mapped: { readonly mappedBytes: number; readonly mappedCalls: number; readonly ok: boolean };
  readonly reserved: { readonly mappedBytes: number; readonly mappedCalls: number; readonly ok: boolean };
  readonly moved: { readonly mappedBytes: number; readonly mappedCalls: number; readonly ok: boolean };
}

const minutes = 60_000;
const at = captureFolder();

/** The functions of C++ that take a block back are tried with what these give. */
const ALLOCATOR_OF: Readonly<Record<string, string>> = {
  _ZdlPvm: "_Znwm",
  _ZdaPvm: "_Znam",
  _ZdlPvmSt11align_val_t: "_ZnwmSt11align_val_t",
  _ZdaPvmSt11align_val_t: "_ZnamSt11align_val_t",
};
const allocatorOf = (name: string): string => ALLOCATOR_OF[name] ?? name;

/** Of blocks of `bytes`, `bytes` + 1, …: the ones from `first` on. */
function blocks(bytes: number, first: number, count: number): Sum {
  let sum = 0;
  for (let i = first; i < first + count; i++) sum += bytes + i;
  return { bytes: sum, count };
}

const add = (sums: Record<string, Sum>, allocator: string, { bytes, count }: Sum): void => {
  const sum = sums[allocator] ?? { bytes: 0, count: 0 };
  if (count !== 0) sums[allocator] = { bytes: sum.bytes + bytes, count: sum.count + count };
};

const times = ({ bytes, count }: Sum, threads: number): Sum => ({ bytes: bytes * threads, count: count * threads });

const isBlock = (allocator: string): boolean => !["mmap", "mmap64", "mprotect", "mremap"].includes(allocator);
const onlyBlocks = (sums: Record<string, Sum>): Record<string, Sum> =>
  Object.fromEntries(Object.entries(sums).filter(([allocator]) => isBlock(allocator)));
const onlyMappings = (sums: Record<string, Sum>): Sum =>
  Object.entries(sums)
    .filter(([allocator]) => !isBlock(allocator))
    .reduce((all, [, sum]) => ({ bytes: all.bytes + sum.bytes, count: all.count + sum.count }), { bytes: 0, count: 0 });

const spaces = ["buffers", "native"] as const;
const VIEWS = [
  { kind: "allocated", spaces },
  { kind: "peak", spaces },
  { kind: "leaked", spaces },
  { kind: "temporary", spaces },
] as const;

describe.each([
  ["all allocations", false],
  ["sums", true],
] as const)("a file of %s, of every hooked function on one thread and on eight", (_, aggregate) => {
  let truth: EveryFunction;
  let capture: Capture;
  let reading: CaptureReading;
  let sums: Record<string, Sum>[];

  beforeAll(async () => {
    const file = at(aggregate ? "sums.memspec" : "all.memspec");
    truth = recordedTruth<EveryFunction>({ name: "every-function.cjs" }, { file, aggregate, nativeStacks: true });
    capture = await openCapture(file);
    reading = await capture.read({ views: VIEWS });
    const { frames, frameOf } = reading.tree;
    const isProbe = (node: number): boolean => path.basename(frames[frameOf[node] ?? -1]?.file ?? "") === "probe.node";
    sums = reading.views.map((view) => ofProbe(view, isProbe));
  }, 2 * minutes);

  /** Of the probe's functions that give each block once and return: in all. */
  const others = (all: Record<string, Sum>): void => {
    add(all, "realloc", { bytes: truth.chain.bytes - 150_000, count: truth.chain.count - 1 });
    add(all, "malloc", { bytes: 150_000, count: 1 });
    for (const { name } of truth.steps.slice(0, truth.every.count)) {
      add(all, allocatorOf(name), { bytes: truth.every.bytes / truth.every.count, count: 1 });
    }
  };

  test("ended in order, and nothing was missed", () => {
    expect([capture.info.end?.reason, capture.info.end?.exitCode, capture.info.damage]).toEqual(["exit", 0, null]);
    expect(capture.info.end?.dropped).toMatchObject({ stacks: 0, blocks: 0, bytes: 0 });
    expect(reading.statistics.missedCount).toBe(0);
    expect(truth.steps.every((step) => step.truth.ok)).toBe(true);
  });

  test("all that was allocated is there, by function", () => {
    const expected: Record<string, Sum> = {};
    for (const { name, truth: of } of truth.steps) add(expected, allocatorOf(name), of);
    add(expected, "malloc", truth.failed);
    others(expected);
    expect(onlyBlocks(sums[0] ?? {})).toEqual(expected);
  });

  test("the peak is what was alive at it", () => {
    const expected: Record<string, Sum> = {};
    for (const { name, threads, bytes, keep } of truth.steps.slice(truth.freed.steps, -2)) {
      add(expected, allocatorOf(name), times(blocks(bytes, 0, keep), threads));
    }
    add(expected, "malloc", truth.failed);
    const highest = truth.steps.at(-2) as Step;
    add(expected, allocatorOf(highest.name), highest.truth);
    expect(sums[1]).toEqual(expected);
  });

  test("what is kept is leaked, and nothing else", () => {
    const expected: Record<string, Sum> = {};
    for (const { name, threads, bytes, keep } of truth.steps.slice(truth.freed.steps)) {
      add(expected, allocatorOf(name), times(blocks(bytes, 0, keep), threads));
    }
    add(expected, "malloc", truth.failed);
    expect(sums[2]).toEqual(expected);
  });

  test("temporary is what was freed before its thread made more than one further allocation", () => {
    const expected: Record<string, Sum> = {};
    for (const { name, threads, bytes, count } of truth.steps) {
      add(expected, allocatorOf(name), times(blocks(bytes, count - 2, 2), threads));
    }
    others(expected);
    expect(onlyBlocks(sums[3] ?? {})).toEqual(expected);
  });

  test("mappings are there with their bytes", () => {
    const all = [truth.mapped, truth.reserved, truth.moved];
    expect(all.every(({ ok }) => ok)).toBe(true);
    expect(onlyMappings(sums[0] ?? {}).bytes).toBe(all.reduce((bytes, { mappedBytes }) => bytes + mappedBytes, 0));
  });
});

test(
  "the records of every block: made once, freed once, on the threads that did it, and alive at the end what was kept",
  async () => {
    const file = at("records.memspec");
    const truth = recordedTruth<EveryFunction>({ name: "every-function.cjs" }, { file });
    const live = new Map<number, { readonly bytes: number; readonly step: number }>();
    const made = truth.steps.map(() => new Map<number, number[]>());
    let overwritten = 0;
    for (const one of await recordsOf(await openCapture(file))) {
      if (one.type === "free") live.delete(one.address);
      if (one.type !== "allocation") continue;
      const step = truth.steps.findIndex(({ bytes, count }) => one.bytes >= bytes && one.bytes < bytes + count);
      if (live.delete(one.address)) overwritten++;
      if (step === -1 || one.allocator !== allocatorOf(truth.steps[step]?.name ?? "")) continue;
      live.set(one.address, { bytes: one.bytes, step });
      const of = made[step]?.get(one.thread) ?? [];
      made[step]?.set(one.thread, [...of, one.bytes]);
    }
    expect(overwritten).toBe(0);
    for (const [i, { threads, bytes, count, keep }] of truth.steps.entries()) {
      const each = Array.from({ length: count }, (_, at) => bytes + at);
      expect([...(made[i]?.values() ?? [])]).toEqual(Array.from({ length: threads }, () => each));
      const left = [...live.values()].filter(({ step }) => step === i).map((block) => block.bytes - bytes);
      const kept =
        i < truth.freed.steps ? [] : Array.from({ length: threads * keep }, (_, at) => Math.floor(at / threads));
      expect(left.sort((a, b) => a - b)).toEqual(kept);
    }
  },
  2 * minutes,
);

test(
  "the timeline is written while the program runs",
  async () => {
    const file = at("timeline.memspec");
    record({ name: "sequence.cjs", env: { LAST: "510000" } }, { file, timelineIntervalMs: 1 });
    const { timeline } = await (await openCapture(file)).read({ views: [] });
    // One at the end is there in any case.
    expect(timeline.timeUs.length).toBeGreaterThan(2);
  },
  1 * minutes,
);

test("buffers are told from native memory, and no note says otherwise", async () => {
  const file = at("notes.memspec");
  record({ name: "objects.cjs", nodeArguments: ["--expose-gc"], env: { KEPT: "1", DROPPED: "1" } }, { file });
  const { info } = await openCapture(file);
  expect(info.meta.notes.filter((note) => !note.startsWith("The heap was not sampled"))).toEqual([]);
});

describe("a program that is killed", () => {
  test.each(Array.from({ length: 10 }, (_, round) => round))("leaves a prefix of what it did (%i)", async (round) => {
    const file = at(`killed-${round}.memspec`);
    const afterMs = Math.random() * 800;
    await killed({ name: "sequence.cjs" }, { file, aggregate: false }, afterMs);
    const capture = await openCapture(file);
    expect(capture.info.end).toBeNull();
    expect(isPrefix(await sequenceIn(capture)), `killed after ${afterMs} ms`).toBe(true);
  });
});

test(
  "a disk that is full: the program goes on, the file says so and is a prefix",
  async (context) => {
    const disk = at("disk");
    mkdirSync(disk);
    // A chunk has up to a megabyte, where the program is faster than its writer: one of them fits at least.
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1536k", "memspec", disk], { encoding: "utf8" });
    if (mounted.status !== 0) context.skip(`no small disk can be mounted here: ${mounted.stderr}`);
    onTestFinished(() => void spawnSync("umount", [disk]));
    expect(statfsSync(disk).blocks * statfsSync(disk).bsize).toBe(1536 * 1024);
    const file = path.join(disk, "full.memspec");
    const run = record({ name: "sequence.cjs", env: { LAST: "750000" } }, { file });
    expect(run.code).toBe(7);
    expect(run.stderr).toMatch(/the disk took no more \(No space left on device\)/u);
    const capture = await openCapture(file);
    expect(capture.info.end).toMatchObject({ reason: "full", detail: "No space left on device" });
    const sizes = await sequenceIn(capture);
    expect(sizes.length).toBeGreaterThan(1000);
    expect(isPrefix(sizes)).toBe(true);
  },
  1 * minutes,
);

test(
  "workers that return, exit, throw and are terminated give their allocations; the process ends with its own code",
  async () => {
    const file = at("workers.memspec");
    const workers = 8;
    const run = record({ name: "workers.cjs", env: { WORKERS: String(workers) } }, { file });
    expect([run.code, run.signal, run.stderr]).toEqual([5, null, ""]);
    const capture = await openCapture(file);
    expect(capture.info.end).toMatchObject({ reason: "exit", exitCode: 5 });
    const made = new Map<number, number[]>();
    let heapsEnded = 0;
    for (const one of await recordsOf(capture)) {
      if (one.type === "heapEnds") heapsEnded++;
      if (one.type !== "allocation" || one.bytes < 300_000 || one.bytes >= 300_000 + 10 * workers) continue;
      made.set(one.thread, [...(made.get(one.thread) ?? []), one.bytes]);
    }
    expect([...made.values()]).toEqual(
      Array.from({ length: workers }, (_, i) => Array.from({ length: 10 }, (__, at) => 300_000 + 10 * i + at)),
    );
    expect(heapsEnded).toBeGreaterThanOrEqual(workers);
    const isolates = capture.info.threads.filter(({ id }) => made.has(id)).map(({ isolate }) => isolate);
    expect(new Set(isolates).size).toBe(workers);
  },
  1 * minutes,
);
