/** `memspec merge`: the captures of one run's processes as one, or the reports of shards as that of one run. */

import { closeSync, openSync, readSync } from "node:fs";
import path from "node:path";
import { MemspecError } from "@memspec/core";
import { mergeCaptures } from "@memspec/core/captures";
import { captureNotes, mergeRunReports, type NamedReport, readRunReport } from "@memspec/core/reports";
import type { Command } from "commander";
import { helpText } from "./help-text.js";
import { addOutputOptions, type OutputOptions, put } from "./output.js";

const HELP = `
Captures must be of one run (memspec run --follow); they become one capture, which needs -o. Reports must be of shards of one run: the
same runner, memspec, platform and Node. A shard that is missing is told in the report.

Examples:
  memspec merge memspec-server.*.memspec -o server.memspec
  memspec merge shard-*.json -o memory.json
  memspec merge shard-*.json | memspec report /dev/stdin --html memory.html

Exit codes: 0 done, 1 an error.`;

export function addMerge(program: Command, done: (code: number) => void): void {
  const command = program
    .command("merge")
    .description("Join the captures of one run's processes, or the reports of its shards.")
    .argument("<files...>", "captures, or JSON reports of shards, in any order");
  addOutputOptions(command)
    .addHelpText("after", helpText(HELP))
    .action(async (files: readonly string[], options: OutputOptions) => {
      const captures = files.filter(isCapture);
      if (captures.length === 0) mergeReports(files, options);
      else if (captures.length === files.length) await mergeAsCapture(files, options);
      else throw mixed(captures, files);
      done(0);
    });
}

function mergeReports(files: readonly string[], options: OutputOptions): void {
  const parts: NamedReport[] = [];
  for (const name of files) parts.push({ name, report: readRunReport(name) });
  put(`${JSON.stringify(mergeRunReports(parts))}\n`, options);
}

async function mergeAsCapture(files: readonly string[], { output, force = false }: OutputOptions): Promise<void> {
  if (output === undefined) {
    throw new MemspecError("MEMSPEC_INVALID_OPTION", "merge: a capture is no text: it needs a file.", {
      hint: "Say where it goes: -o run.memspec.",
    });
  }
  const info = await mergeCaptures(files, path.resolve(output), { overwrite: force });
  for (const note of captureNotes(info)) process.stderr.write(`memspec: ${note}\n`);
}

function mixed(captures: readonly string[], files: readonly string[]): MemspecError {
  const other = files.find((file) => !captures.includes(file)) ?? "";
  return new MemspecError("MEMSPEC_INVALID_OPTION", `merge: ${captures[0]} is a capture, ${other} is none.`, {
    value: files,
    hint: "Merge captures with captures, and reports with reports.",
  });
}

/** Every capture begins with this. */
const CAPTURE_BEGINS = Buffer.from([0x89, 0x4d, 0x53, 0x50, 0x43, 0x41, 0x50, 0x0a]);

/** What cannot be read is left to those who say why. */
function isCapture(file: string): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(file, "r");
  } catch {
    return false;
  }
  try {
    const begin = Buffer.alloc(CAPTURE_BEGINS.length);
    readSync(descriptor, begin, 0, begin.length, 0);
    return begin.equals(CAPTURE_BEGINS);
  } catch {
    // A pipe has no positions, a directory no bytes.
    return false;
  } finally {
    closeSync(descriptor);
  }
}
