/** Captures that nobody recorded: the same seed gives the same view. */

import type {
  CaptureFrame,
  CaptureInfo,
  CaptureRow,
  CaptureSpace,
  CaptureThread,
  StackTree,
  ViewKind,
} from "../../../../../core/src/capture-files/model/capture.js";
import type { ExportSource } from "../../../../../core/src/reports/capture/exports/export-model.js";
import { chance } from "../../sample-run.js";

export interface SampleOptions {
  readonly seed?: number;
  readonly kind?: ViewKind;
  readonly spaces?: readonly CaptureSpace[];
  readonly nodes?: number;
  readonly rows?: number;
}

const SPACES: readonly CaptureSpace[] = ["heap", "buffers", "native"];

/** Names that formats trip over: of separators, quotes and line ends, of keys that every object has, and none. */
const NAMES = [
  "parse",
  "",
  'say "hi", twice',
  "line\r\nend",
  "__proto__",
  "größe",
  "std::vector<int, A>::push_back",
  "=1+1",
];
const FILES = ["/app/src/a.ts", "/app/src/b.ts", "node:fs", "", "/app/build/addon.node", "file:///app/ö,ä.mjs"];

export function sampleCapture(options: SampleOptions = {}): ExportSource {
  const { seed = 1, kind = "peak", spaces = SPACES, nodes = 400, rows = 300 } = options;
  const next = chance(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  const frames = Array.from({ length: 60 }, (): CaptureFrame => {
    const native = below(5) === 0;
    const line = below(6) === 0 ? null : 1 + below(500);
    return sampleFrame({
      kind: native ? "native" : pick(["javascript", "javascript", "builtin", "unknown"], below),
      functionName: pick(NAMES, below),
      file: native ? pick(["/app/build/addon.node", "/lib/libz.so.1", ""], below) : pick(FILES, below),
      line,
      column: line === null || native ? null : 1 + below(80),
      lineIsFunction: below(8) === 0,
    });
  });
  const tree = treeOf(
    frames,
    Array.from({ length: nodes }, (_, index) => [below(index + 1), below(frames.length)]),
  );
  const made = new Map<string, CaptureRow>();
  for (let index = 0; index < rows; index++) {
    const space = pick(spaces, below);
    const count = 1 + below(20);
    const bytes = count * below(space === "heap" ? 1000 : 30_000_000);
    const allocator = space === "heap" ? "" : pick(["malloc", "mmap"], below);
    const row: CaptureRow = { node: below(nodes + 1), thread: below(4), space, allocator, bytes, count };
    made.set(`${row.node} ${row.thread} ${space} ${allocator}`, row);
  }
  return sampleSource(tree, [...made.values()], { kind, spaces });
}

export function sampleSource(
  tree: StackTree,
  rows: readonly CaptureRow[],
  {
    kind = "peak",
    spaces = SPACES,
    info = {},
  }: Pick<SampleOptions, "kind" | "spaces"> & { readonly info?: Partial<CaptureInfo> } = {},
): ExportSource {
  const sum = (of: "bytes" | "count"): number => rows.reduce((all, row) => all + row[of], 0);
  return {
    info: { ...INFO, ...info },
    tree,
    view: { kind, spaces, time: null, unknownSpaces: [], rows, bytes: sum("bytes"), count: sum("count") },
  };
}

/** @param nodes of each node from 1: its parent, and its frame's index */
export function treeOf(frames: readonly CaptureFrame[], nodes: readonly (readonly number[])[]): StackTree {
  return {
    frames,
    parents: Uint32Array.from([0, ...nodes.map(([parent = 0]) => parent)]),
    frameOf: Int32Array.from([-1, ...nodes.map(([, frame = 0]) => frame)]),
  };
}

export function sampleFrame(given: Partial<CaptureFrame>): CaptureFrame {
  return {
    kind: "javascript",
    functionName: "",
    file: "",
    line: null,
    column: null,
    lineIsFunction: false,
    inlined: false,
    owner: "user",
    ...given,
  };
}

const META: CaptureInfo["meta"] = {
  contents: "all",
  nativeStacks: true,
  heapInterval: 32_768,
  timelineIntervalMs: 10,
  pageBytes: 4096,
  allocators: ["", "malloc", "mmap"],
  startedAt: "2026-01-02T03:04:05.678Z",
  process: {
    pid: 4711,
    parentPid: 1,
    argv: ["/usr/bin/node", "/app/main.js"],
    execArgv: [],
    cwd: "/app",
    node: "22.0.0",
    v8: "12.4",
    platform: "linux",
    architecture: "x64",
  },
  memspec: "0.1.0",
  notes: ["A note of the recording."],
  run: null,
};

const END: CaptureInfo["end"] = {
  time: 1_500_000,
  reason: "exit",
  detail: "",
  exitCode: 0,
  dropped: { stacks: 0, blocks: 0, unknownFrees: 0, bytes: 0 },
};

const threadOf = (id: number, name: string): CaptureThread => ({
  id,
  process: 0,
  systemId: 4711 + id,
  name,
  isolate: 0,
});

const PATH = "/tmp/app.memspec";

/** A thread without a name, and a fourth (3) that rows name and nobody told of. */
const INFO: CaptureInfo = {
  processes: [{ path: PATH, meta: META, end: END, damage: null, unreadModules: [] }],
  path: PATH,
  bytes: 1,
  meta: META,
  end: END,
  damage: null,
  threads: [threadOf(0, "main"), threadOf(1, 'libuv, "worker"'), threadOf(2, "")],
  heapIsExact: false,
};

function pick<Value>(values: readonly [Value, ...Value[]] | readonly Value[], below: (limit: number) => number): Value {
  return values[below(values.length)] as Value;
}
