/** What is asked of a capture, checked. */

import { MemspecError } from "../../errors/memspec-error.js";
import { nearest } from "../../errors/nearest.js";
import { showValue } from "../../errors/show-value.js";
import type { CaptureInfo, CaptureSpace, ReadOptions, ViewKind, ViewOptions } from "../model/capture.js";
import { MAX_WINDOWS } from "./ledger.js";
import { bitsOf, SPACE_NAMES } from "./spaces.js";

const KINDS: readonly ViewKind[] = ["peak", "leaked", "temporary", "allocated", "window"];
const READ_OPTIONS: readonly (keyof ReadOptions)[] = ["views", "onProgress"];
const VIEW_OPTIONS: readonly (keyof ViewOptions)[] = [
  "kind",
  "spaces",
  "threshold",
  "fromUs",
  "toUs",
  "thread",
  "process",
];

/** Further allocations of its thread that a temporary allocation may have outlived. */
export const DEFAULT_THRESHOLD = 1;

/** A view with its defaults. */
export interface Question {
  readonly kind: ViewKind;
  readonly spaces: readonly CaptureSpace[];
  readonly spaceBits: number;
  readonly threshold: number;
  readonly fromUs: number;
  readonly toUs: number;
  readonly thread: number | null;
  readonly process: number | null;
}

/** @throws MemspecError `MEMSPEC_INVALID_OPTION`, `MEMSPEC_UNKNOWN_OPTION` */
export function questionsOf(options: unknown, info: CaptureInfo): readonly Question[] {
  const { views, onProgress } = objectOf(options, READ_OPTIONS, "options");
  if (!Array.isArray(views)) throw wrong("views", views, 'It is an array: [{ kind: "peak" }].');
  if (onProgress !== undefined && typeof onProgress !== "function")
    throw wrong("onProgress", onProgress, "It is a function.");
  const questions = views.map((view) => questionOf(view, info));
  if (questions.filter(({ kind }) => kind === "window").length > MAX_WINDOWS) {
    throw wrong("views", views, `At most ${MAX_WINDOWS} windows are read at once.`);
  }
  return questions;
}

function questionOf(view: unknown, info: CaptureInfo): Question {
  const given = objectOf(view, VIEW_OPTIONS, "a view");
  const kind = KINDS.find((each) => each === given["kind"]);
  if (kind === undefined) throw wrong("kind", given["kind"], `It is one of ${KINDS.join(", ")}.`);
  onlyFor(kind, "temporary", given, ["threshold"]);
  onlyFor(kind, "window", given, ["fromUs", "toUs"]);
  const spaces = spacesOf(given["spaces"]);
  const fromUs = timeOf("fromUs", given["fromUs"], 0);
  const toUs = timeOf("toUs", given["toUs"], Number.POSITIVE_INFINITY);
  if (toUs < fromUs) throw wrong("toUs", toUs, `It is not below "fromUs", ${fromUs}.`);
  return {
    kind,
    spaces,
    spaceBits: bitsOf(spaces),
    threshold: wholeOf("threshold", given["threshold"]) ?? DEFAULT_THRESHOLD,
    fromUs,
    toUs,
    thread: threadOf(given["thread"], info),
    process: processOf(given["process"], info),
  };
}

function onlyFor(
  kind: ViewKind,
  its: ViewKind,
  given: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): void {
  for (const key of keys) {
    if (kind !== its && given[key] !== undefined)
      throw wrong(key, given[key], `It belongs to the view "${its}" alone.`);
  }
}

function spacesOf(value: unknown): readonly CaptureSpace[] {
  if (value === undefined) return SPACE_NAMES;
  const isList = Array.isArray(value) && value.length > 0 && value.every((space) => SPACE_NAMES.includes(space));
  if (!isList) throw wrong("spaces", value, `It is an array of ${SPACE_NAMES.join(", ")}, with at least one of them.`);
  return SPACE_NAMES.filter((space) => value.includes(space));
}

function timeOf(name: string, value: unknown, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (typeof value === "number" && value >= 0) return value;
  throw wrong(name, value, "It is a number of microseconds since the recording began.");
}

function wholeOf(name: string, value: unknown): number | null {
  if (value === undefined) return null;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw wrong(name, value, "It is a whole number from 0.");
}

function threadOf(value: unknown, { threads }: CaptureInfo): number | null {
  const thread = wholeOf("thread", value);
  if (thread === null || threads.some(({ id }) => id === thread)) return thread;
  const known = threads.map(({ id, name }) => `${id} (${name})`).join(", ");
  throw wrong("thread", value, known === "" ? "The capture names no thread." : `The threads are ${known}.`);
}

function processOf(value: unknown, { processes }: CaptureInfo): number | null {
  const process = wholeOf("process", value);
  if (process === null || process < processes.length) return process;
  throw wrong("process", value, `The capture has ${processes.length}, numbered from 0.`);
}

function objectOf(value: unknown, keys: readonly string[], what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new MemspecError("MEMSPEC_INVALID_OPTION", `read(): ${what} must be an object, not ${showValue(value)}.`, {
      value,
      hint: 'For example read({ views: [{ kind: "peak" }] }).',
    });
  }
  for (const key of Object.keys(value)) {
    if (keys.includes(key)) continue;
    const meant = nearest(key, keys);
    throw new MemspecError("MEMSPEC_UNKNOWN_OPTION", `read(): there is no option "${key}".`, {
      value: key,
      hint: meant === undefined ? `The options are ${keys.join(", ")}.` : `Did you mean "${meant}"?`,
    });
  }
  return value as Readonly<Record<string, unknown>>;
}

function wrong(name: string, value: unknown, hint: string): MemspecError {
  return new MemspecError("MEMSPEC_INVALID_OPTION", `read(): ${showValue(value)} is no valid "${name}".`, {
    value,
    hint,
  });
}
