/** `memspec timeline`: levels over time. */

import { renderTimeline, timelineCsv, timelineJson } from "@memspec/core/reports";
import { type Command, Option } from "commander";
import { positive } from "./capture-options.js";
import { helpText } from "./help-text.js";
import { readCapture } from "./open-view.js";
import { addOutputOptions, type OutputOptions, put, textOptionsOf } from "./output.js";

interface TimelineOptions extends OutputOptions {
  readonly json?: true;
  readonly csv?: true;
  readonly height: number;
}

const HELP = `
Heap, buffers and native memory on top of each other, each column at its highest moment; the resident memory of the process as
points; collections below. --json and --csv give every reading, times in microseconds, sizes in bytes.

Examples:
  memspec timeline app.memspec
  memspec timeline app.memspec --height 30
  memspec timeline app.memspec --csv -o levels.csv

Exit codes: 0 done, 1 an error.`;

export function addTimeline(program: Command, done: (code: number) => void): void {
  const command = program
    .command("timeline")
    .description("Show the memory of a program over time.")
    .argument("<files...>", "a capture, or those of several processes of one run")
    .option("--height <lines>", "lines of the chart", positive, 16)
    .addOption(new Option("--json", "every reading, as JSON").conflicts("csv"))
    .option("--csv", "every reading, comma-separated");
  addOutputOptions(command)
    .addHelpText("after", helpText(HELP))
    .action(async (files: readonly string[], options: TimelineOptions) => {
      const { reading, info } = await readCapture(files, []);
      const { height } = options;
      if (options.json) put(timelineJson(reading.timeline), options);
      else if (options.csv) put(timelineCsv(reading.timeline), options);
      else put(renderTimeline(reading.timeline, info, { ...textOptionsOf(program, options), height }), options);
      done(0);
    });
}
