/** Reports of runs that nobody ran: the same seed gives the same report. Data for whatever reads reports. */

import type { SourceFrame } from "../../../core/src/capture/measurement.js";
import type {
  FileReport,
  RunFigures,
  RunReport,
  RunSite,
  TestReport,
  TimelinePoint,
} from "../../../core/src/runs/run-report.js";
import { sampleDeath, sampleLeak } from "./sample-leaks.js";
import { createStacks, type Stacks } from "./sample-stacks.js";

export interface SampleOptions {
  readonly files: number;
  readonly testsPerFile: number;
  readonly seed?: number;
  /** Every n-th file leaks, dies; every n-th test breaks a limit. 0: none. Defaults 5, 0, 29. */
  readonly leakEvery?: number;
  readonly deathEvery?: number;
  readonly breachEvery?: number;
  /** Readings of each file's timeline; default 12. */
  readonly readings?: number;
  /** Without the addon: no native memory, no sites with stacks below lines. */
  readonly fallback?: boolean;
}

/** Mulberry32: numbers from 0 to 1. */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const FOLDERS = ["parser", "store", "http", "render", "jobs", "auth"] as const;
const SUBJECTS = ["reader", "cache", "session", "table", "stream", "codec", "router", "queue"] as const;
const CLAIMS = [
  "keeps the order of its entries",
  "reads a whole file",
  "gives back what it was given",
  "refuses an empty name",
  "ends when its source ends",
  "survives a broken record",
  "works on a copy",
] as const;

export type Chance = () => number;

function pick<T>(list: readonly T[], random: Chance): T {
  return list[Math.floor(random() * list.length)] as T;
}

/** Many small, few large. */
function bytes(random: Chance, largest: number): number {
  return Math.round(random() ** 4 * largest);
}

function figures(random: Chance, scale: number, fallback = false): RunFigures {
  const space = (share: number) => {
    const allocatedBytes = bytes(random, scale * share);
    const peakBytes = Math.round(allocatedBytes * (0.3 + random() * 0.7));
    return { allocatedBytes, peakBytes, netBytes: Math.round(peakBytes * (random() - 0.3)) };
  };
  const heap = space(1);
  const buffers = space(0.6);
  const native = fallback ? { allocatedBytes: null, peakBytes: null, netBytes: null } : space(0.3);
  const sum = (key: "allocatedBytes" | "peakBytes" | "netBytes") =>
    (heap[key] ?? 0) + (buffers[key] ?? 0) + (native[key] ?? 0);
  const majorCount = Math.floor(random() * 3);
  return {
    durationMs: Math.round(random() * 4000) / 10,
    total: {
      allocatedBytes: sum("allocatedBytes"),
      peakBytes: Math.round(sum("peakBytes") * 0.9),
      netBytes: sum("netBytes"),
      peakErrorBytes: random() < 0.8 ? 0 : 2048,
    },
    heap,
    buffers,
    native,
    gc: { count: majorCount + Math.floor(random() * 5), majorCount, durationMs: Math.round(random() * 90) / 10 },
  };
}

/** Sites that share what a span allocated. */
function sitesOf(span: RunFigures, stacks: Stacks, most: number, random: Chance): readonly RunSite[] {
  const count = Math.floor(random() * (most + 1));
  const sites = Array.from({ length: count }, (_, index): RunSite => {
    const space = pick(
      span.native.allocatedBytes === null ? (["heap", "buffers"] as const) : (["heap", "buffers", "native"] as const),
      random,
    );
    const share = Math.round((span[space].allocatedBytes ?? 0) / (index + 2));
    return {
      space,
      stack: stacks.any(random),
      bytes: share,
      count: Math.ceil(share / 512),
      estimated: true,
      peakBytes: space === "heap" ? null : Math.round(share * random()),
    };
  });
  return sites.filter((site) => site.bytes > 0).sort((a, b) => b.bytes - a.bytes);
}

/** Levels that rise and fall in steps, with a collection now and then. */
function timelineOf(startMs: number, durationMs: number, readings: number, random: Chance): readonly TimelinePoint[] {
  let heap = 8_000_000 + random() * 4_000_000;
  let buffers = 200_000;
  return Array.from({ length: readings }, (_, index) => {
    const collected = index > 0 && random() < 0.25;
    heap = collected ? heap * 0.6 : heap + random() * 6_000_000;
    buffers = Math.max(0, buffers + (random() - 0.45) * 4_000_000);
    return {
      ms: Math.round(startMs + (durationMs * index) / Math.max(1, readings - 1)),
      gc: collected ? (random() < 0.4 ? "major" : "minor") : null,
      heapBytes: Math.round(heap),
      buffersBytes: Math.round(buffers),
      nativeBytes: Math.round(1_500_000 + random() * 400_000),
      rssBytes: Math.round(60_000_000 + heap * 1.3 + buffers),
    };
  });
}

function testOf(index: number, context: FileContext): TestReport {
  const { random, options, stacks } = context;
  const skipped = random() < 0.03;
  const span = skipped ? null : figures(random, 40_000_000, options.fallback);
  const concurrent = !skipped && random() < 0.02;
  const breaks =
    options.breachEvery > 0 && context.firstTest + index > 0 && (context.firstTest + index) % options.breachEvery === 0;
  const limitBytes = 1_000_000;
  const breach = breaks && span !== null && !concurrent;
  return {
    name: [
      `${context.subject}`,
      `when ${pick(FOLDERS, random)} is ${index % 2 === 0 ? "empty" : "full"}`,
      `${pick(CLAIMS, random)} (${index + 1})`,
    ],
    line: 10 + index * 7,
    column: 3,
    state: skipped ? "skipped" : breach ? "failed" : random() < 0.01 ? "failed" : "passed",
    retries: random() < 0.02 ? 1 : 0,
    repeats: 0,
    durationMs: skipped ? null : (span?.durationMs ?? null),
    figures: concurrent ? null : span,
    unattributed: concurrent ? "concurrent" : null,
    sites: span === null || concurrent ? [] : sitesOf(span, stacks, 4, random),
    breaches: breach
      ? [
          {
            figure: "peak",
            space: "total",
            limitBytes,
            actualBytes: limitBytes + 1 + bytes(random, 90_000_000),
            source: "limitMemory",
          },
        ]
      : [],
    leaks: null,
  };
}

interface FileContext {
  readonly random: Chance;
  readonly options: Required<SampleOptions>;
  readonly stacks: Stacks;
  readonly subject: string;
  readonly firstTest: number;
}

function fileOf(
  index: number,
  random: Chance,
  options: Required<SampleOptions>,
  stacks: Stacks,
  clock: number[],
): FileReport {
  const every = (n: number): boolean => n > 0 && index % n === n - 1;
  const subject = SUBJECTS[index % SUBJECTS.length] ?? "";
  const path = `test/${FOLDERS[index % FOLDERS.length]}/${subject}-${index + 1}.test.ts`;
  const context: FileContext = { random, options, stacks, subject, firstTest: index * options.testsPerFile };
  const tests = Array.from({ length: options.testsPerFile }, (_, test) => testOf(test, context));
  const died = every(options.deathEvery);
  const span = figures(random, 160_000_000, options.fallback);
  const modules = figures(random, 12_000_000, options.fallback);
  const worker = index % 2;
  const startedMs = clock[worker] ?? 0;
  const durationMs = Math.round(200 + random() * 1800);
  clock[worker] = startedMs + durationMs + 5;
  const timeline = timelineOf(startedMs, durationMs, options.readings, random);
  const first = timeline[0];
  const leaks = options.leakEvery === 0 ? null : every(options.leakEvery) ? sampleLeak(subject, stacks) : CLEAN;
  const lastTest = tests.at(-1);
  return {
    path,
    project: null,
    state: died ? "died" : tests.some((test) => test.state === "failed") ? "failed" : "passed",
    worker: { pid: 4100 + worker, threadId: 0 },
    startedMs,
    durationMs,
    figures: died ? null : span,
    modules,
    hooks: figures(random, 2_000_000, options.fallback),
    baseline:
      first === undefined
        ? null
        : {
            heapBytes: first.heapBytes,
            buffersBytes: first.buffersBytes,
            nativeBytes: first.nativeBytes,
            rssBytes: first.rssBytes,
          },
    left: { heapBytes: 1_200_000, buffersBytes: -3000, nativeBytes: 4096, rssBytes: null },
    sites: sitesOf(span, stacks, 12, random),
    moduleSites: sitesOf(modules, stacks, 4, random),
    tests: died && lastTest !== undefined ? [...tests.slice(0, -1), diedIn(lastTest)] : tests,
    leaks: died ? null : leaks,
    death: died ? sampleDeath(lastTest?.name ?? null, timeline.at(-1) ?? null, sitesOf(span, stacks, 3, random)) : null,
    timeline,
    notes: [],
  };
}

function diedIn(test: TestReport): TestReport {
  return { ...test, state: "died", durationMs: null, figures: null, unattributed: "died", sites: [], breaches: [] };
}

const CLEAN = { verdict: "clean", reason: null, groups: [], ignored: [] } as const;

export function sampleRun(given: SampleOptions): RunReport {
  const options = { seed: 1, leakEvery: 5, deathEvery: 0, breachEvery: 29, readings: 12, fallback: false, ...given };
  const random = chance(options.seed);
  const stacks = createStacks();
  const clock = [300, 340];
  const files = Array.from({ length: options.files }, (_, index) => fileOf(index, random, options, stacks, clock));
  const byPath = files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    schema: "memspec-run",
    version: 1,
    memspec: "0.1.0",
    runner: { name: "vitest", version: "4.1.12" },
    machine: {
      platform: "linux",
      arch: "x64",
      node: "20.20.2",
      native: options.fallback
        ? { available: false, reason: "there is no addon for this platform" }
        : { available: true },
      ci: false,
    },
    startedAt: "2026-03-01T10:00:00.000Z",
    durationMs: Math.max(...clock),
    shards: [],
    frames: stacks.frames as readonly SourceFrame[],
    stacks: stacks.stacks,
    files: byPath,
    notes: [],
  };
}
