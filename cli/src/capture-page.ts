/** What `flamegraph` and `table` have in common: both write the page of a capture, which shows one of the two first. */

import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { formatSize } from "@memspec/core";
import {
  type CapturePageOptions,
  type ReadSource,
  renderCapturePage,
  type ViewKind,
  type ViewOptions,
} from "@memspec/core/reports";
import { type Command, InvalidArgumentError, Option } from "commander";
import { addCaptureOptions, type CaptureOptions, viewOptionsOf } from "./capture-options.js";
import { readCapture } from "./open-view.js";
import { type OutputOptions, put, putFile } from "./output.js";

export interface PageOptions extends OutputOptions, CaptureOptions {
  readonly allViews?: true;
  /** The most buckets; `true`: the default. */
  readonly temporal?: true | number;
  readonly source: boolean;
}

const STANDARD_OUTPUT = "-";
const ALL_VIEWS: readonly ViewKind[] = ["peak", "leaked", "temporary", "allocated"];
const DEFAULT_BUCKETS = 200;
/** A source file is looked at up to this size, in bytes. */
const MOST_SOURCE = 4_000_000;

/** For the help of both. */
export const PAGE_HELP = `
The page is one file that works offline: flamegraph and table, each of everything, of one space or one thread; searched, zoomed, inverted.
It holds the view that is asked for and that of the high-water mark; with --all-views also what leaked, was temporary, was allocated.
With --temporal any window of time can be chosen on its timeline: what was allocated in it and is alive at its end.
Where the program's source can be read, the page holds the lines around its heaviest places; with --no-source it holds none.`;

/** @param kind the part that is shown first, which is in the name of the file */
export function addPageOptions(command: Command, kind: "flamegraph" | "table"): Command {
  return addCaptureOptions(command)
    .option("--all-views", "hold all views: peak, alive at the end, temporary, allocated")
    .addOption(
      new Option(
        "--temporal [buckets]",
        `let a window be chosen on the timeline; at most this many buckets of time (${DEFAULT_BUCKETS})`,
      )
        .argParser(buckets)
        .conflicts(["from", "to"]),
    )
    .option("--no-source", "hold no lines of source")
    .option("-o, --output <file>", `write to this file; "-" is the standard output (app.${kind}.html)`)
    .option("-f, --force", "overwrite files that are there");
}

function buckets(text: string): number {
  if (/^\d{1,4}$/u.test(text) && Number(text) >= 2 && Number(text) <= 1000) return Number(text);
  throw new InvalidArgumentError("Give a whole number of buckets, from 2 to 1000.");
}

/** Reads, renders, writes, and says where to. */
export async function writePage(
  files: readonly string[],
  options: PageOptions,
  kind: "flamegraph" | "table",
  page: CapturePageOptions,
): Promise<void> {
  const { temporal, allFrames = false } = options;
  const mostBuckets = temporal === true ? DEFAULT_BUCKETS : temporal;
  const read = await readCapture(
    files,
    viewsOf(options),
    options,
    mostBuckets === undefined ? undefined : { mostBuckets },
  );
  const html = renderCapturePage(read, {
    ...page,
    allFrames,
    spaces: options.space,
    threads: read.threads,
    ...(options.source ? { readSource } : {}),
  });
  if (options.output === STANDARD_OUTPUT) {
    put(html, {});
    return;
  }
  const output = options.output ?? defaultName(files[0] ?? "", kind);
  putFile(output, html, options);
  process.stderr.write(`Written to ${output} (${formatSize(Buffer.byteLength(html))}).\n`);
}

/** What was asked for first, and what the page can be switched to. */
function viewsOf(options: PageOptions): readonly ViewOptions[] {
  const asked = viewOptionsOf(options);
  const spaces = options.space === undefined ? {} : { spaces: options.space };
  const kinds = options.allViews ? ALL_VIEWS : (["peak"] as const);
  return [asked, ...kinds.filter((kind) => kind !== asked.kind).map((kind) => ({ kind, ...spaces }))];
}

/** In the working directory: "app.memspec" becomes "app.flamegraph.html". */
function defaultName(file: string, kind: string): string {
  return `${path.basename(file).replace(/\.memspec$/u, "")}.${kind}.html`;
}

const readSource: ReadSource = (file) => {
  if (!path.isAbsolute(file)) return null;
  try {
    const { size, mtimeMs } = statSync(file);
    return size > MOST_SOURCE ? null : { text: readFileSync(file, "utf8"), changedMs: mtimeMs };
  } catch {
    // It lies on another machine, or is gone.
    return null;
  }
};
