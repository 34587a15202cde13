/** Views of one capture as one HTML file: its flamegraph, its table, its timeline. */

import page from "#page/capture";
import type {
  CaptureInfo,
  CaptureReading,
  CaptureRow,
  CaptureSpace,
  CaptureTemporal,
} from "../../../capture-files/model/capture.js";
import { formatSize, groupDigits } from "../../../sizes/format-size.js";
import { fillPage } from "../../html/fill-page.js";
import { type ShownView, viewText } from "../heading.js";
import type { CapturePageData, PageTemporal, PageViews } from "./page-data.js";
import { headOf } from "./page-head.js";
import { excerptsOf, type ReadSource, type SourceExcerpt } from "./page-sources.js";
import { collectStacks, type StackCollector } from "./page-stacks.js";
import { thinTimeline } from "./page-timeline.js";

export interface CapturePageOptions {
  /** The panel that is shown first. Default "flame". */
  readonly first?: "flame" | "table";
  /** Callers above ("icicle", the default) or below. */
  readonly direction?: "icicle" | "flame";
  /** Begin with where it was allocated, its callers behind. Default `false`. */
  readonly inverted?: boolean;
  /** Show frames of Node, runners and memspec by themselves. Default `false`. */
  readonly allFrames?: boolean;
  /** Of windows of time only these spaces, and these threads. Default: all. Views are narrowed by those who give them. */
  readonly spaces?: readonly CaptureSpace[] | undefined;
  readonly threads?: ReadonlySet<number> | null;
  /** Gives source for the page to hold. Default: none. */
  readonly readSource?: ReadSource;
}

/** What was read of a capture, and how it is shown. */
export interface ShownCapture {
  /** With what was found only when the events were read. */
  readonly info: CaptureInfo;
  readonly reading: CaptureReading;
  /** Views of the reading, the first of which is shown first. */
  readonly shown: readonly ShownView[];
}

/** @returns the whole file */
export function renderCapturePage(capture: ShownCapture, options: CapturePageOptions = {}): string {
  const data = capturePageData(capture, options);
  return fillPage(page, `Memory of ${data.head.program}`, data);
}

function capturePageData({ info, reading, shown }: ShownCapture, options: CapturePageOptions): CapturePageData {
  const root = info.meta.process.cwd;
  const collector = collectStacks(reading.tree, root, info.meta.allocators);
  const views = shown.map(({ view, ...asked }) => ({
    kind: view.kind,
    title: viewText({ view, ...asked }),
    rows: collector.rows(view.rows),
    unknownSpaces: view.unknownSpaces,
  }));
  const temporal = reading.temporal === undefined ? null : temporalOf(narrowed(reading.temporal, options), collector);
  const excerpts =
    options.readSource === undefined ? [] : excerptsOf(rowsOf(shown, reading), reading.tree, options.readSource);
  const stacks = collector.stacks();
  const content: PageViews = {
    kind: "views",
    first: options.first ?? "flame",
    direction: options.direction ?? "icicle",
    inverted: options.inverted ?? false,
    folded: !(options.allFrames ?? false),
    threads: threadsOf(info),
    allocators: collector.allocators,
    heapIsExact: info.heapIsExact,
    views,
    temporal,
    timeline: thinTimeline(reading.timeline),
    sources: sourcesOf(excerpts, info, stacks.files),
  };
  const head = headOf(info, reading);
  return { head: { ...head, notes: [...head.notes, ...smallNotes(collector)] }, stacks, content };
}

/** Where there are several processes, with theirs. */
function threadsOf({ threads, processes }: CaptureInfo): PageViews["threads"] {
  return threads.map(({ id, name, process }) => {
    const pid = processes.length > 1 ? processes[process]?.meta.process.pid : undefined;
    return { id, name: pid === undefined ? name : `${name || "thread"}, process ${pid}` };
  });
}

/** What source is looked for. */
function rowsOf(
  shown: readonly ShownView[],
  { temporal }: CaptureReading,
): readonly Pick<CaptureRow, "node" | "bytes">[] {
  const rows = shown.flatMap(({ view }) => view.rows);
  if (temporal === undefined) return rows;
  const { cells, groups } = temporal;
  const bytes = new Float64Array(groups.length);
  cells.group.forEach((group, at) => {
    bytes[group] = (bytes[group] ?? 0) + (cells.bytes[at] ?? 0);
  });
  return [...rows, ...groups.map(({ node }, group) => ({ node, bytes: bytes[group] ?? 0 }))];
}

function narrowed(temporal: CaptureTemporal, { spaces, threads = null }: CapturePageOptions): CaptureTemporal {
  if (spaces === undefined && threads === null) return temporal;
  const { groups, cells } = temporal;
  const isKept = groups.map(
    ({ space, thread }) => (spaces?.includes(space) ?? true) && (threads === null || threads.has(thread)),
  );
  const kept = [...cells.group.keys()].filter((at) => isKept[cells.group[at] ?? 0]);
  const pick = (column: ArrayLike<number>): number[] => kept.map((at) => column[at] ?? 0);
  return {
    ...temporal,
    unknownSpaces: temporal.unknownSpaces.filter((space) => spaces?.includes(space) ?? true),
    cells: {
      group: Uint32Array.from(pick(cells.group)),
      born: Uint16Array.from(pick(cells.born)),
      freed: Uint16Array.from(pick(cells.freed)),
      bytes: Float64Array.from(pick(cells.bytes)),
      count: Float64Array.from(pick(cells.count)),
    },
  };
}

function temporalOf(
  { bucketUs, buckets, unknownSpaces, groups, cells }: CaptureTemporal,
  collector: StackCollector,
): PageTemporal {
  return {
    bucketUs,
    buckets,
    unknownSpaces,
    groups: collector.keys(groups),
    cells: {
      group: [...cells.group],
      born: [...cells.born],
      freed: [...cells.freed],
      bytes: Array.from(cells.bytes, Math.round),
      count: Array.from(cells.count, (count) => Math.round(count * 100) / 100),
    },
  };
}

function sourcesOf(
  excerpts: readonly SourceExcerpt[],
  { meta }: CaptureInfo,
  files: readonly string[],
): PageViews["sources"] {
  const startedMs = Date.parse(meta.startedAt);
  return excerpts.flatMap(({ file, changedMs, lines }) => {
    const { cwd } = meta.process;
    const shown = files.indexOf(file.startsWith(`${cwd}/`) ? file.slice(cwd.length + 1) : file);
    return shown < 0 ? [] : [{ file: shown, changed: changedMs > startedMs, lines }];
  });
}

function smallNotes({ small }: StackCollector): readonly string[] {
  if (small.rows === 0) return [];
  return [
    `The ${groupDigits(small.rows)} smallest stacks, ${formatSize(Math.round(small.bytes))} in all, are shown as one: the page would be too large.`,
  ];
}
