/** Figures of one process from its events. */

import type { FileHandle } from "node:fs/promises";
import type { CaptureDamage, Peak } from "../model/capture.js";
import type { ChunksEnd } from "./chunks.js";
import { EventBatch } from "./event-batch.js";
import { EventDecoder } from "./event-decoder.js";
import { damageIn, eventPayloads } from "./event-payloads.js";
import type { AmountOf, ProcessFigures } from "./figures.js";
import { Ledger, type LedgerQuestions } from "./ledger.js";
import { createBudget, EVENTS_LIMIT_BYTES, Malformed } from "./malformed.js";
import type { PeakTracker } from "./peak-tracker.js";
import { DEFAULT_THRESHOLD, type Question } from "./questions.js";
import type { RecordedProcess } from "./recorded-process.js";
import { ALL_BITS, HEAP_BIT, OFF_HEAP_BITS } from "./spaces.js";

/** Told the byte of the file up to which it was read. */
export type OnRead = (byte: number) => void;

export interface EventsRead {
  readonly figures: ProcessFigures;
  readonly damage: CaptureDamage | null;
}

/** @param questions those that a process's events can answer: each kind of view, each window in its order */
export async function readEvents(
  file: FileHandle,
  process: RecordedProcess,
  questions: readonly Question[],
  onRead: OnRead,
): Promise<EventsRead> {
  const asked = ledgerQuestions(questions);
  const ledger = new Ledger(asked, {
    budget: createBudget(EVENTS_LIMIT_BYTES),
    pageBytes: process.meta.pageBytes,
    isolateOf: isolateLookUp(process),
  });
  const damage = await applyEvents(file, process, ledger, onRead);
  return { figures: figuresOf(ledger, asked), damage: damage ?? process.damage };
}

async function applyEvents(
  file: FileHandle,
  process: RecordedProcess,
  ledger: Ledger,
  onRead: OnRead,
): Promise<CaptureDamage | null> {
  const decoder = new EventDecoder(process.meta.allocators.length);
  const batch = new EventBatch();
  const ended: ChunksEnd = { damage: null };
  for await (const chunk of eventPayloads(file, process, ended)) {
    if (chunk.payload === null) return damageIn(chunk, "a chunk cannot be inflated");
    const reason = applyPayload(chunk.payload, decoder, batch, ledger);
    if (reason !== null) return damageIn(chunk, reason);
    onRead(chunk.to);
  }
  return ended.damage;
}

/** @returns what is wrong; the records before it were applied */
function applyPayload(payload: Uint8Array, decoder: EventDecoder, batch: EventBatch, ledger: Ledger): string | null {
  decoder.start(payload);
  for (;;) {
    let wrong: string | null = null;
    let more = false;
    try {
      more = decoder.next(batch);
    } catch (error) {
      wrong = reasonOf(error, decoder);
    }
    try {
      ledger.apply(batch);
    } catch (error) {
      return reasonOf(error, decoder);
    }
    if (wrong !== null || !more) return wrong;
  }
}

function reasonOf(error: unknown, decoder: EventDecoder): string {
  if (error instanceof Malformed) return `${error.message} (at or before byte ${decoder.at} of a chunk's events)`;
  throw error;
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
  const trackerOf = (spaces: number): PeakTracker | undefined =>
    [...ledger.levels, ...ledger.peaks].find((tracker) => tracker.spaces === spaces);
  const timeline = ledger.timeline.timeline();
  const hasReadings = ledger.timeline.last !== null || timeline.collections.length > 0;
  return {
    groups: ledger.groups,
    all: (group) => ledger.all(group),
    live: (group) => ledger.live(group),
    atPeak: (spaces) => bound((group, index) => ledger.atPeak(group, index), asked.peaks.indexOf(spaces)),
    temporary: (threshold) =>
      bound((group, index) => ledger.temporary(group, index), asked.thresholds.indexOf(threshold)),
    window: (index) => bound((group, at) => ledger.window(group, at), index),
    peak: (spaces) => peakOf(trackerOf(spaces)),
    highest: (space) => (space === 0 && !hasReadings ? null : (trackerOf(1 << space)?.bytes ?? null)),
    sizes: ledger.sizes,
    missedCount: ledger.missedCount,
    heapLifetimesUnknown: ledger.heapLifetimesUnknown,
    timeUs: ledger.timeUs,
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
