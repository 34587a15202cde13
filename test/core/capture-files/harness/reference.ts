/** What a program of events comes to, worked out the plain way: objects, maps, everything looked at anew. Slow, and none of the reader's code. */

import type { OffHeap, TestEvent } from "./events.js";

type SpaceName = "heap" | OffHeap;

/** By `stack|thread|space|allocator`: bytes and count. */
export type Groups = Map<string, { bytes: number; count: number }>;

interface Block {
  readonly key: string;
  readonly space: SpaceName;
  readonly bytes: number;
  /** Objects that it stands for. */
  readonly weight: number;
  readonly thread: number;
  /** Allocations that its thread had made, with it. */
  readonly madeAt: number;
  readonly collectionsAt: number;
  readonly bornUs: number;
  readonly isolate: number;
}

interface Page {
  readonly block: Block;
}

export interface ReferenceOptions {
  readonly thresholds: readonly number[];
  readonly windows: readonly { readonly fromUs: number; readonly toUs: number }[];
  readonly peaks: readonly (readonly SpaceName[])[];
  readonly isolateOf: (thread: number) => number;
  readonly heapInterval?: number;
}

export interface ReferencePeak {
  readonly bytes: number;
  readonly timeUs: number;
  readonly groups: Groups;
}

export interface Reference {
  readonly allocated: Groups;
  readonly leaked: Groups;
  readonly temporary: readonly Groups[];
  readonly windows: readonly Groups[];
  readonly peaks: readonly ReferencePeak[];
}

const PAGE = 4096;

export function reference(events: readonly TestEvent[], options: ReferenceOptions): Reference {
  const allocated: Groups = new Map();
  const temporary: Groups[] = options.thresholds.map(() => new Map());
  const windows: (Groups | null)[] = options.windows.map(() => null);
  const blocks = new Map<number, Block>();
  const objects = new Map<number, Block>();
  /** Pages that are mapped, and of each how many of its bytes were asked for. */
  const pages = new Map<number, { readonly page: Page; readonly bytes: number }>();
  const made = new Map<number, number>();
  const used = new Map<number, number>();
  const begun = new Map<number, number>();
  const intervals = new Map<number, number>();
  const lastFree = new Map<
    number,
    { readonly address: number; readonly block: Block; readonly later: number } | null
  >();
  const peaks: { bytes: number; timeUs: number; groups: Groups }[] = options.peaks.map(() => ({
    bytes: 0,
    timeUs: 0,
    groups: new Map(),
  }));
  let now = 0;

  const add = (groups: Groups, key: string, bytes: number, count: number): void => {
    const known = groups.get(key) ?? { bytes: 0, count: 0 };
    groups.set(key, { bytes: known.bytes + bytes, count: known.count + count });
  };
  const weighed = (block: Block): number => (block.space === "heap" ? block.bytes * block.weight : block.bytes);
  /** Everything that is alive, added up anew. */
  const alive = (of: (block: Block) => boolean): Groups => {
    const groups: Groups = new Map();
    for (const block of [...blocks.values(), ...objects.values()]) {
      if (of(block)) add(groups, block.key, weighed(block), block.weight);
    }
    const counted = new Set<Page>();
    for (const { page, bytes } of pages.values()) {
      if (!of(page.block)) continue;
      add(groups, page.block.key, bytes, counted.has(page) ? 0 : 1);
      counted.add(page);
    }
    return groups;
  };
  const level = (space: SpaceName): number => {
    if (space === "heap") return [...used.values()].reduce((sum, bytes) => sum + bytes, 0);
    let sum = 0;
    for (const block of blocks.values()) if (block.space === space) sum += block.bytes;
    for (const { page, bytes } of pages.values()) if (page.block.space === space) sum += bytes;
    return sum;
  };
  const look = (): void => {
    for (const [index, spaces] of options.peaks.entries()) {
      const bytes = spaces.reduce((sum, space) => sum + level(space), 0);
      const peak = peaks[index];
      if (peak !== undefined && bytes > peak.bytes) {
        Object.assign(peak, { bytes, timeUs: now, groups: alive((block) => spaces.includes(block.space)) });
      }
    }
  };
  const setTime = (timeUs: number): void => {
    const next = Math.max(now, timeUs);
    for (const [index, window] of options.windows.entries()) {
      // The last state of a window is the one before time goes past its end.
      if (now <= window.toUs && next > window.toUs) windows[index] = windowAt(window);
    }
    now = next;
  };
  const windowAt = ({ fromUs, toUs }: { readonly fromUs: number; readonly toUs: number }): Groups =>
    alive(({ bornUs }) => bornUs >= fromUs && bornUs <= toUs);
  const keyOf = (stack: number, thread: number, space: SpaceName, allocator: number): string =>
    `${stack}|${thread}|${space}|${allocator}`;
  const newBlock = (
    thread: number,
    space: SpaceName,
    allocator: number,
    bytes: number,
    stack: number,
    weight: number,
  ): Block => {
    if (space !== "heap") made.set(thread, (made.get(thread) ?? 0) + 1);
    const isolate = options.isolateOf(thread);
    const block: Block = {
      key: keyOf(stack, thread, space, allocator),
      space,
      bytes,
      weight,
      thread,
      madeAt: made.get(thread) ?? 0,
      collectionsAt: begun.get(isolate) ?? 0,
      bornUs: now,
      isolate,
    };
    add(allocated, block.key, weighed(block), weight);
    return block;
  };
  const countTemporary = (block: Block, later: number, sign: number): void => {
    for (const [index, threshold] of options.thresholds.entries()) {
      const groups = temporary[index];
      if (groups !== undefined && later <= threshold)
        add(groups, block.key, sign * weighed(block), sign * block.weight);
    }
  };
  const mapPages = (
    address: number,
    end: number,
    thread: number,
    event: { space: OffHeap; allocator: number; stack: number },
  ) => {
    const page: Page = { block: newBlock(thread, event.space, event.allocator, end - address, event.stack, 1) };
    for (let at = address; at < end; at += PAGE) pages.set(at, { page, bytes: Math.min(PAGE, end - at) });
    look();
  };
  const unmapPages = (address: number, bytes: number, isSeen: boolean): void => {
    const gone = new Set<Page>();
    for (let at = Math.floor(address / PAGE) * PAGE; at < address + bytes; at += PAGE) {
      const found = pages.get(at);
      if (found !== undefined) gone.add(found.page);
      pages.delete(at);
    }
    for (const page of gone) {
      const isWhole = ![...pages.values()].some((other) => other.page === page);
      if (isWhole && isSeen) countTemporary(page.block, (made.get(page.block.thread) ?? 0) - page.block.madeAt, 1);
    }
  };

  for (const event of events) {
    switch (event.do) {
      case "allocate":
        blocks.set(event.address, newBlock(event.thread, event.space, event.allocator, event.bytes, event.stack, 1));
        look();
        break;
      case "free": {
        const block = blocks.get(event.address);
        blocks.delete(event.address);
        const later = block === undefined ? 0 : (made.get(block.thread) ?? 0) - block.madeAt;
        lastFree.set(event.thread, block === undefined ? null : { address: event.address, block, later });
        if (block !== undefined) countTemporary(block, later, 1);
        break;
      }
      case "restored": {
        const last = lastFree.get(event.thread) ?? null;
        lastFree.set(event.thread, null);
        if (last === null || blocks.has(last.address)) break;
        blocks.set(last.address, last.block);
        countTemporary(last.block, last.later, -1);
        look();
        break;
      }
      case "map":
        if (event.bytes === 0) break;
        unmapPages(event.address, event.bytes, false);
        mapPages(event.address, event.address + event.bytes, event.thread, event);
        break;
      case "commit": {
        const end = event.address + event.bytes;
        for (let at = event.address; at < end; ) {
          if (pages.has(at)) {
            at += PAGE;
            continue;
          }
          let gapEnd = at;
          while (gapEnd < end && !pages.has(gapEnd)) gapEnd += PAGE;
          mapPages(at, Math.min(gapEnd, end), event.thread, event);
          at = gapEnd;
        }
        break;
      }
      case "unmap":
        unmapPages(event.address, event.bytes, true);
        break;
      case "born": {
        const interval = intervals.get(event.thread) ?? 1;
        const weight = interval <= 1 ? 1 : 1 / (1 - Math.exp(-event.bytes / interval));
        objects.set(event.handle, newBlock(event.thread, "heap", 0, event.bytes, event.stack, weight));
        break;
      }
      case "collected": {
        const object = objects.get(event.handle);
        objects.delete(event.handle);
        if (object !== undefined && (begun.get(object.isolate) ?? 0) - object.collectionsAt <= 1) {
          countTemporary(object, 0, 1);
        }
        break;
      }
      case "sampling":
        intervals.set(event.thread, event.interval);
        break;
      case "levels":
        setTime(event.timeUs);
        for (const heap of event.heaps) used.set(heap.isolate, heap.used);
        look();
        break;
      case "collectionBegins":
      case "collectionEnded":
        setTime(event.timeUs);
        used.set(event.isolate, event.used);
        if (event.do === "collectionBegins") begun.set(event.isolate, (begun.get(event.isolate) ?? 0) + 1);
        look();
        break;
      case "heapEnds":
        used.set(event.isolate, 0);
        for (const [handle, object] of objects) if (object.isolate === event.isolate) objects.delete(handle);
        break;
      case "missed":
        break;
    }
  }
  return {
    allocated,
    leaked: alive(() => true),
    temporary,
    windows: options.windows.map((window, index) => windows[index] ?? windowAt(window)),
    peaks,
  };
}
