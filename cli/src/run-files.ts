/** Which files came of a recording, and what is said of each. Loaded while the program runs: it does not wait for what reads captures. */

import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isMemspecError } from "@memspec/core";
import { type CaptureInfo, compressCapture, openCapture } from "@memspec/core/captures";
import type { RecordedCapture } from "@memspec/core/reports";
import { withProgress } from "./progress.js";
import { PROCESS_ID, type RecordingChoice } from "./run-recording.js";

interface RecordedFile {
  readonly path: string;
  readonly info: CaptureInfo;
}

/** Files that this command's processes wrote, the first process's first. */
export async function recordedFiles(choice: RecordingChoice, sinceMs: number): Promise<readonly RecordedFile[]> {
  const found: RecordedFile[] = [];
  for (const file of candidates(choice.file)) {
    if ((statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) < sinceMs) continue;
    const info = await infoOf(file);
    if (info?.meta.run === choice.run) found.push({ path: file, info });
  }
  return found.sort((a, b) => (a.info.meta.startedAt < b.info.meta.startedAt ? -1 : 1));
}

function candidates(pattern: string): readonly string[] {
  const folder = path.dirname(pattern);
  const [before, ...after] = path.basename(pattern).split(PROCESS_ID);
  if (before === undefined || after.length === 0) return existsSync(pattern) ? [pattern] : [];
  const end = after.join(PROCESS_ID);
  return readdirSync(folder)
    .filter((name) => name.startsWith(before) && name.endsWith(end))
    .map((name) => path.join(folder, name));
}

/** `null`: what is there is no capture that can be read; others' files are no affair of ours. */
async function infoOf(file: string): Promise<CaptureInfo | null> {
  try {
    return (await openCapture(file)).info;
  } catch {
    return null;
  }
}

const LOOK_MS = 25;

/**
 * Compresses the capture of a program that is running, as it is written, on a processor that the program may leave free. Of several processes
 * none: they would be too many for that.
 *
 * @param ended settles when the program has ended
 * @returns what is compressed; `null`: nothing is
 */
export async function compressMeanwhile(
  choice: RecordingChoice,
  sinceMs: number,
  ended: Promise<unknown>,
): Promise<RecordedFile | null> {
  if (choice.follow) return null;
  let isRunning = true;
  const settled = ended
    .catch(() => undefined)
    .then(() => {
      isRunning = false;
    });
  while (isRunning) {
    const [recorded] = await recordedFiles(choice, sinceMs);
    // Why it could not be done is told by the one that is made in the end.
    if (recorded !== undefined)
      return compressCapture(recorded.path, { written: settled }).then(
        () => recorded,
        () => null,
      );
    // The program itself keeps this process alive.
    await Promise.race([settled, delay(LOOK_MS, undefined, { ref: false })]);
  }
  return null;
}

/** Compresses a file, unless that is done, and reads what is said of it. The program has run: what goes wrong here is told, and changes no exit code. */
export async function finish(
  { path: file, info }: RecordedFile,
  { isCompressed, quiet }: { readonly isCompressed: boolean; readonly quiet: boolean },
): Promise<RecordedCapture> {
  const name = path.relative(process.cwd(), file);
  const known = { name, info };
  try {
    if (!isCompressed) await withProgress(`compressing ${name}`, (onProgress) => compressCapture(file, { onProgress }));
    if (quiet) return { ...known, bytes: statSync(file).size, statistics: null, problem: "" };
    const capture = await openCapture(file);
    const { statistics } = await withProgress(`reading ${name}`, (onProgress) =>
      capture.read({ views: [], onProgress }),
    );
    return { name, info: capture.info, bytes: capture.info.bytes, statistics, problem: "" };
  } catch (error) {
    const problem = isMemspecError(error) ? (error.message.split("\n")[0] ?? "") : String(error);
    if (quiet) process.stderr.write(`memspec: ${problem}\n`);
    return { ...known, bytes: info.bytes, statistics: null, problem };
  }
}
