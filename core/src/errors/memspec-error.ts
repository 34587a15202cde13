import type { MemspecErrorCode } from "./codes.js";
import { startAtCaller } from "./stack-start.js";

export interface MemspecErrorDetails {
  /** What was given and is wrong; `undefined` when no one value is at fault. */
  readonly value?: unknown;
  /** The way out, as one or more sentences. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** Where a code is explained, relative to the root of memspec's repository. */
export function docsAnchor(code: MemspecErrorCode): string {
  return `docs/errors.md#${code.toLowerCase()}`;
}

/** An error memspec raises on purpose: a stable code, the offending value, and the way out. Its stack begins at the call of memspec. */
export class MemspecError extends Error {
  override readonly name = "MemspecError";
  readonly code: MemspecErrorCode;
  readonly value: unknown;
  /** The way out, "" when there is none to tell. */
  readonly hint: string;
  /** Page and heading that explain the code. */
  readonly docs: string;

  constructor(code: MemspecErrorCode, fact: string, details: MemspecErrorDetails = {}) {
    const hint = details.hint ?? "";
    const docs = docsAnchor(code);
    super(
      `${fact}${hint === "" ? "" : `\n${hint}`}\n(${code}, see ${docs})`,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.code = code;
    this.value = details.value;
    this.hint = hint;
    this.docs = docs;
    startAtCaller(this, new.target as unknown as (...args: never[]) => unknown);
  }
}

/**
 * Whether `error` is a `MemspecError`, from whatever realm: vm pools and Jest's sandboxes evaluate this module many
 * times, so `instanceof` would say no to an error of another copy.
 */
export function isMemspecError(error: unknown): error is MemspecError {
  return (
    typeof error === "object" &&
    error !== null &&
    (error as { name?: unknown }).name === "MemspecError" &&
    typeof (error as { code?: unknown }).code === "string"
  );
}
