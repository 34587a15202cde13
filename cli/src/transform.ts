/** `memspec transform`: a view of a capture in a format of other tools. */

import { MemspecError } from "@memspec/core";
import { EXPORT_FORMATS, type ExportFormat, renderExport } from "@memspec/core/reports";
import { type Command, Option } from "commander";
import { addCaptureOptions, type CaptureOptions, VIEW_HELP } from "./capture-options.js";
import { readView } from "./open-view.js";
import { addOutputOptions, type OutputOptions, put } from "./output.js";

interface TransformOptions extends OutputOptions, CaptureOptions {
  readonly format: ExportFormat;
}

const HELP = `
Formats:
  speedscope   JSON: a profile of all memory and one of each space    https://www.speedscope.app
  pprof        a gzipped profile.proto                                pprof, go tool pprof
  heapprofile  the allocation profile of V8                           Chrome DevTools (Memory, Load profile)
  csv          a line for each stack, thread, space and allocator     spreadsheets, databases
  gprof2dot    JSON for graphs of calls                               gprof2dot -f json
${VIEW_HELP}

Examples:
  memspec transform app.memspec --format speedscope -o app.speedscope.json
  memspec transform app.memspec --format pprof -o app.pb.gz && go tool pprof -top app.pb.gz
  memspec transform app.memspec --format heapprofile --leaks -o app.heapprofile
  memspec transform app.memspec --format csv --space native | head
  memspec transform app.memspec --format gprof2dot | gprof2dot -f json | dot -Tsvg -o app.svg

Exit codes: 0 done, 1 an error.`;

export function addTransform(program: Command, done: (code: number) => void): void {
  const command = program
    .command("transform")
    .description("Write a capture in a format of other tools.")
    .argument("<files...>", "a capture, or those of several processes of one run")
    .addOption(new Option("--format <format>", "the format").choices(EXPORT_FORMATS).makeOptionMandatory());
  addOutputOptions(addCaptureOptions(command))
    .addHelpText("after", HELP)
    .action(async (files: readonly string[], options: TransformOptions) => {
      const { format, output, allFrames = false } = options;
      if (format === "pprof" && output === undefined && process.stdout.isTTY) throw binaryForTerminal(format);
      const { info, reading, view } = await readView(files, options);
      put(renderExport(format, { info, tree: reading.tree, view: view.view }, { allFrames }), options);
      done(0);
    });
}

function binaryForTerminal(format: ExportFormat): MemspecError {
  return new MemspecError("MEMSPEC_INVALID_OPTION", `--format ${format} is binary, and the output is a terminal.`, {
    value: format,
    hint: "Give a file with -o, or send it into a pipe.",
  });
}
