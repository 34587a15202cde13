/** A capture as reading gives it, made up: as large as asked for, the same each time. */

import type {
  CaptureFrame,
  CaptureInfo,
  CaptureProcess,
  CaptureReading,
  CaptureRow,
  CaptureSpace,
  CaptureTemporal,
  CaptureTimeline,
  CaptureView,
  StackTree,
  ViewKind,
} from "../../../core/src/capture-files/model/capture.js";
import type { ShownCapture } from "../../../core/src/reports/capture/html/render-views.js";

export interface SampleOptions {
  /** Stacks that allocate. Default 120. */
  readonly stacks?: number;
  /** Frames of the program, and of what it depends on. Default 40. */
  readonly functions?: number;
  readonly views?: readonly ViewKind[];
  /** Default `false`. */
  readonly temporal?: boolean;
  /** The process was killed. Default `false`. */
  readonly killed?: boolean;
  /** All bytes times this. Default 1. */
  readonly scale?: number;
  /** Lines are further down by this. Default 0. */
  readonly shift?: number;
  readonly cwd?: string;
}

const DURATION_US = 8_000_000;
const BUCKETS = 160;
const ALLOCATORS = ["", "malloc", "calloc", "mmap"];
const NAMES = ["parse", "render", "load", "merge", "encode", "index", "visit", "emit", "resolve", "collect"];
const FILES = ["src/server.ts", "src/parser/lexer.ts", "src/parser/parser.ts", "src/store.ts", "src/images/resize.ts"];

export function sampleCapture(options: SampleOptions = {}): ShownCapture {
  const { views = ["peak"], temporal = false, killed = false, scale = 1, cwd = "/srv/app" } = options;
  const random = seeded(7);
  const tree = sampleTree(options, cwd, random);
  const rows = sampleRows(options.stacks ?? 120, tree, random, scale);
  const timeline = sampleTimeline(random);
  const info = sampleInfo(killed, cwd);
  const shareOf: Readonly<Record<ViewKind, number>> = {
    peak: 0.6,
    leaked: 0.1,
    temporary: 0.3,
    allocated: 1,
    window: 0.5,
  };
  const made = views.map((kind) => viewOf(kind, rows, shareOf[kind]));
  const sum = (space: CaptureSpace): number =>
    rows.reduce((bytes, row) => (row.space === space ? bytes + row.bytes : bytes), 0);
  const space = (name: CaptureSpace) => ({
    allocatedBytes: sum(name),
    allocationCount: 1000,
    leakedBytes: Math.round(sum(name) * 0.1),
    leakedCount: 100,
    peakBytes: Math.round(sum(name) * 0.7),
  });
  const peak = {
    timeUs: 5_120_000,
    heapBytes: Math.round(sum("heap") * 0.6),
    buffersBytes: Math.round(sum("buffers") * 0.6),
    nativeBytes: Math.round(sum("native") * 0.6),
  };
  const reading: CaptureReading = {
    views: made,
    tree,
    timeline,
    damage: info.damage,
    statistics: {
      durationUs: DURATION_US,
      spaces: { heap: space("heap"), buffers: space("buffers"), native: space("native") },
      peak,
      offHeapPeak: { ...peak, heapBytes: 0 },
      byAllocator: [],
      sizes: [],
      temporary: { bytes: 0, count: 0 },
      heapFragmentationBytes: null,
      withoutStack: { bytes: 0, count: 0 },
      withoutNativeFrames: { bytes: 0, count: 0 },
      missedCount: 0,
    },
    ...(temporal ? { temporal: sampleTemporal(rows, random) } : {}),
  };
  return { info, reading, shown: made.map((view) => ({ view, options: { kind: view.kind }, threads: [] })) };
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function sampleTree(
  { stacks = 120, functions = 40, shift = 0 }: SampleOptions,
  cwd: string,
  random: () => number,
): StackTree {
  const frame = (given: Partial<CaptureFrame>): CaptureFrame => ({
    kind: "javascript",
    functionName: "",
    file: "",
    line: null,
    column: null,
    lineIsFunction: false,
    inlined: false,
    owner: "user",
    ...given,
  });
  const frames: CaptureFrame[] = [
    frame({
      functionName: "Module._compile",
      file: "node:internal/modules/cjs/loader",
      line: 1554,
      column: 14,
      owner: "node",
    }),
    frame({
      functionName: "Module.load",
      file: "node:internal/modules/cjs/loader",
      line: 1274,
      column: 32,
      owner: "node",
    }),
    frame({ functionName: "", file: `${cwd}/src/main.ts`, line: 3 + shift, column: 1 }),
    frame({ functionName: "allocate", file: "node:buffer", line: 437, column: 12, owner: "node" }),
    frame({
      kind: "native",
      functionName: "png::Decoder::decodeRow(png::Image&)",
      file: `${cwd}/node_modules/png/png.node`,
      owner: "native",
    }),
    frame({ kind: "builtin", functionName: "Array.prototype.map", owner: "node" }),
    frame({ kind: "unknown", owner: "unknown" }),
  ];
  const own: number[] = [];
  for (let index = 0; index < functions; index += 1) {
    const dependency = index % 4 === 3;
    const file = dependency ? `${cwd}/node_modules/lib${index % 7}/index.js` : `${cwd}/${FILES[index % FILES.length]}`;
    own.push(frames.length);
    frames.push(
      frame({
        functionName:
          index % 11 === 10
            ? ""
            : `${NAMES[index % NAMES.length]}${NAMES[(index * 7 + 3) % NAMES.length]?.replace(/^./u, (letter) => letter.toUpperCase())}${index < 40 ? "" : index}`,
        file,
        line: 10 + index * 3 + shift,
        column: 5,
        owner: dependency ? "dependency" : "user",
        lineIsFunction: index % 13 === 12,
      }),
    );
  }
  const parents = [0];
  const frameOf = [-1];
  const children = new Map<string, number>();
  const childOf = (parent: number, id: number): number => {
    const key = `${parent} ${id}`;
    const known = children.get(key) ?? parents.push(parent) - 1;
    if (!children.has(key)) frameOf.push(id);
    children.set(key, known);
    return known;
  };
  const main = childOf(childOf(childOf(0, 0), 1), 2);
  const leaves = new Set<number>();
  for (let tries = 0; leaves.size < stacks && tries < stacks * 20; tries += 1) {
    let node = main;
    const depth = 2 + Math.floor(random() ** 2 * 14);
    for (let level = 0; level < depth; level += 1) {
      // Few of the many, so that stacks have much in common.
      const id = own[Math.floor(random() ** 3 * own.length)] as number;
      node = childOf(node, id);
    }
    const leaf = random();
    if (leaf < 0.25) node = childOf(node, 3);
    else if (leaf < 0.4) node = childOf(node, 4);
    leaves.add(node);
  }
  return { frames, parents: Uint32Array.from(parents), frameOf: Int32Array.from(frameOf) };
}

function sampleRows(
  stacks: number,
  { parents, frameOf }: StackTree,
  random: () => number,
  scale: number,
): readonly CaptureRow[] {
  const hasChild = new Set(parents.slice(1));
  const leaves = [...parents.keys()].filter((node) => node > 0 && !hasChild.has(node)).slice(0, stacks);
  const row = (node: number): CaptureRow => {
    const space: CaptureSpace = frameOf[node] === 3 ? "buffers" : frameOf[node] === 4 ? "native" : "heap";
    const count = 1 + Math.floor(random() * 200);
    return {
      node,
      thread: random() < 0.8 ? 1 : 2,
      space,
      allocator: space === "heap" ? "" : (ALLOCATORS[1 + Math.floor(random() * 3)] as string),
      bytes: Math.round(count * (32 + random() ** 4 * 60_000) * scale),
      count,
    };
  };
  return [
    ...leaves.map(row),
    { node: 0, thread: 2, space: "native", allocator: "malloc", bytes: 40_000 * scale, count: 12 },
  ];
}

function viewOf(kind: ViewKind, rows: readonly CaptureRow[], share: number): CaptureView {
  const own = rows
    .filter((_, index) => kind !== "leaked" || index % 3 === 0)
    .map((row) => ({
      ...row,
      bytes: Math.max(1, Math.round(row.bytes * share)),
      count: Math.max(1, row.count * share),
    }));
  return {
    kind,
    spaces: ["heap", "buffers", "native"],
    unknownSpaces: [],
    time: kind === "peak" ? 5_120_000 : null,
    rows: own,
    bytes: own.reduce((sum, { bytes }) => sum + bytes, 0),
    count: own.reduce((sum, { count }) => sum + count, 0),
  };
}

function sampleTemporal(rows: readonly CaptureRow[], random: () => number): CaptureTemporal {
  const cells: [group: number, born: number, freed: number, bytes: number, count: number][] = [];
  rows.forEach((row, group) => {
    const each = Math.min(20, Math.max(1, Math.floor(200_000 / rows.length)));
    for (let cell = 0; cell < each; cell += 1) {
      const born = Math.floor(random() * BUCKETS);
      const freed = Math.min(BUCKETS, born + 1 + Math.floor(random() ** 2 * BUCKETS));
      cells.push([group, born, freed, Math.ceil(row.bytes / each), Math.ceil(row.count / each)]);
    }
  });
  const column = (at: number): number[] => cells.map((cell) => cell[at] as number);
  return {
    bucketUs: DURATION_US / BUCKETS,
    buckets: BUCKETS,
    unknownSpaces: [],
    groups: rows,
    cells: {
      group: Uint32Array.from(column(0)),
      born: Uint16Array.from(column(1)),
      freed: Uint16Array.from(column(2)),
      bytes: Float64Array.from(column(3)),
      count: Float64Array.from(column(4)),
    },
  };
}

function sampleTimeline(random: () => number): CaptureTimeline {
  const points = 800;
  const at = (of: (share: number) => number): Float64Array =>
    Float64Array.from({ length: points }, (_, index) => Math.round(of(index / (points - 1))));
  const hill = (share: number): number => Math.exp(-(((share - 0.64) / 0.2) ** 2));
  const heapUsed = at((share) => 8e6 + 20e6 * hill(share) + 3e6 * ((share * 37) % 1));
  return {
    timeUs: at((share) => share * DURATION_US),
    heapUsed,
    heapCommitted: heapUsed.map((bytes) => bytes * 1.3),
    buffers: at((share) => 2e6 + 12e6 * hill(share * 0.9 + 0.05)),
    native: at((share) => 3e6 + 2e6 * share + 3e5 * random()),
    engine: at(() => 4e6),
    rss: at((share) => 50e6 + 42e6 * Math.max(hill(share), share > 0.64 ? 0.9 : 0)),
    collections: Array.from({ length: 40 }, (_, index) => ({
      process: 0,
      isolate: 1,
      kind: index % 6 === 5 ? "full" : "young",
      beginUs: (index / 40) * DURATION_US,
      endUs: (index / 40) * DURATION_US + 900,
      usedBefore: 2e7,
      usedAfter: 1e7,
    })),
  };
}

function sampleInfo(killed: boolean, cwd: string): CaptureInfo {
  const process: CaptureProcess = {
    path: `${cwd}/app.memspec`,
    unreadModules: [],
    meta: {
      contents: "all",
      nativeStacks: true,
      heapInterval: 32_768,
      timelineIntervalMs: 10,
      pageBytes: 4096,
      allocators: ALLOCATORS,
      startedAt: "2026-11-29T13:05:11.123Z",
      process: {
        pid: 4711,
        parentPid: 4700,
        argv: ["/usr/bin/node", `${cwd}/src/main.ts`, "--port", "8080"],
        execArgv: [],
        cwd,
        node: "v24.4.1",
        v8: "13.6",
        platform: "linux",
        architecture: "x64",
      },
      memspec: "0.1.0",
      notes: ["V8 was started with --max-old-space-size."],
      run: null,
    },
    end: killed
      ? null
      : {
          time: DURATION_US,
          reason: "exit",
          detail: "",
          exitCode: 0,
          dropped: { stacks: 0, blocks: 0, unknownFrees: 0, bytes: 0 },
        },
    damage: killed ? { atByte: 1_048_592, reason: "a chunk is incomplete" } : null,
  };
  return {
    ...process,
    processes: [process],
    bytes: 1_050_000,
    threads: [
      { id: 1, process: 0, systemId: 4711, name: "main", isolate: 1 },
      { id: 2, process: 0, systemId: 4719, name: "decoder", isolate: 0 },
    ],
    heapIsExact: false,
  };
}
