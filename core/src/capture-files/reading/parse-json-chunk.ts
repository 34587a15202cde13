/** The JSON chunks of a file, checked. Keys that are not known are passed over; keys that a minor version brought may be missing. */

import type { CaptureEnd, CaptureMeta } from "../format/format.js";
import { Malformed } from "./malformed.js";

const DEFAULT_PAGE_BYTES = 4096;
const MAX_PAGE_BYTES = 2 ** 30;
const MAX_ALLOCATORS = 256;

type Json = Readonly<Record<string, unknown>>;

/** @throws Malformed */
export function parseMeta(payload: Uint8Array): CaptureMeta {
  const meta = parseObject(payload, "the description of the recording");
  const process = objectOf(meta, "process");
  const contents = meta["contents"];
  if (contents !== "all" && contents !== "sums") throw wrong("contents");
  const allocators = textsOf(meta, "allocators");
  if (allocators.length === 0 || allocators.length > MAX_ALLOCATORS) throw wrong("allocators");
  return {
    contents,
    nativeStacks: meta["nativeStacks"] === true,
    heapInterval: numberOf(meta, "heapInterval"),
    timelineIntervalMs: numberOf(meta, "timelineIntervalMs"),
    pageBytes: pageBytesOf(meta["pageBytes"]),
    allocators,
    startedAt: textOf(meta, "startedAt"),
    process: {
      pid: numberOf(process, "pid"),
      parentPid: numberOf(process, "parentPid"),
      argv: textsOf(process, "argv"),
      execArgv: textsOf(process, "execArgv"),
      cwd: textOf(process, "cwd"),
      node: textOf(process, "node"),
      v8: textOf(process, "v8"),
      platform: textOf(process, "platform"),
      architecture: textOf(process, "architecture"),
    },
    memspec: textOf(meta, "memspec"),
    notes: textsOf(meta, "notes"),
    run: typeof meta["run"] === "string" ? meta["run"] : null,
  };
}

const REASONS: readonly string[] = ["exit", "stop", "full", "slow"] satisfies readonly CaptureEnd["reason"][];

/** @throws Malformed */
export function parseEnd(payload: Uint8Array): CaptureEnd {
  const end = parseObject(payload, "the recording's end");
  const dropped = objectOf(end, "dropped");
  const { reason, exitCode } = end;
  if (typeof reason !== "string" || !REASONS.includes(reason)) throw wrong("reason");
  return {
    time: numberOf(end, "time"),
    reason: reason as CaptureEnd["reason"],
    detail: typeof end["detail"] === "string" ? end["detail"] : "",
    exitCode: typeof exitCode === "number" ? exitCode : null,
    dropped: {
      stacks: numberOf(dropped, "stacks"),
      blocks: numberOf(dropped, "blocks"),
      unknownFrees: numberOf(dropped, "unknownFrees"),
      bytes: numberOf(dropped, "bytes"),
    },
  };
}

function parseObject(payload: Uint8Array, what: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(payload).toString("utf8"));
  } catch {
    throw new Malformed(`${what} is no JSON`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Malformed(`${what} is no object`);
  return value as Json;
}

function wrong(key: string): Malformed {
  return new Malformed(`"${key}" is missing or wrong`);
}

function objectOf(json: Json, key: string): Json {
  const value = json[key];
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong(key);
  return value as Json;
}

function textOf(json: Json, key: string): string {
  const value = json[key];
  if (typeof value !== "string") throw wrong(key);
  return value;
}

function textsOf(json: Json, key: string): readonly string[] {
  const value = json[key];
  if (!Array.isArray(value) || !value.every((text) => typeof text === "string")) throw wrong(key);
  return value;
}

function numberOf(json: Json, key: string): number {
  const value = json[key];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw wrong(key);
  return value;
}

function pageBytesOf(value: unknown): number {
  if (value === undefined) return DEFAULT_PAGE_BYTES;
  const isPower =
    typeof value === "number" &&
    value >= DEFAULT_PAGE_BYTES &&
    value <= MAX_PAGE_BYTES &&
    Number.isInteger(Math.log2(value));
  if (!isPower) throw wrong("pageBytes");
  return value;
}
