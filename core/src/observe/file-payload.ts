/** From the addon's observation of a file to what is handed to the main process. Pure but for the places it asks for. */

import type { FrameContext } from "../analysis/frames.js";
import { type RawObservation, SPAN } from "../capture/observe-binding.js";
import { type Attempt, decidingAttempts } from "./attempts.js";
import type { FailedTest } from "./failed-tests.js";
import type { BreachRecord, FilePayload, TestPayload } from "./payload.js";
import { figuresRecord, levelsRecord, pointRecords } from "./records.js";
import { createSiteAppender, type SiteAppender } from "./site-appender.js";
import { observedSites } from "./sites.js";

/** Where a test is defined. */
export interface TestPlace {
  /** Its key. */
  readonly test: string;
  /** 0: unknown. */
  readonly line: number;
}

/** What the runner's side knows at the file's end. */
export interface FileFacts {
  readonly attempts: readonly Attempt[];
  /** By the key of the test. */
  readonly breaches: ReadonlyMap<string, readonly BreachRecord[]>;
  /** By the key of the test. */
  readonly failed: ReadonlyMap<string, FailedTest>;
  readonly places: readonly (() => TestPlace)[];
  /** Bodies that ended after their test was over. */
  readonly late: number;
  readonly began: number;
  readonly nativeMissing: string | null;
  readonly pid: number;
  readonly threadId: number;
}

/** How many sites are told of a file, of its modules, of each body. */
const TOLD_SITES = { file: 20, modules: 10, body: 5 };

/** @param raw `null`: there is no addon, and so nothing was observed */
export function filePayload(raw: RawObservation | null, facts: FileFacts, context: FrameContext): FilePayload {
  const common = {
    version: 1,
    pid: facts.pid,
    threadId: facts.threadId,
    began: raw?.beganWallMs ?? facts.began,
    node: process.versions.node,
    nativeMissing: facts.nativeMissing,
  } as const;
  const peakOf = (body: number): number => raw?.bodies[body * SPAN.length + SPAN.totalPeak] ?? 0;
  const deciding = decidingAttempts(facts.attempts, peakOf);
  if (raw === null) {
    const tables = createSiteAppender({ frames: [], stacks: [] });
    return {
      ...common,
      ...{ figures: null, modules: null, hooks: null, baseline: null, end: null, timeline: [] },
      ...{ sites: [], moduleSites: [], notes: [] },
      tests: testPayloads(deciding, facts, tables, () => ({})),
      frames: tables.frames,
      stacks: tables.stacks,
    };
  }
  const { offHeap } = raw;
  const wanted = new Set([...deciding.values()].map(({ body }) => body));
  const sites = observedSites(raw, context, TOLD_SITES, (body) => wanted.has(body));
  const tables = createSiteAppender(sites);
  const record = (numbers: Float64Array | null): FilePayload["figures"] =>
    numbers === null ? null : figuresRecord(numbers, 0, offHeap);
  return {
    ...common,
    figures: record(raw.file),
    modules: record(raw.modules),
    hooks: record(raw.hooks),
    baseline: levelsRecord(raw.baseline, 0, offHeap),
    end: levelsRecord(raw.end, 0, offHeap),
    timeline: pointRecords(raw.timeline, offHeap),
    sites: sites.file,
    moduleSites: sites.modules,
    tests: testPayloads(deciding, facts, tables, (body) => {
      const at = body * SPAN.length;
      if (at >= raw.bodies.length) return {};
      const figures = figuresRecord(raw.bodies, at, offHeap);
      const own = sites.bodies.get(body);
      return own === undefined || own.length === 0 ? { figures } : { figures, sites: own };
    }),
    frames: tables.frames,
    stacks: tables.stacks,
    notes: notesOn(raw, facts),
  };
}

function testPayloads(
  deciding: ReadonlyMap<string, Attempt>,
  facts: FileFacts,
  tables: SiteAppender,
  ofBody: (body: number) => TestPayload,
): Record<string, TestPayload> {
  // Written field by field: there may be ten thousand, and a copy for each field shows.
  const tests: Record<string, { -readonly [Field in keyof TestPayload]: TestPayload[Field] }> = {};
  for (const [test, { body, timedOut }] of deciding) {
    if (timedOut) tests[test] = { unattributed: "timed-out" };
    else tests[test] = body === null ? { unattributed: "concurrent" } : ofBody(body);
  }
  for (const [test, breaches] of facts.breaches) tests[test] = { ...tests[test], breaches };
  for (const [test, { sites, snapshot }] of facts.failed) {
    const failed = { sites: tables.add(sites), ...(snapshot === null ? {} : { snapshot }) };
    tests[test] = { ...tests[test], failed };
  }
  for (const place of facts.places) {
    const { test, line } = place();
    if (line <= 0) continue;
    const known = tests[test];
    if (known === undefined) tests[test] = { line };
    else known.line = line;
  }
  return tests;
}

function notesOn(raw: RawObservation, { late }: FileFacts): readonly string[] {
  const { bodiesDropped, samplesDropped, heapSamplesDropped } = raw.truncated;
  const notes: string[] = [];
  const bodies = (count: number): string => (count === 1 ? "The body of one test" : `The bodies of ${count} tests`);
  if (late > 0) {
    notes.push(`${bodies(late)} ran on after a timeout: what they did then counts for the tests that followed.`);
  }
  if (raw.heapSampler === "taken") notes.push("Heap sites are unknown: another heap profiler was running.");
  if (heapSamplesDropped > 0) {
    notes.push(
      `Heap sites are incomplete: in ${heapSamplesDropped} spans the sampler served a measurement of the tests' own.`,
    );
  }
  if (samplesDropped > 0) notes.push(`Sites are incomplete: there was no room for ${samplesDropped} samples.`);
  if (bodiesDropped > 0) notes.push(`There was no room for the figures of ${bodiesDropped} bodies.`);
  return notes;
}
