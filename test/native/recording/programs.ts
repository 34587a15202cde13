/** Programs that run in a process of their own while they are recorded, and what their files say. */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll } from "vitest";
import type { PreloadOptions } from "../../../core/src/capture-files/recording/preload.js";
import type { Capture, CaptureRecord, CaptureView } from "../../../core/src/captures.js";

const root = path.resolve(import.meta.dirname, "../../..");

export interface Program {
  readonly name: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArguments?: readonly string[];
}

/** A folder for captures, for as long as the test file runs. */
export function captureFolder(): (name: string) => string {
  const folder = mkdtempSync(path.join(tmpdir(), "memspec-truth-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return (name) => path.join(folder, name);
}

function command({ name, env, nodeArguments = [] }: Program, options: PreloadOptions) {
  const preload = path.join(root, "core/dist/cjs/record.js");
  return {
    args: [...nodeArguments, "--require", preload, path.join(import.meta.dirname, "fixtures", name)],
    env: {
      ...process.env,
      ...env,
      NODE_OPTIONS: "",
      MEMSPEC_RECORD: JSON.stringify(options),
      PROBE_FOLDER: path.join(root, "test/native/probe/build/Release"),
    },
  };
}

/** Runs it to its end. */
export function record(program: Program, options: PreloadOptions) {
  const { args, env } = command(program, options);
  const run = spawnSync(process.execPath, args, { encoding: "utf8", env, timeout: 100_000 });
  return { code: run.status, signal: run.signal, stdout: run.stdout, stderr: run.stderr };
}

/** Its last line, JSON. */
export function recordedTruth<Truth>(program: Program, options: PreloadOptions): Truth {
  const run = record(program, options);
  if (run.code !== 0)
    throw new Error(`${program.name} ended with ${run.code ?? run.signal}\n${run.stdout}\n${run.stderr}`);
  return JSON.parse(run.stdout.trim().split("\n").at(-1) ?? "null") as Truth;
}

/** Kills it so many milliseconds after it has begun, that is, printed something. */
export async function killed(program: Program, options: PreloadOptions, afterMs: number): Promise<void> {
  const { args, env } = command(program, options);
  const child: ChildProcess = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve) => child.stdout?.once("data", resolve));
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}

export async function recordsOf(capture: Capture): Promise<CaptureRecord[]> {
  const records: CaptureRecord[] = [];
  for await (const record of capture.records()) records.push(record);
  return records;
}

/** Sizes of blocks of the sequence that `sequence.cjs` makes, in the order of the file. */
export async function sequenceIn(capture: Capture): Promise<number[]> {
  const sizes: number[] = [];
  for await (const record of capture.records()) {
    if (record.type === "allocation" && record.space === "native" && record.bytes >= 500_000) sizes.push(record.bytes);
  }
  return sizes;
}

/** Whether the sizes are what the program allocates first, without a hole. */
export function isPrefix(sizes: readonly number[]): boolean {
  return sizes.every((bytes, i) => bytes === 500_000 + i);
}

export interface Sum {
  readonly bytes: number;
  readonly count: number;
}

/** What a view says of the allocations that the probe asked for itself, by allocator. */
export function ofProbe(view: CaptureView, isProbe: (node: number) => boolean): Record<string, Sum> {
  const sums: Record<string, Sum> = {};
  for (const { node, allocator, bytes, count } of view.rows) {
    if (!isProbe(node)) continue;
    const sum = sums[allocator] ?? { bytes: 0, count: 0 };
    sums[allocator] = { bytes: sum.bytes + bytes, count: sum.count + count };
  }
  return sums;
}
