// Runs a fixture in a Node process of its own, with the counting addon and the probe: what it prints last is JSON.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { counterAddon } from "./counter-addon.js";

export const probeFolder = path.resolve(import.meta.dirname, "../probe/build/Release");

export interface Totals {
  readonly count: number;
  readonly bytes: number;
}

/** What the counting sink counted in one space. */
export interface SpaceCounts {
  readonly allocated: Totals;
  readonly freed: Totals;
  readonly mapped: Totals;
  readonly reserved: Totals;
  readonly liveBytes: number;
  readonly peakBytes: number;
  readonly functions: Readonly<Record<string, Totals>>;
}

export interface Counts {
  readonly buffers: SpaceCounts;
  readonly native: SpaceCounts;
  readonly engine: SpaceCounts;
  /** What the program's own libraries unmapped: not Node, not V8 on whatever thread. */
  readonly unmapped: Totals;
  readonly unmappedByOthers: Totals;
  readonly restored: number;
  readonly heapSamples: number;
  readonly truncated: boolean;
}

/** What the probe says it did. */
export interface Truth {
  readonly count: number;
  readonly bytes: number;
  readonly frees: number;
  readonly peakBytes: number;
  readonly liveBytes: number;
  readonly liveBlocks: number;
  readonly ok: boolean;
}

export interface FixtureOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArguments?: readonly string[];
  readonly arguments?: readonly string[];
}

export interface FixtureRun {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export async function runFixtureRaw(name: string, options: FixtureOptions = {}): Promise<FixtureRun> {
  const counter = await counterAddon();
  const fixture = path.join(import.meta.dirname, "fixtures", name);
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [...(options.nodeArguments ?? []), fixture, ...(options.arguments ?? [])],
    {
      encoding: "utf8",
      timeout: 100_000,
      env: { ...process.env, NODE_OPTIONS: "", ...options.env, COUNTER: counter, PROBE_FOLDER: probeFolder },
    },
  );
  return { status, signal, stdout, stderr };
}

export async function runFixture<Result>(name: string, options: FixtureOptions = {}): Promise<Result> {
  const run = await runFixtureRaw(name, options);
  if (run.status !== 0) {
    throw new Error(`${name} ended with ${run.status ?? run.signal}\n${run.stdout}\n${run.stderr}`);
  }
  const lines = run.stdout.trim().split("\n");
  return JSON.parse(lines.at(-1) ?? "null") as Result;
}
