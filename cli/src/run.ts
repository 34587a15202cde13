/** `memspec run`: a program, recorded. */

import { randomUUID } from "node:crypto";
import type { RecordedCapture } from "@memspec/core/reports";
import { type Command, Option } from "commander";
import { sizeOption } from "./capture-options.js";
import { helpText } from "./help-text.js";
import { runChild } from "./run-child.js";
import { captureFileOf, checkCaptureFile, type RecordingChoice, recordingStart } from "./run-recording.js";
import { type RunTarget, runTargetOf } from "./run-target.js";

interface RunOptions {
  readonly native?: true;
  readonly follow?: true;
  readonly aggregate?: true;
  readonly interval?: number;
  readonly exact?: true;
  readonly output?: string;
  readonly force?: true;
  readonly quiet?: true;
}

const HELP = `
What comes first and is the file of a script (.js, .mjs, .cjs, .ts …) or an option of Node's is run by Node. Anything else is a program on the
PATH; the Node processes that it starts are recorded, each into a file of its own. Options of memspec come before the program.

Examples:
  memspec run app.js --port 80
  memspec run --native -o app.memspec app.js
  memspec run --max-old-space-size=512 app.js
  memspec run -e "Buffer.alloc(1e6)"
  memspec run --follow server.js
  memspec run -- npm test
  memspec run -- npx vitest run

Exit codes: the program's own; 128 and the signal's number where a signal ended it; 1 where nothing was run.`;

export function addRun(program: Command, done: (code: number) => void): void {
  program
    .command("run")
    .description("Record every allocation of a program into a capture.")
    .argument("[words...]", "options of Node's, the program, and its arguments")
    .option("--native", "native frames of each allocation, too (C and C++ of addons, libraries and Node)")
    .option("--follow", "child processes of Node's, too, a file each (implied for programs that are not scripts)")
    .option("--aggregate", "sums of each stack instead of every allocation: a small file")
    .addOption(
      new Option("--interval <size>", "bytes of the heap between two samples on average (32 KiB)")
        .argParser(sizeOption)
        .conflicts("exact"),
    )
    .option("--exact", "every object of the heap, many times slower")
    .option("-o, --output <file>", "the capture (memspec-<name>.<process>.memspec)")
    .option("-f, --force", "overwrite a file that is there")
    .option("-q, --quiet", "say nothing but errors")
    .passThroughOptions()
    .allowUnknownOption()
    .addHelpText("after", helpText(HELP))
    .action(async (words: readonly string[], options: RunOptions) => {
      done(await record(words, options, program.opts<{ color: boolean }>().color));
    });
}

async function record(words: readonly string[], options: RunOptions, colour: boolean): Promise<number> {
  const target = runTargetOf(words, process.env["PATH"] ?? "");
  const choice = choiceOf(target, options);
  checkCaptureFile(choice);
  const start = recordingStart(target, choice, process.env);
  if (!options.quiet && target.kind === "program" && !options.follow) {
    process.stderr.write(
      `memspec: ${words[0]} is a program: the Node processes that it starts are recorded (--follow)\n`,
    );
  }
  // Times of files are coarser than clocks.
  const sinceMs = Date.now() - 1000;
  const running = runChild(target.file, start.args, start.env);
  const loading = import("./run-files.js");
  const [end, { finish, recordedFiles }, compressed] = await Promise.all([
    running,
    loading,
    loading.then(({ compressMeanwhile }) => compressMeanwhile(choice, sinceMs, running)),
  ]);
  const files = compressed === null ? await recordedFiles(choice, sinceMs) : [compressed];
  const captures: RecordedCapture[] = [];
  for (const file of files) {
    captures.push(await finish(file, { isCompressed: compressed !== null, quiet: options.quiet === true }));
  }
  if (!options.quiet) {
    const { tellRecorded } = await import("./tell-recorded.js");
    tellRecorded(captures, colour);
  }
  return end.exitCode;
}

function choiceOf(target: RunTarget, options: RunOptions): RecordingChoice {
  const follow = options.follow === true || target.kind === "program";
  return {
    file: captureFileOf(options.output, target, follow),
    overwrite: options.force === true,
    nativeStacks: options.native === true,
    aggregate: options.aggregate === true,
    ...(options.exact ? { heapInterval: "exact" as const } : {}),
    ...(options.interval === undefined ? {} : { heapInterval: options.interval }),
    follow,
    run: randomUUID(),
  };
}
