/** Captures made by hand: every figure is known before anything is rendered. */

import type {
  CaptureFrame,
  CaptureInfo,
  CaptureReading,
  CaptureRow,
  CaptureStatistics,
  CaptureTimeline,
  CaptureView,
  StackTree,
} from "../../../../core/src/capture-files/model/capture.js";

export const ROOT = "/home/me/app";

export function frame(
  functionName: string,
  file: string,
  line: number | null,
  more: Partial<CaptureFrame> = {},
): CaptureFrame {
  const column = line === null ? null : 3;
  const base = { kind: "javascript", functionName, file, line, column, lineIsFunction: false, inlined: false } as const;
  return { ...base, owner: "user", ...more };
}

export const MAIN = frame("main", `${ROOT}/src/app.js`, 10);
export const MAIN_LATER = frame("main", `${ROOT}/src/app.js`, 20);
export const PARSE = frame("parse", `${ROOT}/src/parse.js`, 40);
export const READ = frame("readFileSync", "node:fs", 441, { owner: "node" });
export const EMIT = frame("emit", "node:events", 500, { owner: "node" });
export const RUNNER = frame("runTest", "/home/me/app/node_modules/vitest/dist/run.js", 7, { owner: "runner" });
export const PACKAGE = frame("inflate", `${ROOT}/node_modules/pako/lib/inflate.js`, 3, { owner: "dependency" });
export const LIBRARY = frame("png_malloc", "/usr/lib/libpng16.so.16", null, { kind: "native", owner: "native" });
export const NAMELESS = frame("", `${ROOT}/src/app.js`, 30);

/** Stacks by their frames, outermost first; a row for each. */
export interface HandRow {
  readonly stack: readonly CaptureFrame[];
  readonly bytes: number;
  readonly count?: number;
  readonly space?: CaptureRow["space"];
  readonly thread?: number;
  readonly allocator?: string;
}

export function handMade(
  rows: readonly HandRow[],
  kind: CaptureView["kind"] = "peak",
): { readonly tree: StackTree; readonly view: CaptureView } {
  const frames: CaptureFrame[] = [];
  const parents = [0];
  const frameOf = [-1];
  const known = new Map<string, number>();
  const made = rows.map(
    ({ stack, bytes, count = 1, space = "native", thread = 1, allocator = "malloc" }): CaptureRow => {
      let node = 0;
      for (const each of stack) {
        let index = frames.indexOf(each);
        if (index === -1) index = frames.push(each) - 1;
        const key = `${node} ${index}`;
        const child = known.get(key) ?? parents.length;
        if (child === parents.length) {
          parents.push(node);
          frameOf.push(index);
          known.set(key, child);
        }
        node = child;
      }
      return { node, thread, space, allocator: space === "heap" ? "" : allocator, bytes, count };
    },
  );
  return {
    tree: { frames, parents: Uint32Array.from(parents), frameOf: Int32Array.from(frameOf) },
    view: {
      kind,
      spaces: ["heap", "buffers", "native"],
      time: kind === "peak" ? 1_204_000 : null,
      unknownSpaces: [],
      rows: made,
      bytes: made.reduce((sum, { bytes }) => sum + bytes, 0),
      count: made.reduce((sum, { count }) => sum + count, 0),
    },
  };
}

export function infoOf(more: Partial<CaptureInfo> = {}): CaptureInfo {
  const meta: CaptureInfo["meta"] = {
    contents: "all",
    nativeStacks: false,
    heapInterval: 32_768,
    timelineIntervalMs: 10,
    pageBytes: 4096,
    allocators: ["", "malloc"],
    startedAt: "2026-01-02T03:04:05.000Z",
    process: {
      pid: 4711,
      parentPid: 1,
      argv: ["/usr/bin/node", `${ROOT}/src/app.js`, "--port", "80"],
      execArgv: [],
      cwd: ROOT,
      node: "22.1.0",
      v8: "12.4",
      platform: "linux",
      architecture: "x64",
    },
    memspec: "0.1.0",
    notes: [],
    run: null,
  };
  const end: CaptureInfo["end"] = {
    time: 2_000_000,
    reason: "exit",
    detail: "",
    exitCode: 0,
    dropped: { stacks: 0, blocks: 0, unknownFrees: 3, bytes: 0 },
  };
  const info = { path: "/tmp/app.memspec", bytes: 123_456, meta, end, damage: null, heapIsExact: false, ...more };
  const threads = more.threads ?? [{ id: 1, process: 0, systemId: 4711, name: "main", isolate: 1 }];
  const processes = more.processes ?? [
    { path: info.path, meta: info.meta, end: info.end, damage: info.damage, unreadModules: [] },
  ];
  return { ...info, threads, processes };
}

export function timelineOf(
  points: readonly {
    readonly ms: number;
    readonly heap?: number;
    readonly buffers?: number;
    readonly native?: number;
    readonly rss?: number;
  }[],
): CaptureTimeline {
  const column = (of: (point: (typeof points)[number]) => number): Float64Array => Float64Array.from(points, of);
  return {
    timeUs: column(({ ms }) => ms * 1000),
    heapUsed: column(({ heap = 0 }) => heap),
    heapCommitted: column(({ heap = 0 }) => heap * 2),
    buffers: column(({ buffers = 0 }) => buffers),
    native: column(({ native = 0 }) => native),
    engine: column(() => 0),
    rss: column(({ rss = 0 }) => rss),
    collections: [],
  };
}

const PEAK = { timeUs: 1_204_000, heapBytes: 10_000_000, buffersBytes: 50_000_000, nativeBytes: 1_000_000 };

export const STATISTICS: CaptureStatistics = {
  durationUs: 2_000_000,
  spaces: {
    heap: {
      allocatedBytes: 30_000_000,
      allocationCount: 1000,
      leakedBytes: 1_000_000,
      leakedCount: 10,
      peakBytes: 12_000_000,
    },
    buffers: { allocatedBytes: 60_000_000, allocationCount: 30, leakedBytes: 0, leakedCount: 0, peakBytes: 50_000_000 },
    native: {
      allocatedBytes: 10_000_000,
      allocationCount: 5000,
      leakedBytes: 4096,
      leakedCount: 2,
      peakBytes: 2_000_000,
    },
  },
  peak: PEAK,
  offHeapPeak: { ...PEAK, timeUs: 1_300_000 },
  byAllocator: [
    { allocator: "malloc", space: "native", bytes: 9_000_000, count: 4900 },
    { allocator: "calloc", space: "buffers", bytes: 60_000_000, count: 30 },
    { allocator: "mmap", space: "native", bytes: 1_000_000, count: 100 },
  ],
  sizes: [
    { from: 0, to: 1, nativeCount: 0, buffersCount: 0 },
    { from: 1, to: 2, nativeCount: 10, buffersCount: 0 },
    { from: 2, to: 4, nativeCount: 0, buffersCount: 0 },
    { from: 4, to: 8, nativeCount: 80, buffersCount: 0 },
    { from: 1024, to: 2048, nativeCount: 30, buffersCount: 10 },
    { from: 2048, to: 4096, nativeCount: 0, buffersCount: 0 },
  ],
  temporary: { bytes: 25_000_000, count: 900 },
  heapFragmentationBytes: 3_000_000,
  withoutStack: { bytes: 100, count: 1 },
  withoutNativeFrames: { bytes: 0, count: 0 },
  missedCount: 0,
};

export function readingOf(made: ReturnType<typeof handMade>, timeline: CaptureTimeline): CaptureReading {
  return { views: [made.view], tree: made.tree, timeline, statistics: STATISTICS, damage: null };
}
