/**
 * How a test file's observation gets from the process that ran it to the reporter: a file for each, in a folder of the run's
 * own whose name the workers inherit with the environment. Jest's results have no room for it without a test runner of
 * memspec's own, and a file survives the process. Where Jest runs tests in band, the reporter is in the same process, and
 * is given the observation as it is.
 */

import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { FilePayload, LeaksRecord } from "@memspec/core/adapter";

const VARIABLE = "MEMSPEC_JEST_RUN";

/** What was handed over in the process of the reporter. On the global object: a process may load this module twice. */
interface InBand {
  readonly folder: string;
  readonly payloads: Map<string, FilePayload>;
}

const IN_BAND = Symbol.for("memspec.jest.in-band");
const ofThisProcess = globalThis as { [IN_BAND]?: InBand };

/** In the main process, before it starts workers. */
export function openFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "memspec-"));
  process.env[VARIABLE] = folder;
  ofThisProcess[IN_BAND] = { folder, payloads: new Map() };
  return folder;
}

export function closeFolder(folder: string): void {
  if (ofThisProcess[IN_BAND]?.folder === folder) delete ofThisProcess[IN_BAND];
  if (process.env[VARIABLE] === folder) delete process.env[VARIABLE];
  rmSync(folder, { recursive: true, force: true });
}

/** In whatever process runs tests; `undefined`: no reporter of memspec's waits for anything. */
export function findFolder(): string | undefined {
  return process.env[VARIABLE];
}

const SNAPSHOTS = "heapsnapshot";

/** The reporter has options of its own, which the environments cannot know. */
export function sayWhetherSnapshots(folder: string, wanted: boolean): void {
  writeFileSync(path.join(folder, SNAPSHOTS), JSON.stringify(wanted));
}

/** @returns `undefined`: the reporter has no options of its own */
export function wantsSnapshots(folder: string): boolean | undefined {
  try {
    return JSON.parse(readFileSync(path.join(folder, SNAPSHOTS), "utf8")) as boolean;
  } catch {
    return undefined;
  }
}

/** A file may be of several projects. */
export interface FileId {
  /** Of Jest's project configuration. */
  readonly project: string;
  /** Absolute. */
  readonly path: string;
}

/** What cannot be written is missing from the report, which says so; it is no reason to fail a test. */
export function handOver(folder: string, id: FileId, payload: FilePayload): void {
  const place = placeOf(folder, id);
  if (ofThisProcess[IN_BAND]?.folder === folder) {
    ofThisProcess[IN_BAND].payloads.set(place, payload);
    return;
  }
  try {
    writeFileSync(place, JSON.stringify(payload));
  } catch {
    // The folder went with the run.
  }
}

/** @returns `null`: nothing was handed over */
export function takeOver(folder: string, id: FileId): FilePayload | null {
  const place = placeOf(folder, id);
  const inBand = ofThisProcess[IN_BAND];
  const given = inBand?.payloads.get(place);
  if (given !== undefined) {
    inBand?.payloads.delete(place);
    return given;
  }
  try {
    const payload = JSON.parse(readFileSync(place, "utf8")) as FilePayload;
    unlinkSync(place);
    return payload;
  } catch {
    return null;
  }
}

/** A verdict on a file's sandbox comes when the file has long been handed over. */
export interface LateLeaks {
  readonly id: FileId;
  readonly leaks: LeaksRecord;
  readonly failOnLeak: boolean;
}

export function handOverLate(folder: string, late: LateLeaks): void {
  try {
    writeFileSync(placeOf(folder, late.id).replace(/json$/u, LATE), JSON.stringify(late));
  } catch {
    // The folder went with the run.
  }
}

export function takeOverLate(folder: string): readonly LateLeaks[] {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(LATE)) : [];
  return names.sort().map((name) => JSON.parse(readFileSync(path.join(folder, name), "utf8")) as LateLeaks);
}

const LATE = "late-leaks";

function placeOf(folder: string, id: FileId): string {
  return path.join(folder, `${createHash("sha256").update(`${id.project}\n${id.path}`).digest("hex")}.json`);
}
