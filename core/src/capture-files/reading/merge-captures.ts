/** Several captures of one run as one file: their chunks, one process behind the other. */

import { randomUUID } from "node:crypto";
import { type FileHandle, link, open, rename, rm } from "node:fs/promises";
import { MemspecError } from "../../errors/memspec-error.js";
import { CAPTURE_MAGIC, CAPTURE_MAJOR, CAPTURE_MINOR, FILE_HEADER_BYTES } from "../format/format.js";
import type { CaptureInfo } from "../model/capture.js";
import { systemReason } from "./capture-errors.js";
import { withCaptureFile } from "./chunks.js";
import { findTogether, infoOf } from "./open-capture.js";
import type { RecordedProcess } from "./recorded-process.js";

const COPY_BYTES = 2 ** 22;

/**
 * Writes the processes of several captures into one. What can be read of each is copied as it is.
 *
 * @param paths of captures that were written by one `memspec run --follow`
 * @param file the capture to write; it appears once it is complete
 * @param options `overwrite`: default `false`
 * @returns facts of the files that were merged: `processes` says of which of them something is missing
 * @throws MemspecError those of `openCapture`, `MEMSPEC_FILE_EXISTS`, `MEMSPEC_FILE_UNWRITABLE`
 */
export async function mergeCaptures(
  paths: readonly (string | URL)[],
  file: string,
  { overwrite = false }: { readonly overwrite?: boolean } = {},
): Promise<CaptureInfo> {
  const processes = await findTogether("mergeCaptures()", paths);
  const draft = `${file}.${randomUUID()}.part`;
  try {
    const out = await open(draft, "wx");
    try {
      await writeAll(out, header());
      for (const process of processes) await copyProcess(process, out);
    } finally {
      await out.close();
    }
    // A link is made only where nothing is there yet.
    await (overwrite ? rename(draft, file) : link(draft, file));
  } catch (cause) {
    throw unwritten(file, cause);
  } finally {
    await rm(draft, { force: true });
  }
  return infoOf(processes);
}

function header(): Buffer {
  const bytes = Buffer.alloc(FILE_HEADER_BYTES);
  bytes.set(CAPTURE_MAGIC);
  bytes.writeUInt16LE(CAPTURE_MAJOR, 8);
  bytes.writeUInt16LE(CAPTURE_MINOR, 10);
  return bytes;
}

async function copyProcess({ path, from, to }: RecordedProcess, out: FileHandle): Promise<void> {
  await withCaptureFile(path, async (file) => {
    const buffer = Buffer.allocUnsafe(Math.min(COPY_BYTES, to - from));
    for (let at = from; at < to; ) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, to - at), at);
      if (bytesRead === 0) break;
      await writeAll(out, buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
  });
}

async function writeAll(out: FileHandle, bytes: Buffer): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    written += (await out.write(bytes, written, bytes.length - written)).bytesWritten;
  }
}

function unwritten(file: string, cause: unknown): unknown {
  if (cause instanceof MemspecError) return cause;
  if ((cause as NodeJS.ErrnoException).code === "EEXIST") {
    return new MemspecError("MEMSPEC_FILE_EXISTS", `${file} is already there.`, {
      value: file,
      cause,
      hint: "Give --force (`overwrite: true`) to overwrite it, or another name.",
    });
  }
  return new MemspecError("MEMSPEC_FILE_UNWRITABLE", `${file} cannot be written: ${systemReason(cause)}.`, {
    value: file,
    cause,
  });
}
