/** Why a file cannot be read as a capture at all. */

import { MemspecError } from "../../errors/memspec-error.js";
import { CAPTURE_MAJOR } from "../format/format.js";

export function unreadable(path: string, cause: unknown): MemspecError {
  return new MemspecError("MEMSPEC_CAPTURE_UNREADABLE", `${path} cannot be read: ${systemReason(cause)}.`, {
    value: path,
    cause,
  });
}

/** "ENOENT: no such file or directory", without the path, which the message has. */
export function systemReason(cause: unknown): string {
  return (cause as Error).message.replace(/, \w+(?: '.*')?$/u, "");
}

export function foreign(path: string, fact: string): MemspecError {
  return new MemspecError("MEMSPEC_CAPTURE_FOREIGN", `${path} ${fact}.`, {
    value: path,
    hint: "A capture is what `memspec run` writes.",
  });
}

export function newer(path: string, major: number, minor: number): MemspecError {
  return new MemspecError(
    "MEMSPEC_CAPTURE_NEWER",
    `${path} is of version ${major}.${minor} of the format; this memspec reads versions up to ${CAPTURE_MAJOR}.x.`,
    { value: `${major}.${minor}`, hint: "Read it with the memspec that wrote it, or a newer one." },
  );
}

export function nothingReadable(path: string, atByte: number, reason: string): MemspecError {
  return new MemspecError("MEMSPEC_CAPTURE_DAMAGED", `Nothing of ${path} can be read: at byte ${atByte}, ${reason}.`, {
    value: path,
    hint: "The recording was stopped before it had written anything, or the file was damaged since.",
  });
}

/** @param question as a noun: "a window", "single records" */
export function sumsCannotTell(path: string, question: string): MemspecError {
  return new MemspecError(
    "MEMSPEC_CAPTURE_SUMS",
    `${path} holds sums, not every allocation: it cannot tell ${question}.`,
    { value: question, hint: "Record without --aggregate (`aggregate: false`)." },
  );
}
