/**
 * What a recording's events come to. One pass for everything that is asked for. Events go in as batches; memory is that of what is alive and of the
 * groups.
 */

import { EventKind, OtherEvent } from "../format/format.js";
import { Accounts, type LedgerQuestions } from "./accounts.js";
import { BatchGroups } from "./batch-groups.js";
import { type EventBatch, GONE, OTHER, PAIR } from "./event-batch.js";
import { HeapObjects } from "./heap-objects.js";
import { LiveTable } from "./live-table.js";
import { type Budget, Malformed } from "./malformed.js";
import { MappingTable } from "./mapping-table.js";
import { SizeHistogram } from "./size-histogram.js";
import type { TemporalCells } from "./temporal-cells.js";
import { TimelineBuilder } from "./timeline-builder.js";

/**
 * Of a thread's last free: address (0: none yet, -1: of nothing that is known), bytes, group, born, windows, later allocations, windows in which the
 * free was.
 */
const FREED_FIELDS = 7;

export interface LedgerContext {
  readonly budget: Budget;
  readonly pageBytes: number;
  /** Isolate of a thread, 0: none is known. */
  isolateOf(thread: number): number;
  /** Told what is freed when. In place of the windows in which it was born, a block keeps the tick: there are none then. */
  readonly temporal?: TemporalCells | undefined;
}

export class Ledger {
  readonly accounts: Accounts;
  readonly sizes: SizeHistogram = new SizeHistogram();
  readonly timeline: TimelineBuilder;
  missedCount = 0;
  /** Somewhere in the file objects of the heap are told that are never told to be collected. */
  heapLifetimesUnknown = false;

  readonly #budget: Budget;
  readonly #groups: BatchGroups;
  readonly #blocks: LiveTable;
  readonly #mappings: LiveTable;
  readonly #pieces: MappingTable;
  readonly #objects: HeapObjects;
  #lastMapping = 0;
  /** Allocations that a thread has made, and the last free that it told; by thread. */
  #made = new Uint32Array(64);
  #freed = new Float64Array(64 * FREED_FIELDS);
  /** One address, as tables want it. */
  readonly #keys = new Float64Array(1);

  constructor(questions: LedgerQuestions, { budget, pageBytes, isolateOf, temporal }: LedgerContext) {
    this.#budget = budget;
    this.accounts = new Accounts(questions, budget, temporal);
    this.#groups = new BatchGroups(this.accounts);
    this.timeline = new TimelineBuilder(budget);
    this.#blocks = new LiveTable(budget);
    this.#mappings = new LiveTable(budget);
    this.#objects = new HeapObjects(this.accounts, isolateOf, budget);
    this.#pieces = new MappingTable(pageBytes, budget);
  }

  /** @throws Malformed what was before it counts */
  apply(batch: EventBatch): void {
    const { count, kind } = batch;
    this.#groups.find(batch);
    for (let index = 0; index < count; index += 1) {
      const what = kind[index] as number;
      if (what === EventKind.allocation) {
        this.#allocate(batch, index);
      } else if (what === PAIR) this.#pass(batch, index);
      else if (what === EventKind.free) this.#free(batch, index);
      else this.#rare(batch, index, what);
    }
  }

  #rare(batch: EventBatch, index: number, what: number): void {
    const thread = batch.thread[index] as number;
    const address = batch.address[index] as number;
    const bytes = batch.bytes[index] as number;
    const stack = batch.stack[index] as number;
    switch (what) {
      case EventKind.heapAllocation:
        this.#objects.born(thread, address, bytes, stack);
        break;
      case EventKind.heapFree:
        this.#objects.collected(address);
        break;
      case GONE:
        this.#forget(this.#blocks.find(batch.address, index));
        break;
      case OTHER + OtherEvent.map: {
        if (bytes === 0) break;
        this.#unmap(address, bytes, false);
        const group = this.#groups.of(batch, index);
        this.#addMapping(address, address + bytes, thread, group);
        break;
      }
      case OTHER + OtherEvent.commit: {
        const group = this.#groups.of(batch, index);
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
      case OTHER + OtherEvent.sampling:
        this.#objects.sampling(thread, bytes);
        if ((stack & 1) !== 0) this.heapLifetimesUnknown = true;
        break;
      case OTHER + OtherEvent.heapEnds:
        this.accounts.heap.set(address, 0);
        this.#objects.end(address);
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
    if (!batch.hasNumbers) this.#forget(blocks.find(batch.address, index));
    const thread = batch.thread[index] as number;
    const bytes = batch.bytes[index] as number;
    const group = batch.group[index] as number;
    const space = this.accounts.groups.space(group);
    blocks.add(batch.address, index, bytes, group, this.#countMade(thread), this.accounts.openWindows);
    this.accounts.give(group, space, bytes, 1, this.accounts.openWindows);
    this.sizes.add(space, bytes);
  }

  /** Freed unseen. -1: nothing is. */
  #forget(slot: number): void {
    const blocks = this.#blocks;
    if (slot < 0) return;
    this.accounts.take(blocks.group(slot), blocks.bytes(slot), 1, blocks.windows(slot));
    blocks.remove(slot);
  }

  /** An allocation that is freed at once, counted as such already: nothing of it stays but perhaps a peak. */
  #pass(batch: EventBatch, index: number): void {
    const thread = batch.thread[index] as number;
    const bytes = batch.bytes[index] as number;
    const group = batch.group[index] as number;
    const space = this.accounts.groups.space(group);
    const windows = this.accounts.openWindows;
    const born = this.#countMade(thread);
    this.sizes.add(space, bytes);
    this.accounts.pass(group, space, bytes, windows);
    this.#noteFreed(batch, index, bytes, group, born, windows, 0);
  }

  #free(batch: EventBatch, index: number): void {
    const blocks = this.#blocks;
    const thread = batch.thread[index] as number;
    if (thread >= this.#made.length) this.#reach(thread);
    const slot = blocks.find(batch.address, index);
    if (slot < 0) {
      this.#freed[thread * FREED_FIELDS] = -1;
      return;
    }
    const group = blocks.group(slot);
    const bytes = blocks.bytes(slot);
    const born = blocks.born(slot);
    const windows = blocks.windows(slot);
    blocks.remove(slot);
    const later = ((this.#made[this.accounts.groups.thread(group)] as number) - born) >>> 0;
    this.#noteFreed(batch, index, bytes, group, born, windows, later);
    this.accounts.countTemporary(group, bytes, 1, later);
    this.accounts.take(group, bytes, 1, windows);
  }

  /** In case that it turns out not to have happened. The thread has a place already. */
  #noteFreed(
    batch: EventBatch,
    index: number,
    bytes: number,
    group: number,
    born: number,
    windows: number,
    later: number,
  ): void {
    const freed = this.#freed;
    const at = (batch.thread[index] as number) * FREED_FIELDS;
    freed[at] = batch.address[index] as number;
    freed[at + 1] = bytes;
    freed[at + 2] = group;
    freed[at + 3] = born;
    freed[at + 4] = windows;
    freed[at + 5] = later;
    freed[at + 6] = this.accounts.openWindows;
  }

  /** The thread's last free did not happen. */
  #restore(thread: number): void {
    this.#reach(thread);
    const at = thread * FREED_FIELDS;
    const [address = -1, bytes = 0, group = 0, born = 0, windows = 0, later = 0, freedAt = 0] = this.#freed.subarray(
      at,
      at + FREED_FIELDS,
    );
    this.#freed[at] = -1;
    // 0 too: no free was told yet.
    if (address <= 0 || this.#blocks.find(this.#key(address), 0) >= 0) return;
    this.#blocks.add(this.#key(address), 0, bytes, group, born, windows);
    this.accounts.countTemporary(group, -bytes, -1, later);
    this.accounts.temporal?.free(group, windows, -bytes, -1, freedAt);
    this.accounts.give(group, this.accounts.groups.space(group), bytes, 1, windows);
  }

  // Mappings.

  #addMapping(start: number, end: number, thread: number, group: number): void {
    const bytes = end - start;
    this.#lastMapping += 1;
    if (this.#lastMapping >= 2 ** 32) throw new Malformed("there are too many mappings");
    this.#pieces.insert(start, end, this.#lastMapping);
    const key = this.#key(this.#lastMapping * 16);
    this.#mappings.add(key, 0, bytes, group, this.#countMade(thread), this.accounts.openWindows);
    this.accounts.countAllocated(group, bytes, 1);
    this.accounts.give(group, this.accounts.groups.space(group), bytes, 1, this.accounts.openWindows);
    this.sizes.add(this.accounts.groups.space(group), bytes);
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
        const later = ((this.#made[this.accounts.groups.thread(group)] as number) - mappings.born(slot)) >>> 0;
        if (isSeen) this.accounts.countTemporary(group, mappings.bytes(slot), 1, later);
        mappings.remove(slot);
        this.accounts.temporal?.forget(removed.mapping);
      } else this.accounts.temporal?.cut(removed.mapping, removed.bytes);
      this.accounts.take(group, removed.bytes, removed.whole ? 1 : 0, windows);
    }
  }

  /** All events were applied: what is alive is told to `temporal`. */
  tellLive(): void {
    const { temporal } = this.accounts;
    if (temporal === undefined) return;
    for (const table of [this.#blocks, this.#mappings]) {
      for (let slot = 0; slot < table.capacity; slot += 1) {
        if (!table.isUsed(slot)) continue;
        const cut = table === this.#mappings ? temporal.cutOf(table.address(slot) / 16) : 0;
        temporal.live(table.group(slot), table.windows(slot), table.bytes(slot) - cut, 1);
      }
    }
    this.#objects.tellLive();
  }

  #key(address: number): Float64Array {
    this.#keys[0] = address;
    return this.#keys;
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
    this.#budget.take((length - this.#made.length) * (4 + 8 * FREED_FIELDS));
    const made = new Uint32Array(length);
    made.set(this.#made);
    this.#made = made;
    const freed = new Float64Array(length * FREED_FIELDS);
    freed.set(this.#freed);
    this.#freed = freed;
  }

  #readLevels(batch: EventBatch, at: number): void {
    this.accounts.setTime(batch.valueAt(at));
    const isolates = batch.valueAt(at + 5);
    let used = 0;
    let committed = 0;
    for (let index = 0; index < isolates; index += 1) {
      const field = at + 6 + 3 * index;
      this.accounts.heap.set(batch.valueAt(field), batch.valueAt(field + 1));
      used += batch.valueAt(field + 1);
      committed += batch.valueAt(field + 2);
    }
    this.timeline.addLevels({
      timeUs: this.accounts.timeUs,
      heapUsed: used,
      heapCommitted: committed,
      buffers: batch.valueAt(at + 2),
      native: batch.valueAt(at + 3),
      engine: batch.valueAt(at + 4),
      rss: batch.valueAt(at + 1),
    });
    this.accounts.tellPeaks();
  }

  #collection(batch: EventBatch, at: number, begins: boolean): void {
    const isolate = batch.valueAt(at + 1);
    const used = batch.valueAt(at + 3);
    this.accounts.setTime(batch.valueAt(at));
    this.accounts.heap.set(isolate, used);
    if (begins) this.accounts.heap.collectionBegins(isolate);
    this.timeline.addCollection(begins, this.accounts.timeUs, isolate, batch.valueAt(at + 2), used);
    this.accounts.tellPeaks();
  }
}
