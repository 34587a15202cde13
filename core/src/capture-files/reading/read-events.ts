/** Figures of one process from its events. */

import type { FileHandle } from "node:fs/promises";
import type { CaptureDamage, Peak } from "../model/capture.js";
import type { LedgerQuestions } from "./accounts.js";
import type { ChunksEnd } from "./chunks.js";
import { EventBatch } from "./event-batch.js";
import { damageIn, type EventPayload, eventPayloads } from "./event-payloads.js";
import { EventSource } from "./event-source.js";
import type { AmountOf, ProcessFigures } from "./figures.js";
import { Ledger } from "./ledger.js";
import { type Budget, createBudget, EVENTS_LIMIT_BYTES } from "./malformed.js";
import type { PeakTracker } from "./peak-tracker.js";
import { DEFAULT_THRESHOLD, type Question } from "./questions.js";
import type { RecordedProcess } from "./recorded-process.js";
import { ALL_BITS, HEAP_BIT, OFF_HEAP_BITS } from "./spaces.js";
import { TemporalCells, type TemporalLimits } from "./temporal-cells.js";

/** Told the byte of the file up to which it was read. */
export type OnRead = (byte: number) => void;

export interface EventsRead {
  readonly figures: ProcessFigures;
  readonly damage: CaptureDamage | null;
  /** Where it was asked for. */
  readonly temporal?: TemporalCells | undefined;
}

/** @param questions those that a process's events can answer: each kind of view, each window in its order */
export async function readEvents(
  file: FileHandle,
  process: RecordedProcess,
  questions: readonly Question[],
  onRead: OnRead,
  temporalLimits?: TemporalLimits,
): Promise<EventsRead> {
  const asked = ledgerQuestions(questions);
  const budget = createBudget(EVENTS_LIMIT_BYTES);
  const temporal = temporalLimits === undefined ? undefined : new TemporalCells(temporalLimits, budget);
  const ledger = new Ledger(asked, {
    budget,
    temporal,
    pageBytes: process.meta.pageBytes,
    isolateOf: isolateLookUp(process),
  });
  const damage = await applyEvents(file, process, ledger, budget, onRead);
  ledger.tellLive();
  return { figures: figuresOf(ledger, asked), damage: damage ?? process.damage, temporal };
}

async function applyEvents(
  file: FileHandle,
  process: RecordedProcess,
  ledger: Ledger,
  budget: Budget,
  onRead: OnRead,
): Promise<CaptureDamage | null> {
  // Numbers are as good as addresses, and nearer to each other; but what is not packed has none.
  const source = new EventSource(process, process.hasPlainEvents ? "addresses" : "numbers", budget);
  const batch = new EventBatch();
  const ended: ChunksEnd = { damage: null };
  for await (const chunk of eventPayloads(file, process, ended)) {
    const reason = applyChunk(chunk, source, batch, ledger);
    if (reason !== null) return damageIn(chunk, reason);
    onRead(chunk.to);
  }
  return ended.damage;
}

/** @returns what is wrong; the records before it were applied */
function applyChunk(chunk: EventPayload, source: EventSource, batch: EventBatch, ledger: Ledger): string | null {
  try {
    source.start(chunk);
  } catch (error) {
    return source.reasonOf(error);
  }
  for (;;) {
    let wrong: string | null = null;
    let more = false;
    try {
      more = source.next(batch);
    } catch (error) {
      wrong = source.reasonOf(error);
    }
    try {
      ledger.apply(batch);
    } catch (error) {
      return source.reasonOf(error);
    }
    if (wrong !== null || !more) return wrong;
  }
}

/** Threads are few and small numbers: an array is asked once for each object of the heap. */
function isolateLookUp({ definitions }: RecordedProcess): (thread: number) => number {
  const isolates: number[] = [];
  for (const [thread, { isolate }] of definitions.threads) isolates[thread] = isolate;
  return (thread) => isolates[thread] ?? 0;
}

function ledgerQuestions(questions: readonly Question[]): LedgerQuestions {
  const of = (kind: Question["kind"]) => questions.filter((question) => question.kind === kind);
  return {
    peaks: unique(of("peak").map(({ spaceBits }) => spaceBits)),
    levels: [ALL_BITS, OFF_HEAP_BITS, HEAP_BIT, 2, 4],
    thresholds: unique([DEFAULT_THRESHOLD, ...of("temporary").map(({ threshold }) => threshold)]),
    windows: of("window").map(({ fromUs, toUs }) => ({ fromUs, toUs })),
  };
}

function unique(values: readonly number[]): readonly number[] {
  return [...new Set(values)];
}

function figuresOf(ledger: Ledger, asked: LedgerQuestions): ProcessFigures {
  const { accounts } = ledger;
  const trackerOf = (spaces: number): PeakTracker | undefined =>
    [...accounts.levels, ...accounts.peaks].find((tracker) => tracker.spaces === spaces);
  const timeline = ledger.timeline.timeline();
  const hasReadings = ledger.timeline.last !== null || timeline.collections.length > 0;
  return {
    groups: accounts.groups,
    all: (group) => accounts.all(group),
    live: (group) => accounts.live(group),
    atPeak: (spaces) => bound((group, index) => accounts.atPeak(group, index), asked.peaks.indexOf(spaces)),
    temporary: (threshold) =>
      bound((group, index) => accounts.temporary(group, index), asked.thresholds.indexOf(threshold)),
    window: (index) => bound((group, at) => accounts.window(group, at), index),
    peak: (spaces) => peakOf(trackerOf(spaces)),
    highest: (space) => (space === 0 && !hasReadings ? null : (trackerOf(1 << space)?.bytes ?? null)),
    sizes: ledger.sizes,
    missedCount: ledger.missedCount,
    heapLifetimesUnknown: ledger.heapLifetimesUnknown,
    timeUs: accounts.timeUs,
    timeline,
  };
}

function bound(amount: (group: number, index: number) => ReturnType<AmountOf>, index: number): AmountOf {
  return (group) => amount(group, index);
}

function peakOf(tracker: PeakTracker | undefined): Peak {
  return {
    timeUs: tracker?.timeUs ?? 0,
    heapBytes: tracker?.heapBytes ?? 0,
    buffersBytes: tracker?.buffersBytes ?? 0,
    nativeBytes: tracker?.nativeBytes ?? 0,
  };
}
