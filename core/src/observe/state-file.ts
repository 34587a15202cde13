/**
 * The small file by which a worker that died still says what it was doing: made before a test file runs, kept up to date by
 * plain stores of the addon (native/capture/state_file.h has the layout), read by the main process. Behind the addon's part
 * stands, as JSON, which file it is about.
 */

import { readdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { FindSourceMap } from "../analysis/runner-maps.js";
import type { FileCapture } from "./file-capture.js";
import { type LastSites, readLastSites, SITES_SUFFIX } from "./last-sites.js";

/** Which test file a worker runs, and where. */
export interface StateHeader {
  /** Absolute. */
  readonly file: string;
  readonly project: string | null;
  readonly pid: number;
  readonly threadId: number;
  /** Since 1970, in ms. */
  readonly began: number;
  /** Absent: nothing is recorded. */
  readonly capture?: FileCapture;
}

export interface WorkerState extends StateHeader {
  /** Names of the test that ran; `null`: none did. */
  readonly test: readonly string[] | null;
  /** `null`: no level was read. */
  readonly last: {
    readonly at: number;
    readonly heapBytes: number;
    readonly buffersBytes: number;
    readonly nativeBytes: number;
    readonly rssBytes: number | null;
    readonly gc: "minor" | "major" | null;
  } | null;
  /** V8 was about to give up. */
  readonly nearHeapLimit: boolean;
  /** The hard cap that was exceeded; `null`: none was. */
  readonly cap: { readonly of: "total" | "rss"; readonly bytes: number } | null;
  /** What allocated most in the span that ran; `null`: not known. */
  readonly sites: LastSites | null;
}

const ADDON_BYTES = 4096;
const NAME_AT = 64;
const SUFFIX = ".memspec-state";

/** @returns the path of the file, for `ObservePlan.stateFile`; "" when it cannot be written */
export function makeStateFile(folder: string, header: StateHeader): string {
  const name = path.join(folder, `${header.pid}-${header.threadId}-${Math.round(header.began * 1000)}${SUFFIX}`);
  try {
    writeFileSync(name, Buffer.concat([Buffer.alloc(ADDON_BYTES), Buffer.from(JSON.stringify(header))]));
    return name;
  } catch {
    return "";
  }
}

/** The file was finished: there is nothing to tell. */
export function removeStateFile(file: string): void {
  if (file === "") return;
  removeIfThere(`${file}${SITES_SUFFIX}`);
  removeIfThere(file);
}

/** `rmSync` loads modules of Node's first: ten milliseconds in every worker. */
function removeIfThere(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // Never written, or the folder went with the run.
  }
}

/**
 * What the files in a folder say: one for each test file that was begun and not finished.
 *
 * @param runnerMap source maps that the runner keeps beside the code
 */
export function readStateFiles(folder: string, runnerMap?: FindSourceMap): readonly WorkerState[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith(SUFFIX));
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    try {
      const file = path.join(folder, name);
      return parseStateFile(readFileSync(file), () => readLastSites(file, runnerMap));
    } catch {
      // A worker may take its file away at any moment.
      return [];
    }
  });
}

/** @returns nothing for what is no such file */
export function parseStateFile(bytes: Buffer, sites: () => LastSites | null = () => null): readonly WorkerState[] {
  if (bytes.length <= ADDON_BYTES) return [];
  const header = JSON.parse(bytes.toString("utf8", ADDON_BYTES)) as StateHeader;
  const told = bytes.toString("latin1", 0, 4) === "MSPC";
  const length = bytes.readUInt32LE(4);
  const rss = bytes.readDoubleLE(40);
  const collection = bytes.readUInt32LE(48);
  const flags = bytes.readUInt32LE(52);
  return [
    {
      ...header,
      test: told && length > 0 ? bytes.toString("utf8", NAME_AT, NAME_AT + length).split("\u0000") : null,
      last: told
        ? {
            at: bytes.readDoubleLE(8),
            heapBytes: Math.round(bytes.readDoubleLE(16)),
            buffersBytes: Math.round(bytes.readDoubleLE(24)),
            nativeBytes: Math.round(bytes.readDoubleLE(32)),
            rssBytes: rss === 0 ? null : rss,
            gc: collection === 0 ? null : collection === 1 ? "minor" : "major",
          }
        : null,
      nearHeapLimit: (flags & 1) !== 0,
      cap: (flags & 6) === 0 ? null : { of: (flags & 2) !== 0 ? "total" : "rss", bytes: bytes.readDoubleLE(56) },
      sites: sites(),
    },
  ];
}
