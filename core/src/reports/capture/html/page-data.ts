/** What a capture's page holds: written by the renderers beside this file, read by core/page/src/capture. */

import type {
  CaptureFrame,
  CaptureSpace,
  Peak,
  SpaceStatistics,
  ViewKind,
} from "../../../capture-files/model/capture.js";

export interface CapturePageData {
  readonly head: PageHead;
  readonly stacks: PageStacks;
  readonly content: PageViews | PageDifference;
}

/** Views of one capture. */
export interface PageViews {
  readonly kind: "views";
  /** The panel that is shown first. */
  readonly first: "flame" | "table";
  readonly direction: "icicle" | "flame";
  readonly inverted: boolean;
  /** Frames of Node, runners and memspec are folded. */
  readonly folded: boolean;
  readonly threads: readonly PageThread[];
  readonly allocators: readonly string[];
  readonly heapIsExact: boolean;
  readonly views: readonly PageView[];
  readonly temporal: PageTemporal | null;
  readonly timeline: PageTimeline;
  readonly sources: readonly PageSource[];
}

/** Two captures, stack by stack. */
export interface PageDifference {
  readonly kind: "difference";
  /** What was compared. */
  readonly view: string;
  readonly before: PageHead;
  readonly allocators: readonly string[];
  /** Of both. */
  readonly heapIsExact: boolean;
  readonly rows: PageRows & { readonly beforeBytes: readonly number[]; readonly beforeCount: readonly number[] };
}

export interface PageHead {
  readonly program: string;
  readonly file: string;
  /** "2026-11-29 13:05:11 UTC" */
  readonly started: string;
  /** "Node 24.4.1, linux x64, process 4711", "3 processes" */
  readonly machine: string;
  readonly durationUs: number;
  /** "exit code 0", "killed, or still running" */
  readonly ended: string;
  readonly peak: Peak;
  readonly spaces: Readonly<Record<CaptureSpace, SpaceStatistics>>;
  /** What was lost. */
  readonly alerts: readonly string[];
  /** What makes a figure weaker. */
  readonly notes: readonly string[];
  readonly heapIsExact: boolean;
}

export interface PageThread {
  readonly id: number;
  readonly name: string;
}

/** The tree of stacks; node 0 is the root. */
export interface PageStacks {
  readonly files: readonly string[];
  readonly frames: readonly PageFrame[];
  readonly parents: readonly number[];
  readonly frameOf: readonly number[];
}

export interface PageFrame {
  readonly name: string;
  /** Index in the files; -1: unknown. */
  readonly file: number;
  readonly line: number | null;
  readonly column: number | null;
  readonly owner: CaptureFrame["owner"];
  /** What is to be known of it: "function" where the position is that of the function, "inlined". */
  readonly marks: readonly string[];
}

export interface PageView {
  readonly kind: ViewKind;
  /** "Alive at the high-water mark, 1.20 s after the start" */
  readonly title: string;
  readonly rows: PageRows;
  readonly unknownSpaces: readonly CaptureSpace[];
}

/** Columns of equal length. Spaces by their place in `SPACES`, threads by id, allocators by index. */
export interface PageRows {
  readonly node: readonly number[];
  readonly thread: readonly number[];
  readonly space: readonly number[];
  readonly allocator: readonly number[];
  readonly bytes: readonly number[];
  readonly count: readonly number[];
}

export const SPACES: readonly CaptureSpace[] = ["heap", "buffers", "native"];

export interface PageTemporal {
  readonly bucketUs: number;
  readonly buckets: number;
  readonly unknownSpaces: readonly CaptureSpace[];
  readonly groups: Omit<PageRows, "bytes" | "count">;
  readonly cells: {
    readonly group: readonly number[];
    readonly born: readonly number[];
    readonly freed: readonly number[];
    readonly bytes: readonly number[];
    readonly count: readonly number[];
  };
}

/** Seconds, bytes. */
export interface PageTimeline {
  readonly seconds: readonly number[];
  readonly heap: readonly number[];
  readonly buffers: readonly number[];
  readonly native: readonly number[];
  readonly rss: readonly number[];
  readonly collections: readonly { readonly second: number; readonly kind: "minor" | "major" }[];
}

export interface PageSource {
  /** Index in the files. */
  readonly file: number;
  /** It was changed after the recording began. */
  readonly changed: boolean;
  readonly lines: readonly (readonly [line: number, text: string])[];
}
