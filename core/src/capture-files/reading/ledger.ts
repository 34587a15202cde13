/**
 * What a recording's events come to: figures of each group, levels, peaks. One pass for everything that is asked for.
 * Events go in as batches; memory is that of what is alive and of the groups.
 */

import { EventKind, OtherEvent, SpaceCode } from "../format/format.js";
import { type EventBatch, OTHER } from "./event-batch.js";
import { GroupTable } from "./group-table.js";
import { HeapLevels } from "./heap-levels.js";
import { LiveTable } from "./live-table.js";
import { type Budget, Malformed } from "./malformed.js";
import { MappingTable } from "./mapping-table.js";
import { PeakTracker } from "./peak-tracker.js";
import { SizeHistogram } from "./size-histogram.js";
import { TimelineBuilder } from "./timeline-builder.js";

/** Columns of a group. Behind them: three for each peak (mark, bytes, count), two for each threshold, two for each window. */
export const Column = { liveBytes: 0, liveCount: 1, allBytes: 2, allCount: 3, first: 4 } as const;

export const MAX_WINDOWS = 32;
const MAX_INTERVALS = 256;
/** Slots that all ends of heaps together may look at: a file of a real program has a few thousand ends. */
const MAX_SWEPT = 2 ** 32;

export interface LedgerQuestions {
  /** Sets of spaces whose peaks are wanted with the groups' shares. */
  readonly peaks: readonly number[];
  /** Sets of spaces whose peaks are wanted as levels. */
  readonly levels: readonly number[];
  readonly thresholds: readonly number[];
  readonly windows: readonly { readonly fromUs: number; readonly toUs: number }[];
}

export interface LedgerContext {
  readonly budget: Budget;
  readonly pageBytes: number;
  /** Isolate of a thread, 0: none is known. */
  isolateOf(thread: number): number;
}

export class Ledger {
  readonly groups: GroupTable;
  readonly peaks: readonly PeakTracker[];
  readonly levels: readonly PeakTracker[];
  readonly sizes: SizeHistogram = new SizeHistogram();
  readonly timeline: TimelineBuilder;
  missedCount = 0;
  /** Somewhere in the file objects of the heap are told that are never told to be collected. */
  heapLifetimesUnknown = false;

  readonly #context: LedgerContext;
  readonly #thresholds: readonly number[];
  readonly #thresholdsAt: number;
  readonly #peaksAt: number;
  readonly #windowsAt: number;
  readonly #windows: LedgerQuestions["windows"];
  /** Windows in which the present moment lies, as bits. */
  #openWindows = 0;
  #timeUs = 0;

  readonly #blocks: LiveTable;
  readonly #mappings: LiveTable;
  readonly #pieces: MappingTable;
  readonly #objects: LiveTable;
  #lastMapping = 0;
  #swept = 0;
  /** Bytes that are alive, by space; the heap's are an estimate of which nothing is made: its level is what V8 says. */
  readonly #levels = new Float64Array(3);
  readonly #trackers: readonly PeakTracker[];
  /** Bytes of a space that can be allocated without any tracker's coming above its peak, at least. */
  readonly #room = new Float64Array([Number.POSITIVE_INFINITY, 0, 0]);
  readonly #highestThreshold: number;
  /** One address, as tables want it. */
  readonly #keys = new Float64Array(1);
  readonly #heap = new HeapLevels();

  /** Allocations that a thread has made, and the last free that it told; by thread. */
  #made = new Uint32Array(64);
  #freed = new Float64Array(64 * FREED_FIELDS);
  /** Intervals of sampling that occur, and which of them a thread has now. */
  readonly #intervals: number[] = [];
  #intervalOf = new Uint16Array(64);

  constructor(questions: LedgerQuestions, context: LedgerContext) {
    const { budget } = context;
    this.#context = context;
    this.#thresholds = questions.thresholds;
    this.#highestThreshold = Math.max(...questions.thresholds);
    this.#windows = questions.windows;
    this.#peaksAt = Column.first;
    this.#thresholdsAt = this.#peaksAt + 3 * questions.peaks.length;
    this.#windowsAt = this.#thresholdsAt + 2 * questions.thresholds.length;
    this.peaks = questions.peaks.map((spaces) => new PeakTracker(spaces));
    this.levels = questions.levels.map((spaces) => new PeakTracker(spaces));
    this.#trackers = [...this.peaks, ...this.levels];
    this.groups = new GroupTable(this.#windowsAt + 2 * questions.windows.length, budget);
    this.timeline = new TimelineBuilder(budget);
    this.#blocks = new LiveTable(budget);
    this.#mappings = new LiveTable(budget);
    this.#objects = new LiveTable(budget);
    this.#pieces = new MappingTable(context.pageBytes, budget);
    this.#setTime(0);
  }

  /** The last reading of the clock. */
  get timeUs(): number {
    return this.#timeUs;
  }

  /** Of the group: freed at once, by the index of the threshold. */
  temporary(group: number, threshold: number): Figures {
    return this.#pair(group, this.#thresholdsAt + 2 * threshold);
  }

  window(group: number, window: number): Figures {
    return this.#pair(group, this.#windowsAt + 2 * window);
  }

  live(group: number): Figures {
    return this.#pair(group, Column.liveBytes);
  }

  all(group: number): Figures {
    return this.#pair(group, Column.allBytes);
  }

  /** Of the group: alive at the peak, by its index. */
  atPeak(group: number, peak: number): Figures {
    const at = this.#peaksAt + 3 * peak;
    const marked = this.groups.figures[group * this.groups.stride + at];
    return marked === this.peaks[peak]?.mark ? this.#pair(group, at + 1) : this.live(group);
  }

  #pair(group: number, column: number): Figures {
    const at = group * this.groups.stride + column;
    return { bytes: this.groups.figures[at] ?? 0, count: this.groups.figures[at + 1] ?? 0 };
  }

  /** @throws Malformed what was before it counts */
  apply(batch: EventBatch): void {
    const { count, kind } = batch;
    this.#findGroups(batch);
    for (let index = 0; index < count; index += 1) {
      const what = kind[index] as number;
      if (what === EventKind.allocation) {
        this.#allocate(batch, index);
      } else if (what === EventKind.free) this.#free(batch, index);
      else this.#rare(batch, index, what);
    }
  }

  /**
   * Groups of a whole batch first: each look-up waits for memory, and so they wait together. What an allocation adds for good is counted here, so
   * that the group's figures are near when the rest of them changes.
   */
  #findGroups(batch: EventBatch): void {
    const { count, kind, stack, thread, space, allocator, bytes, group: groups } = batch;
    for (let index = 0; index < count; index += 1) {
      if (kind[index] !== EventKind.allocation) continue;
      const group = this.groups.of(
        stack[index] as number,
        thread[index] as number,
        space[index] as number,
        allocator[index] as number,
      );
      groups[index] = group;
      this.#countAllocated(group, bytes[index] as number, 1);
    }
  }

  #rare(batch: EventBatch, index: number, what: number): void {
    const thread = batch.thread[index] as number;
    const address = batch.address[index] as number;
    const bytes = batch.bytes[index] as number;
    const stack = batch.stack[index] as number;
    switch (what) {
      case EventKind.heapAllocation:
        this.#born(thread, address, bytes, stack);
        break;
      case EventKind.heapFree:
        this.#collected(address);
        break;
      case OTHER + OtherEvent.map: {
        if (bytes === 0) break;
        this.#unmap(address, bytes, false);
        const group = this.groups.of(stack, thread, batch.space[index] as number, batch.allocator[index] as number);
        this.#addMapping(address, address + bytes, thread, group);
        break;
      }
      case OTHER + OtherEvent.commit: {
        const group = this.groups.of(stack, thread, batch.space[index] as number, batch.allocator[index] as number);
        const end = address + bytes;
        for (let at = address; at < end && this.#pieces.findGap(at, end); ) {
          at = this.#pieces.gapEnd;
          this.#addMapping(this.#pieces.gapStart, at, thread, group);
        }
        break;
      }
      case OTHER + OtherEvent.unmap:
        if (bytes > 0) this.#unmap(address, bytes, true);
        break;
      case OTHER + OtherEvent.restored:
        this.#restore(thread);
        break;
      case OTHER + OtherEvent.levels:
        this.#readLevels(batch, address);
        break;
      case OTHER + OtherEvent.collectionBegins:
      case OTHER + OtherEvent.collectionEnded:
        this.#collection(batch, address, what === OTHER + OtherEvent.collectionBegins);
        break;
      case OTHER + OtherEvent.sampling: {
        this.#reach(thread);
        this.#intervalOf[thread] = this.#intervalNumber(bytes);
        if ((stack & 1) !== 0) this.heapLifetimesUnknown = true;
        break;
      }
      case OTHER + OtherEvent.heapEnds:
        this.#endHeap(address);
        break;
      case OTHER + OtherEvent.missed:
        this.missedCount += bytes;
        break;
      default:
        throw new Malformed(`an event of kind ${what} is not known`);
    }
  }

  // Blocks.

  #allocate(batch: EventBatch, index: number): void {
    const blocks = this.#blocks;
    const there = blocks.find(batch.address, index);
    if (there >= 0) {
      this.#take(blocks.group(there), blocks.bytes(there), 1, blocks.windows(there));
      blocks.remove(there);
    }
    const thread = batch.thread[index] as number;
    const space = batch.space[index] as number;
    const bytes = batch.bytes[index] as number;
    const group = batch.group[index] as number;
    blocks.add(batch.address, index, bytes, group, this.#countMade(thread), this.#openWindows);
    this.#give(group, space, bytes, 1, this.#openWindows);
    this.sizes.add(space, bytes);
  }

  #free(batch: EventBatch, index: number): void {
    const blocks = this.#blocks;
    const thread = batch.thread[index] as number;
    if (thread >= this.#made.length) this.#reach(thread);
    const freed = this.#freed;
    const at = thread * FREED_FIELDS;
    const slot = blocks.find(batch.address, index);
    if (slot < 0) {
      freed[at] = -1;
      return;
    }
    const group = blocks.group(slot);
    const bytes = blocks.bytes(slot);
    const born = blocks.born(slot);
    const windows = blocks.windows(slot);
    blocks.remove(slot);
    const later = ((this.#made[this.groups.thread(group)] as number) - born) >>> 0;
    freed[at] = batch.address[index] as number;
    freed[at + 1] = bytes;
    freed[at + 2] = group;
    freed[at + 3] = born;
    freed[at + 4] = windows;
    freed[at + 5] = later;
    if (later <= this.#highestThreshold) this.#countTemporary(group, bytes, 1, later);
    this.#take(group, bytes, 1, windows);
  }

  /** The thread's last free did not happen. */
  #restore(thread: number): void {
    this.#reach(thread);
    const at = thread * FREED_FIELDS;
    const [address = -1, bytes = 0, group = 0, born = 0, windows = 0, later = 0] = this.#freed.subarray(
      at,
      at + FREED_FIELDS,
    );
    this.#freed[at] = -1;
    // 0 too: no free was told yet.
    if (address <= 0 || this.#blocks.find(this.#key(address), 0) >= 0) return;
    this.#blocks.add(this.#key(address), 0, bytes, group, born, windows);
    this.#countTemporary(group, -bytes, -1, later);
    this.#give(group, this.groups.space(group), bytes, 1, windows);
  }

  // Mappings.

  #addMapping(start: number, end: number, thread: number, group: number): void {
    const bytes = end - start;
    this.#lastMapping += 1;
    if (this.#lastMapping >= 2 ** 32) throw new Malformed("there are too many mappings");
    this.#pieces.insert(start, end, this.#lastMapping);
    const key = this.#key(this.#lastMapping * 16);
    this.#mappings.add(key, 0, bytes, group, this.#countMade(thread), this.#openWindows);
    this.#countAllocated(group, bytes, 1);
    this.#give(group, this.groups.space(group), bytes, 1, this.#openWindows);
    this.sizes.add(this.groups.space(group), bytes);
  }

  #unmap(address: number, bytes: number, isSeen: boolean): void {
    const pieces = this.#pieces;
    const mappings = this.#mappings;
    const start = pieces.roundDown(address);
    const end = pieces.roundUp(address + bytes);
    const { removed } = pieces;
    while (pieces.removeOne(start, end)) {
      const slot = mappings.find(this.#key(removed.mapping * 16), 0);
      if (slot < 0) throw new Malformed("a mapping is not known");
      const group = mappings.group(slot);
      const windows = mappings.windows(slot);
      if (removed.whole) {
        const later = ((this.#made[this.groups.thread(group)] as number) - mappings.born(slot)) >>> 0;
        if (isSeen) this.#countTemporary(group, mappings.bytes(slot), 1, later);
        mappings.remove(slot);
      }
      this.#take(group, removed.bytes, removed.whole ? 1 : 0, windows);
    }
  }

  // Objects of the heap. Where "born" is: how many collections had begun, and above 24 bits the number of the interval.

  #born(thread: number, handle: number, bytes: number, stack: number): void {
    this.#reach(thread);
    const interval = this.#intervalOf[thread] as number;
    // No `sampling` came before: it stands for itself, which is the least it can be.
    const weight = weightOf(bytes, interval === 0 ? 1 : (this.#intervals[interval - 1] as number));
    const objects = this.#objects;
    const there = objects.find(this.#key(handle * 16), 0);
    if (there >= 0) this.#takeObject(there);
    const group = this.groups.of(stack, thread, SpaceCode.heap, 0);
    const begun = this.#heap.collectionsBegun(this.#context.isolateOf(thread)) & 0xff_ffff;
    objects.add(this.#key(handle * 16), 0, bytes, group, ((interval << 24) | begun) >>> 0, this.#openWindows);
    this.#countAllocated(group, weight * bytes, weight);
    this.#give(group, SpaceCode.heap, weight * bytes, weight, this.#openWindows);
  }

  #collected(handle: number): void {
    const objects = this.#objects;
    const slot = objects.find(this.#key(handle * 16), 0);
    if (slot < 0) return;
    const group = objects.group(slot);
    const born = objects.born(slot);
    const begun = this.#heap.collectionsBegun(this.#context.isolateOf(this.groups.thread(group)));
    if (((begun - born) & 0xff_ffff) <= 1) {
      const bytes = objects.bytes(slot);
      const weight = this.#weight(bytes, born);
      // The heap's is the same for all thresholds.
      this.#countTemporary(group, bytes * weight, weight, 0);
    }
    this.#takeObject(slot);
  }

  #takeObject(slot: number): void {
    const objects = this.#objects;
    const bytes = objects.bytes(slot);
    const weight = this.#weight(bytes, objects.born(slot));
    this.#take(objects.group(slot), bytes * weight, weight, objects.windows(slot));
    objects.remove(slot);
  }

  #weight(bytes: number, born: number): number {
    const interval = born >>> 24;
    return weightOf(bytes, interval === 0 ? 1 : (this.#intervals[interval - 1] as number));
  }

  #intervalNumber(interval: number): number {
    const known = this.#intervals.indexOf(interval);
    if (known >= 0) return known + 1;
    if (this.#intervals.length + 1 >= MAX_INTERVALS) throw new Malformed("there are too many intervals of sampling");
    return this.#intervals.push(interval);
  }

  #endHeap(isolate: number): void {
    this.#heap.set(isolate, 0);
    const objects = this.#objects;
    if (objects.count === 0) return;
    this.#swept += objects.capacity;
    if (this.#swept > MAX_SWEPT) throw new Malformed("heaps end too often");
    for (let slot = 0; slot < objects.capacity; ) {
      const ends = objects.isUsed(slot) && this.#context.isolateOf(this.groups.thread(objects.group(slot))) === isolate;
      if (ends) this.#takeObject(slot);
      // Another may have moved into the slot.
      else slot += 1;
    }
  }

  // Figures.

  #key(address: number): Float64Array {
    this.#keys[0] = address;
    return this.#keys;
  }

  #countAllocated(group: number, bytes: number, count: number): void {
    const figures = this.groups.figures;
    const at = group * this.groups.stride;
    figures[at + Column.allBytes] = (figures[at + Column.allBytes] as number) + bytes;
    figures[at + Column.allCount] = (figures[at + Column.allCount] as number) + count;
  }

  #countTemporary(group: number, bytes: number, count: number, later: number): void {
    const thresholds = this.#thresholds;
    const figures = this.groups.figures;
    let at = group * this.groups.stride + this.#thresholdsAt;
    for (let index = 0; index < thresholds.length; index += 1) {
      if (later <= (thresholds[index] as number)) {
        figures[at] = (figures[at] as number) + bytes;
        figures[at + 1] = (figures[at + 1] as number) + count;
      }
      at += 2;
    }
  }

  /** More is alive. */
  #give(group: number, space: number, bytes: number, count: number, windows: number): void {
    this.#change(group, bytes, count, windows);
    const levels = this.#levels;
    levels[space] = (levels[space] as number) + bytes;
    const room = this.#room;
    room[space] = (room[space] as number) - bytes;
    if ((room[space] as number) < 0) this.#tellPeaks();
  }

  /** Less is alive. */
  #take(group: number, bytes: number, count: number, windows: number): void {
    this.#change(group, -bytes, -count, windows);
    const space = this.groups.space(group);
    this.#levels[space] = (this.#levels[space] as number) - bytes;
  }

  #change(group: number, bytes: number, count: number, windows: number): void {
    const figures = this.groups.figures;
    const at = group * this.groups.stride;
    const live = figures[at] as number;
    const liveCount = figures[at + 1] as number;
    const peaks = this.peaks;
    let peakAt = at + this.#peaksAt;
    for (let index = 0; index < peaks.length; index += 1) {
      const { mark } = peaks[index] as PeakTracker;
      if (figures[peakAt] !== mark) {
        figures[peakAt] = mark;
        figures[peakAt + 1] = live;
        figures[peakAt + 2] = liveCount;
      }
      peakAt += 3;
    }
    figures[at] = live + bytes;
    figures[at + 1] = liveCount + count;
    const inWindows = windows & this.#openWindows;
    if (inWindows !== 0) this.#changeWindows(at, inWindows, bytes, count);
  }

  #changeWindows(group: number, windows: number, bytes: number, count: number): void {
    const figures = this.groups.figures;
    for (let index = 0; index < this.#windows.length; index += 1) {
      if ((windows & (1 << index)) === 0) continue;
      const at = group + this.#windowsAt + 2 * index;
      figures[at] = (figures[at] as number) + bytes;
      figures[at + 1] = (figures[at + 1] as number) + count;
    }
  }

  #tellPeaks(): void {
    const levels = this.#levels;
    const room = this.#room;
    room.fill(Number.POSITIVE_INFINITY, SpaceCode.buffers);
    for (let index = 0; index < this.#trackers.length; index += 1) {
      const tracker = this.#trackers[index] as PeakTracker;
      const left = tracker.tell(
        this.#heap.total,
        levels[SpaceCode.buffers] as number,
        levels[SpaceCode.native] as number,
        this.#timeUs,
      );
      for (let space: number = SpaceCode.buffers; space <= SpaceCode.native; space += 1) {
        if ((tracker.spaces & (1 << space)) !== 0 && left < (room[space] as number)) room[space] = left;
      }
    }
  }

  #countMade(thread: number): number {
    if (thread >= this.#made.length) this.#reach(thread);
    const made = ((this.#made[thread] as number) + 1) >>> 0;
    this.#made[thread] = made;
    return made;
  }

  #reach(thread: number): void {
    if (thread < this.#made.length) return;
    const length = Math.max(thread + 1, this.#made.length * 2);
    this.#context.budget.take((length - this.#made.length) * (6 + 8 * FREED_FIELDS));
    const made = new Uint32Array(length);
    made.set(this.#made);
    this.#made = made;
    const freed = new Float64Array(length * FREED_FIELDS);
    freed.set(this.#freed);
    this.#freed = freed;
    const intervalOf = new Uint16Array(length);
    intervalOf.set(this.#intervalOf);
    this.#intervalOf = intervalOf;
  }

  // Time.

  #setTime(timeUs: number): void {
    this.#timeUs = Math.max(this.#timeUs, timeUs);
    let open = 0;
    for (const [index, { fromUs, toUs }] of this.#windows.entries()) {
      if (this.#timeUs >= fromUs && this.#timeUs <= toUs) open |= 1 << index;
    }
    this.#openWindows = open >>> 0;
  }

  #readLevels(batch: EventBatch, at: number): void {
    this.#setTime(batch.valueAt(at));
    const isolates = batch.valueAt(at + 5);
    let used = 0;
    let committed = 0;
    for (let index = 0; index < isolates; index += 1) {
      const field = at + 6 + 3 * index;
      this.#heap.set(batch.valueAt(field), batch.valueAt(field + 1));
      used += batch.valueAt(field + 1);
      committed += batch.valueAt(field + 2);
    }
    this.timeline.addLevels({
      timeUs: this.#timeUs,
      heapUsed: used,
      heapCommitted: committed,
      buffers: batch.valueAt(at + 2),
      native: batch.valueAt(at + 3),
      engine: batch.valueAt(at + 4),
      rss: batch.valueAt(at + 1),
    });
    this.#tellPeaks();
  }

  #collection(batch: EventBatch, at: number, begins: boolean): void {
    const isolate = batch.valueAt(at + 1);
    const used = batch.valueAt(at + 3);
    this.#setTime(batch.valueAt(at));
    this.#heap.set(isolate, used);
    if (begins) this.#heap.collectionBegins(isolate);
    this.timeline.addCollection(begins, this.#timeUs, isolate, batch.valueAt(at + 2), used);
    this.#tellPeaks();
  }
}

/** Of a thread's last free: address (0: none yet, -1: of nothing that is known), bytes, group, born, windows, later allocations. */
const FREED_FIELDS = 6;

interface Figures {
  readonly bytes: number;
  readonly count: number;
}

/** Objects that a sample stands for. */
function weightOf(bytes: number, interval: number): number {
  return interval <= 1 || bytes === 0 ? 1 : 1 / -Math.expm1(-bytes / interval);
}
