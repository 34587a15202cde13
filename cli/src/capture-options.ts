/** What commands that read captures have in common: which of its views, which spaces and threads, how much of the stacks. */

import { MemspecError, parseSize } from "@memspec/core";
import type { CaptureInfo, CaptureSpace, CaptureThread, ViewOptions } from "@memspec/core/reports";
import { type Command, InvalidArgumentError, Option } from "commander";

export interface CaptureOptions {
  readonly leaks?: true;
  /** The threshold; `true`: the default of 1. */
  readonly temporary?: true | number;
  readonly allocated?: true;
  /** Milliseconds since the recording began, inclusive. */
  readonly from?: number;
  readonly to?: number;
  readonly space?: readonly CaptureSpace[];
  /** Names or numbers. */
  readonly thread?: readonly string[];
  readonly allFrames?: true;
}

/** For the help of every command that has these options. */
export const VIEW_HELP = `
Views: what was alive at the high-water mark (the default), --leaks, --temporary, --allocated, or a window of time (--from, --to).
Heap figures with a "~" are estimates from samples; those of buffers and native memory are exact.`;

const VIEWS = ["leaks", "temporary", "allocated", "from", "to"] as const;
type ViewFlag = (typeof VIEWS)[number];

/** Adds the options that choose a view of a capture. */
export function addCaptureOptions(command: Command): Command {
  return command
    .addOption(view("--leaks", "what was still alive when the recording ended", "leaks"))
    .addOption(
      view(
        "--temporary [n]",
        "what was freed before its thread made more than n further allocations (1)",
        "temporary",
      ).argParser(threshold),
    )
    .addOption(view("--allocated", "everything that was allocated, freed or not", "allocated"))
    .addOption(
      view("--from <ms>", "what was allocated from this moment on and is alive at --to", "from").argParser(
        milliseconds,
      ),
    )
    .addOption(view("--to <ms>", "end of the window (the end)", "to").argParser(milliseconds))
    .option("--space <spaces>", "only these: heap, buffers, native (comma-separated)", spaces)
    .option("--thread <name>", "only threads of this name or number; may be given more than once", gathered)
    .option("--all-frames", "also frames of Node's internals, test runners and memspec");
}

function view(flags: string, text: string, name: ViewFlag): Option {
  const window = name === "from" || name === "to";
  const others = VIEWS.filter((other) => other !== name && !(window && (other === "from" || other === "to")));
  return new Option(flags, text).conflicts([...others]);
}

/** The one view that the options ask for. Threads are chosen among what was read: see `threadsOf`. */
export function viewOptionsOf(options: CaptureOptions): ViewOptions {
  const spaces = options.space === undefined ? {} : { spaces: options.space };
  if (options.leaks) return { kind: "leaked", ...spaces };
  if (options.allocated) return { kind: "allocated", ...spaces };
  if (options.temporary !== undefined) {
    return { kind: "temporary", threshold: options.temporary === true ? 1 : options.temporary, ...spaces };
  }
  if (options.from === undefined && options.to === undefined) return { kind: "peak", ...spaces };
  return {
    kind: "window",
    fromUs: (options.from ?? 0) * 1000,
    ...(options.to === undefined ? {} : { toUs: options.to * 1000 }),
    ...spaces,
  };
}

/**
 * Numbers of the threads that were asked for; `null`: all.
 *
 * @throws MemspecError `MEMSPEC_INVALID_OPTION` when a name fits none
 */
export function threadsOf(options: CaptureOptions, info: CaptureInfo): ReadonlySet<number> | null {
  if (options.thread === undefined) return null;
  const chosen = new Set<number>();
  for (const name of options.thread) {
    const fitting = info.threads.filter((thread) => thread.name === name || String(thread.id) === name);
    if (fitting.length === 0) throw noThread(name, info.threads);
    for (const { id } of fitting) chosen.add(id);
  }
  return chosen;
}

function noThread(name: string, threads: readonly CaptureThread[]): MemspecError {
  const known = threads.map(({ id, name: each }) => (each === "" ? String(id) : `${id} (${each})`));
  return new MemspecError("MEMSPEC_INVALID_OPTION", `--thread: the capture has no thread "${name}".`, {
    value: name,
    hint: `Its threads are ${known.join(", ")}.`,
  });
}

function threshold(text: string): number {
  if (/^\d{1,9}$/u.test(text)) return Number(text);
  throw new InvalidArgumentError(
    "Give a number of allocations, a whole number from 0; a file stands before --temporary.",
  );
}

function milliseconds(text: string): number {
  const value = /^\d+(?:\.\d+)?$/u.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw new InvalidArgumentError("Give milliseconds since the recording began.");
}

const SPACES: readonly CaptureSpace[] = ["heap", "buffers", "native"];

function spaces(text: string): readonly CaptureSpace[] {
  const named = text.split(",").map((part) => part.trim());
  const unknown = named.find((name) => !(SPACES as readonly string[]).includes(name));
  if (unknown === undefined) return SPACES.filter((space) => named.includes(space));
  throw new InvalidArgumentError(`"${unknown}" is none of ${SPACES.join(", ")}.`);
}

function gathered(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}

/** A whole number from 1, for options such as `--limit`. */
export function positive(text: string): number {
  if (/^[1-9]\d{0,8}$/u.test(text)) return Number(text);
  throw new InvalidArgumentError("Give a whole number from 1.");
}

/** A size such as "500 kB", or a number of bytes. */
export function sizeOption(text: string): number {
  try {
    return parseSize(/^\d+$/u.test(text) ? Number(text) : text);
  } catch (error) {
    throw new InvalidArgumentError(String((error as { hint?: unknown }).hint ?? error));
  }
}

/** A share such as "5%" or 0.05. */
export function shareOption(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(%?)$/u.exec(text);
  if (match === null) throw new InvalidArgumentError('Give a share such as "5%" or 0.05.');
  return Number(match[1]) / (match[2] === "%" ? 100 : 1);
}
